#include "gateway/core/query.hpp"

#include <algorithm>
#include <set>

#include "gateway/core/budget.hpp"
#include "gateway/core/linking.hpp"
#include "gateway/core/opening.hpp"
#include "policy/decide.hpp"

namespace sluis::gateway {

using config::Code;
using config::error;
using config::Json;
using config::Result;

namespace {

struct OverBudget {
  config::Error why;
};

/// The fields of an open content that the rule lets this role see.
void show(Json& item, const Json& content, const policy::Decision& decision) {
  for (const auto& field : decision.fields)
    if (const auto found = content.find(field); found != content.end()) item[field] = *found;
}

/// One hit: a signal and the strongest kind that it shares with the person.
struct Hit {
  store::GroupMember member;
  store::Certainty certainty = store::Certainty::none;
};

policy::Text refusal_of(const policy::Reason& reason, const std::string& rule) {
  policy::Text text{reason.text_nl(), reason.text_en()};
  if (rule.empty()) return text;
  return text + policy::Text{" Regel ", " Rule "} + policy::plain(rule + ".");
}

/// A decision about a theme, as who asked reads it. Nothing in it depends on the person.
Json told(const policy::Decision& decision, const config::Theme& theme) {
  using policy::Text;
  auto text = Text{theme.nl, theme.en} + policy::plain(": ");
  if (decision.permit) {
    std::vector<std::string> withheld;
    for (const auto field : policy::fields)
      if (std::ranges::find(decision.fields, field) == decision.fields.end())
        withheld.emplace_back(field);
    text = text + Text{"regel ", "rule "} + policy::plain(decision.rule) +
           Text{" toont van open signalen ", " shows of open signals "} +
           policy::fields_text(decision.fields) + policy::plain(".");
    if (!withheld.empty())
      text = text +
             Text{" Niet getoond, omdat de regel het niet toont: ",
                  " Not shown, since the rule does not show it: "} +
             policy::fields_text(withheld) + policy::plain(".");
  } else {
    text = text + refusal_of(decision.reason, decision.rule);
  }
  return {{"theme", theme.id},
          {"permit", decision.permit},
          {"rule", decision.rule.empty() ? Json(nullptr) : Json(decision.rule)},
          {"reason", decision.reason.code()},
          {"text", {{"nl", text.nl}, {"en", text.en}}}};
}

std::optional<crypto::Array<32>> unique_of(const auto& tags, const config::EpochId& epoch) {
  for (const auto& tag : tags)
    if (is_unique_kind(tag.kind) && tag.epoch == epoch) return tag.tag;
  return std::nullopt;
}

}  // namespace

Query::Asked Query::decide(const Standing& standing, const Caller& caller,
                           const std::string& purpose, bool has_case) const {
  policy::Question question;
  question.direction = policy::Direction::query;
  question.role = caller.role;
  question.purpose = purpose;
  question.has_case = has_case;
  question.today = standing.directory->time_zone().local_day(region_.now());
  Asked asked;
  for (const auto& theme : standing.directory->vocabulary().themes) {
    question.theme = theme.id;
    auto decision = policy::decide(*standing.policy, question, {});
    asked.decisions.push_back(told(decision, theme));
    if (decision.permit) {
      asked.seen.emplace(theme.id, std::move(decision));
    } else if (asked.refusal.nl.empty()) {
      asked.refusal = refusal_of(decision.reason, decision.rule);
    }
  }
  return asked;
}

Task<Result<Json>> Query::ask(PersonQuery query, Caller caller, Trace trace) {
  const auto standing = region_.standing();
  std::optional<config::Error> failure;
  const auto asked = decide(*standing, caller, query.purpose, !query.case_id.empty());
  const auto language = query.language;
  const auto keys = std::make_shared<const std::vector<LinkageKey>>(linkage_keys(query.person));
  PersonTags tags;
  if (const auto usable = standing->directory->usable_at(region_.now()); !usable) {
    failure = error(Code::unavailable, usable.failure().detail);
  } else if (asked.seen.empty()) {
    failure = error(Code::forbidden, policy::in(language, asked.refusal));
  } else if (keys->empty()) {
    failure = error(Code::invalid,
                    "a BSN, or a family name, given names and birth date, or a birth date, postal "
                    "code and house number is needed",
                    "/person");
  } else {
    auto found = co_await person_tags(evaluator_, region_, *standing, *keys);
    if (found) {
      tags = std::move(*found);
    } else {
      failure = found.failure();
    }
  }
  if (!failure) {
    auto act = [this, standing, tags, asked, language, purpose = query.purpose,
                case_id = query.case_id, caller, trace, keys](store::Transaction& tx) {
      spend(tx, asked.seen, caller, language);
      std::size_t shown = 0;
      auto answer = look_up(tx, tags, asked.seen, shown);
      answer["decisions"] = asked.decisions;
      auto record =
          recorder_.start("person.query", audit::Outcome::permit, actor_of(caller), trace);
      record.purpose = purpose;
      record.rule = asked.seen.begin()->second.rule;
      record.count = shown;
      recorder_.append(tx, record, *keys, case_id);
      if (anomalies_ != nullptr) anomalies_->after_query(tx, record, *keys, !case_id.empty());
      return answer;
    };
    std::optional<Json> answer;
    try {
      answer = co_await write(store_, std::move(act));
    } catch (const OverBudget& over) {
      failure = over.why;
    }
    if (answer) co_return std::move(*answer);
  }
  auto why = std::move(*failure);
  co_return co_await refuse("person.query", caller, std::move(why), trace, &query);
}

void Query::spend(store::Transaction& tx, const Sight& sight, const Caller& caller,
                  policy::Language language) const {
  std::set<std::string> rules;
  for (const auto& [theme, decision] : sight) {
    if (!decision.per_day || !rules.insert(decision.rule).second) continue;
    const Budget budget("query/" + decision.rule + "/" + caller.name, *decision.per_day);
    // Thrown, so that what other rules counted in this act is undone.
    if (const auto spent = budget.spend(tx, 1, region_.now()); !spent) {
      auto why = spent.failure();
      why.detail =
          policy::in(language, refusal_of({policy::Reason::Kind::over_budget, {}}, decision.rule));
      throw OverBudget{std::move(why)};
    }
  }
}

Json Query::look_up(store::Transaction& tx, const PersonTags& tags, const Sight& sight,
                    std::size_t& shown) const {
  std::map<std::int64_t, Hit> hits;
  const auto now = region_.now();
  for (const auto& tag : tags) {
    const auto mine = unique_of(tags, tag.epoch);
    for (auto& member : tx.open_group(tag.domain, tag.epoch, tag.kind, tag.tag, now)) {
      if (contradict(mine, member.unique_tag)) continue;
      auto& hit = hits.try_emplace(member.row, Hit{member, {}}).first->second;
      hit.certainty = std::max(hit.certainty, certainty_of(tag.kind));
    }
  }
  std::map<std::int64_t, Json> by_component;
  for (const auto& [row, hit] : hits) {
    const auto signal = tx.received_signal(row);
    const auto rule = signal ? sight.find(signal->theme) : sight.end();
    if (rule == sight.end()) continue;
    const auto content = open_content(*region_.keys(), region_.self(), *signal);
    if (!content) continue;
    Json item{{"id", signal->id.str()},
              {"partner", signal->from.str()},
              {"theme", signal->theme},
              {"certainty", certainty_name(hit.certainty)},
              {"receivedAt", config::format_time(signal->received_at)}};
    show(item, *content, rule->second);
    by_component[hit.member.component].push_back(std::move(item));
    ++shown;
  }
  Json matches = Json::array();
  for (auto& [id, signals] : by_component) {
    const auto component = tx.component(id);
    matches.push_back({{"id", component.match ? Json(component.match->str()) : Json(nullptr)},
                       {"certainty", certainty_name(component.certainty)},
                       {"ambiguous", component.ambiguous},
                       {"signals", std::move(signals)}});
  }
  return {{"matches", std::move(matches)}};
}

Json Query::match_json(store::Transaction& tx, const store::Match& match, const Sight& sight,
                       std::size_t& shown) const {
  Json signals = Json::array();
  std::set<std::string> partners;
  for (const auto& entry : match.signals) {
    partners.insert(entry.from.str());
    Json item{{"id", entry.id.str()},
              {"partner", entry.from.str()},
              {"receivedAt", config::format_time(entry.received_at)},
              {"open", false}};
    const auto rule = sight.find(entry.theme);
    // A closed signal shows that it is there and whose it is; theme and purpose stay unseen.
    if (entry.open && rule != sight.end()) {
      const auto signal = tx.received_signal(entry.row);
      if (const auto content = open_content(*region_.keys(), region_.self(), *signal)) {
        item["open"] = true;
        item["theme"] = entry.theme;
        show(item, *content, rule->second);
        ++shown;
      }
    }
    signals.push_back(std::move(item));
  }
  const auto& component = match.component;
  return {{"id", component.match->str()},
          {"domain", component.domain.str()},
          {"certainty", certainty_name(component.certainty)},
          {"ambiguous", component.ambiguous},
          {"createdAt", config::format_time(component.created_at)},
          {"updatedAt", config::format_time(component.updated_at)},
          {"partners", partners},
          {"signals", std::move(signals)}};
}

Task<Result<Json>> Query::matches(std::string cursor, std::size_t most, Caller caller, Trace trace,
                                  policy::Language language) {
  const auto standing = region_.standing();
  // A list asks for no person: what may be seen is what a query with a case would show, for any
  // purpose that a rule of this role names.
  Sight seen;
  for (const auto& purpose : standing->directory->vocabulary().purposes)
    seen.merge(decide(*standing, caller, purpose, true).seen);
  if (seen.empty()) {
    auto why = error(Code::forbidden,
                     policy::in(language, refusal_of({policy::Reason::Kind::wrong_role, {}}, {})));
    co_return co_await refuse("match.list", caller, std::move(why), trace, nullptr);
  }
  auto act = [this, seen, cursor, most, caller, trace](store::Transaction& tx) {
    std::string next;
    std::size_t shown = 0;
    Json list = Json::array();
    for (const auto& match : tx.matches(cursor, most, next))
      list.push_back(match_json(tx, match, seen, shown));
    auto record = recorder_.start("match.list", audit::Outcome::permit, actor_of(caller), trace);
    record.count = shown;
    record.rule = seen.begin()->second.rule;
    recorder_.append(tx, std::move(record));
    return Json{{"matches", std::move(list)},
                {"nextCursor", next.empty() ? Json(nullptr) : Json(next)}};
  };
  std::optional<Json> list;
  try {
    list = co_await write(store_, std::move(act));
  } catch (const store::InvalidCursor&) {
    // Refused below: nothing can be waited for here.
  }
  if (list) co_return std::move(*list);
  auto why = error(Code::invalid, "is no cursor that a list of matches gave", "?cursor");
  co_return co_await refuse("match.list", caller, std::move(why), trace, nullptr);
}

Task<config::Error> Query::refuse(std::string_view action, const Caller& caller, config::Error why,
                                  const Trace& trace, const PersonQuery* query) {
  auto record = recorder_.start(action, audit::Outcome::deny, actor_of(caller), trace);
  if (query != nullptr) record.purpose = query->purpose;
  co_await recorder_.refuse(std::move(record), why);
  co_return why;
}

}  // namespace sluis::gateway
