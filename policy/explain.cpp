#include "policy/explain.hpp"

#include "policy/coverage.hpp"
#include "policy/rule_index.hpp"

namespace sluis::policy {
namespace {

using config::Json;

class Explainer {
 public:
  Explainer(const Policy& policy, const Surroundings& known, const Question& question,
            const Counters& counters)
      : document_(policy.document()), known_(known), question_(question), counters_(counters) {}

  std::vector<RuleSeen> rules() {
    walk(document_.forbid, "forbid");
    switch (question_.direction) {
      case Direction::send:
        walk(document_.send, "send");
        break;
      case Direction::accept:
        walk(document_.accept, "accept");
        break;
      case Direction::query:
        walk(document_.query, "query");
        break;
      case Direction::evaluate:
        walk(document_.evaluate, "evaluate");
        break;
    }
    return std::move(seen_);
  }

 private:
  template <class Rule>
  void walk(const std::vector<Rule>& rules, const std::string& key) {
    for (std::size_t i = 0; i < rules.size(); ++i) {
      if (!is_looked_at(rules[i])) continue;
      failed_.clear();
      look(rules[i]);
      seen_.push_back({rules[i].id, "/" + key + "/" + std::to_string(i), key == "forbid", false,
                       std::move(failed_)});
    }
  }
  [[nodiscard]] bool is_looked_at(const ForbidRule& rule) const {
    return concerns(rule, question_.direction);
  }
  template <class Rule>
  [[nodiscard]] bool is_looked_at(const Rule&) const {
    return true;
  }

  void fail(Reason::Kind kind, Text text) {
    failed_.push_back({deny(kind).reason.code(), std::move(text)});
  }
  void fail(const char* code, Text text) { failed_.push_back({code, std::move(text)}); }

  void partner(const Selection& named) {
    if (has(named, question_.partner)) return;
    fail("wrong-partner", Text{"De regel gaat over ", "The rule is about "} +
                              partners_text(named, known_, {"elke partner", "any partner"}) +
                              plain("."));
  }
  void theme(const Selection& named) {
    if (has(named, question_.theme)) return;
    fail(Reason::Kind::wrong_theme, Text{"De regel gaat over ", "The rule is about "} +
                                        themes_text(named, known_) + plain("."));
  }
  void purpose(const Selection& named) {
    if (has(named, question_.purpose)) return;
    fail(Reason::Kind::wrong_purpose, Text{"De regel geldt voor ", "The rule is for "} +
                                          listed(named, {"elk doel", "any purpose"}) + plain("."));
  }
  void role(const Selection& named) {
    if (has(named, question_.role)) return;
    fail(Reason::Kind::wrong_role,
         Text{"De regel geldt voor de rol ", "The rule is for the role "} +
             listed(named, {"van welke soort ook", "of any kind"}) + plain("."));
  }
  void until(const std::optional<config::Day>& last) {
    if (!last || question_.today <= *last) return;
    fail(Reason::Kind::rule_expired, Text{"De regel gold tot en met ", "The rule applied until "} +
                                         day_text(*last) + plain("."));
  }

  void look(const ForbidRule& rule) {
    const auto& named = rule.to ? rule.to : rule.from ? rule.from : rule.partners;
    if (named) partner(*named);
    if (rule.domains && !question_.domain.empty() && !has(*rule.domains, question_.domain))
      fail("wrong-domain",
           {"Het verbod gaat over een ander domein.", "The forbid is about another domain."});
    if (rule.themes) theme(*rule.themes);
    if (rule.purposes) purpose(*rule.purposes);
    if (rule.roles) role(*rule.roles);
  }
  void look(const SendRule& rule) {
    partner(rule.to);
    theme(rule.themes);
    purpose(rule.purposes);
    if (!question_.legal_basis.empty() && question_.legal_basis != rule.legal_basis)
      fail(Reason::Kind::wrong_legal_basis,
           Text{"De regel deelt op grondslag ", "The rule shares on "} +
               plain(rule.legal_basis + "."));
    const auto& words = known_.vocabulary;
    if (words.severity_rank(question_.severity).value_or(0) <
        words.severity_rank(rule.severity_at_least).value_or(0))
      fail(Reason::Kind::severity_too_low,
           {"De regel deelt vanaf ernst \"" + rule.severity_at_least + "\".",
            "The rule shares from severity \"" + rule.severity_at_least + "\" on."});
    until(rule.until);
    Mask asked = 0;
    for (const auto& word : question_.identifiers) {
      if (const auto place = place_in(identifiers, word)) asked |= Mask{1} << *place;
    }
    if ((asked & rule.identifiers) == 0)
      fail(Reason::Kind::no_identifier, Text{"De regel koppelt op ", "The rule links by "} +
                                            identifiers_text(rule.identifiers) + plain("."));
  }
  void look(const AcceptRule& rule) {
    partner(rule.from);
    theme(rule.themes);
    purpose(rule.purposes);
    if (!has(rule.legal_bases, question_.legal_basis))
      fail(Reason::Kind::wrong_legal_basis,
           Text{"De regel neemt aan op ", "The rule takes in on "} + listed(rule.legal_bases, {}) +
               plain("."));
    until(rule.until);
  }
  void look(const QueryRule& rule) {
    role(rule.roles);
    theme(rule.themes);
    purpose(rule.purposes);
    until(rule.until);
    if (rule.case_required && !question_.has_case)
      fail(Reason::Kind::case_required,
           {"De regel vraagt om een zaak.", "The rule asks for a case."});
    const auto used = counters_.queries_by_rule.find(rule.id);
    if (used != counters_.queries_by_rule.end() && used->second >= rule.per_day)
      budget(rule.per_day);
  }
  void look(const EvaluateRule& rule) {
    partner({false, {rule.partner}});
    if (rule.domain != question_.domain)
      fail("wrong-domain", {"De regel gaat over domein " + rule.domain + ".",
                            "The rule is about domain " + rule.domain + "."});
    const auto& per_day = question_.use == "tag" ? rule.tags_per_day : rule.locks_per_day;
    if (!per_day)
      return fail("wrong-use", {"De regel noemt dit gebruik niet.", "The rule names no such use."});
    until(rule.until);
    if (counters_.used_today > *per_day || question_.count > *per_day - counters_.used_today)
      budget(*per_day);
  }
  void budget(std::uint64_t per_day) {
    const auto number = std::to_string(per_day);
    fail(Reason::Kind::over_budget, {"De regel staat er " + number + " per dag toe.",
                                     "The rule permits " + number + " a day."});
  }

  const Document& document_;
  const Surroundings& known_;
  const Question& question_;
  const Counters& counters_;
  std::vector<Failed> failed_;
  std::vector<RuleSeen> seen_;
};

Text decision_text(const Decision& decision) {
  auto text = decision.permit ? Text{"Toegestaan door regel " + decision.rule + ".",
                                     "Permitted by rule " + decision.rule + "."}
                              : Text{decision.reason.text_nl(), decision.reason.text_en()};
  if (!decision.permit && !decision.rule.empty())
    text = text + Text{" Regel " + decision.rule + ".", " Rule " + decision.rule + "."};
  if (decision.permit && decision.reveal > 0 && decision.keep) {
    const auto k = std::to_string(decision.reveal);
    text = text + Text{" Gedeeld wordt ", " Shared is "} + fields_text(decision.fields) +
           (decision.reveal == 1
                ? Text{", meteen te lezen", ", to be read at once"}
                : Text{", dicht tot " + k + " partners", ", closed until " + k + " partners"}) +
           Text{", bewaard ten hoogste ", ", kept at most "} + term_text(*decision.keep) +
           plain(".");
  }
  return text;
}

Json text_json(const Text& text) {
  return {{"nl", text.nl}, {"en", text.en}};
}

}  // namespace

Explanation explain(const Policy& policy, const Surroundings& known, const Question& question,
                    const Counters& counters) {
  Explanation explanation;
  explanation.decision = decide(policy, question, counters);
  explanation.rules = Explainer(policy, known, question, counters).rules();
  for (auto& seen : explanation.rules) seen.decides = seen.rule == explanation.decision.rule;
  explanation.text = decision_text(explanation.decision);
  return explanation;
}

Json to_json(const Explanation& explanation) {
  const auto& decision = explanation.decision;
  Json rules = Json::array();
  for (const auto& seen : explanation.rules) {
    Json failed = Json::array();
    for (const auto& each : seen.failed)
      failed.push_back({{"code", each.code}, {"text", text_json(each.text)}});
    rules.push_back({{"rule", seen.rule},
                     {"pointer", seen.pointer},
                     {"kind", seen.forbids ? "forbid" : "permit"},
                     {"applies", seen.failed.empty()},
                     {"decides", seen.decides},
                     {"failed", std::move(failed)}});
  }
  Json json{{"permit", decision.permit},
            {"rule", decision.rule.empty() ? Json(nullptr) : Json(decision.rule)},
            {"reason", decision.reason.code()},
            {"text", text_json(explanation.text)},
            {"rules", std::move(rules)}};
  if (!decision.permit) return json;
  json["fields"] = decision.fields;
  json["identifiers"] = decision.identifiers;
  if (decision.reveal > 0) json["revealAfterPartners"] = decision.reveal;
  if (decision.keep) json["keep"] = config::format_duration(*decision.keep);
  if (decision.follow_up) json["followUpWithin"] = config::format_duration(*decision.follow_up);
  if (decision.per_day) json["perDay"] = *decision.per_day;
  return json;
}

}  // namespace sluis::policy
