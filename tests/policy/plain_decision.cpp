#include "tests/policy/plain_decision.hpp"

#include <algorithm>
#include <tuple>

namespace sluis::test {

using namespace sluis::policy;
using Kind = Reason::Kind;

namespace {

bool in(const Selection& selection, const std::string& word) {
  return selection.all || std::count(selection.words.begin(), selection.words.end(), word) > 0;
}
bool in(const std::optional<Selection>& selection, const std::string& word) {
  return !selection || in(*selection, word);
}
template <class Words>
bool in(const Words& words, const std::string& word) requires requires {
  words.begin();
}
{ return std::find(words.begin(), words.end(), word) != words.end(); }

/// 1. What must be there, and known.
std::optional<Kind> wrong(const Known& known, const Question& q) {
  const auto& words = known.vocabulary;
  const auto is_theme = words.theme(q.theme) != nullptr;
  std::optional<Kind> fault;
  const auto say = [&](bool bad, Kind kind) {
    if (bad && !fault) fault = kind;
  };
  const auto partner = [&] {
    say(q.partner.empty(), Kind::malformed_question);
    say(!known.partners.contains(q.partner), Kind::unknown_partner);
  };
  const auto domain = [&](bool needed) {
    say(needed && q.domain.empty(), Kind::malformed_question);
    say(!q.domain.empty() && !known.recipients.contains(q.domain), Kind::unknown_word);
  };
  const auto signal = [&] {
    say(q.theme.empty(), Kind::malformed_question);
    say(!is_theme, Kind::unknown_word);
    say(q.purpose.empty(), Kind::malformed_question);
    say(!words.has_purpose(q.purpose), Kind::unknown_word);
  };
  const auto basis = [&](bool needed) {
    say(needed && q.legal_basis.empty(), Kind::malformed_question);
    say(!q.legal_basis.empty() && !words.has_legal_basis(q.legal_basis), Kind::unknown_word);
  };
  if (q.direction == Direction::send) {
    partner(), domain(false), signal();
    say(q.severity.empty(), Kind::malformed_question);
    say(!words.severity_rank(q.severity), Kind::unknown_word);
    basis(false);
    for (const auto& each : q.identifiers) say(!in(identifiers, each), Kind::malformed_question);
  } else if (q.direction == Direction::accept) {
    partner(), domain(false), signal(), basis(true);
  } else if (q.direction == Direction::query) {
    signal();
    say(q.role.empty(), Kind::malformed_question);
    say(!in(config::roles, q.role), Kind::unknown_word);
  } else if (q.direction == Direction::evaluate) {
    partner(), domain(true);
    say(q.use != "tag" && q.use != "lock", Kind::malformed_question);
  } else {
    say(true, Kind::malformed_question);
  }
  return fault;
}

/// 3. A dimension that the question does not have makes a rule that names it none of its business.
bool forbids(const ForbidRule& rule, const Question& q) {
  const auto way = std::string(directions[static_cast<std::size_t>(q.direction)]);
  if (!in(rule.directions, way)) return false;
  if (rule.to && (q.direction != Direction::send || !in(rule.to, q.partner))) return false;
  if (rule.from && (q.direction != Direction::accept || !in(rule.from, q.partner))) return false;
  if (rule.partners && (q.direction != Direction::evaluate || !in(rule.partners, q.partner)))
    return false;
  if (rule.roles && (q.direction != Direction::query || !in(rule.roles, q.role))) return false;
  if (rule.domains && q.direction == Direction::query) return false;
  if (rule.domains && !q.domain.empty() && !in(rule.domains, q.domain)) return false;
  const bool about_signal = q.direction != Direction::evaluate;
  if (rule.themes && (!about_signal || !in(rule.themes, q.theme))) return false;
  return !rule.purposes || (about_signal && in(rule.purposes, q.purpose));
}

Mask mask_of(const std::vector<std::string>& kinds) {
  Mask mask = 0;
  for (std::size_t i = 0; i < identifiers.size(); ++i)
    if (in(kinds, std::string(identifiers[i]))) mask |= Mask{1} << i;
  return mask;
}
template <std::size_t N>
std::vector<std::string> words(Mask mask, const std::array<std::string_view, N>& all) {
  std::vector<std::string> list;
  for (std::size_t i = 0; i < N; ++i)
    if ((mask >> i & 1U) != 0) list.emplace_back(all[i]);
  return list;
}
bool past(const std::optional<config::Day>& until, const Question& q) {
  return until && q.today > *until;
}

Kind verdict(const SendRule& r, const Known& known, const Question& q, const Counters&) {
  if (!in(r.themes, q.theme)) return Kind::wrong_theme;
  if (!in(r.purposes, q.purpose)) return Kind::wrong_purpose;
  if (!q.legal_basis.empty() && q.legal_basis != r.legal_basis) return Kind::wrong_legal_basis;
  if (*known.vocabulary.severity_rank(q.severity) <
      *known.vocabulary.severity_rank(r.severity_at_least))
    return Kind::severity_too_low;
  if (past(r.until, q)) return Kind::rule_expired;
  return (r.identifiers & mask_of(q.identifiers)) == 0 ? Kind::no_identifier : Kind::permitted;
}
Kind verdict(const AcceptRule& r, const Known&, const Question& q, const Counters&) {
  if (!in(r.themes, q.theme)) return Kind::wrong_theme;
  if (!in(r.purposes, q.purpose)) return Kind::wrong_purpose;
  if (!in(r.legal_bases, q.legal_basis)) return Kind::wrong_legal_basis;
  return past(r.until, q) ? Kind::rule_expired : Kind::permitted;
}
Kind verdict(const QueryRule& r, const Known&, const Question& q, const Counters& counters) {
  if (!in(r.roles, q.role)) return Kind::wrong_role;
  if (!in(r.themes, q.theme)) return Kind::wrong_theme;
  if (!in(r.purposes, q.purpose)) return Kind::wrong_purpose;
  if (past(r.until, q)) return Kind::rule_expired;
  if (r.case_required && !q.has_case) return Kind::case_required;
  const auto used = counters.queries_by_rule.find(r.id);
  if (used != counters.queries_by_rule.end() && used->second >= r.per_day) return Kind::over_budget;
  return Kind::permitted;
}

const Selection& whom(const SendRule& rule) {
  return rule.to;
}
const Selection& whom(const AcceptRule& rule) {
  return rule.from;
}
const Selection& whom(const QueryRule& /*unused*/) {
  static const Selection all{true, {}};
  return all;
}

/// 4. Higher reveal, fewer fields, fewer identifiers, shorter keep, lower id: the least comes
/// first.
auto sharing(const SendRule& r, const Question& q) {
  return std::tuple(-static_cast<int>(r.reveal_after_partners), words(r.shares, fields).size(),
                    words(r.identifiers & mask_of(q.identifiers), identifiers).size(),
                    r.keep.nominal_seconds(), r.id);
}
auto sharing(const AcceptRule& r, const Question& /*unused*/) {
  return std::tuple(r.keep_at_most.nominal_seconds(), r.id);
}
auto sharing(const QueryRule& r, const Question& /*unused*/) {
  return std::tuple(words(r.shows, fields).size(), r.id);
}

void grant(Decision& d, const SendRule& r, const Question& q) {
  d.identifiers = words(r.identifiers & mask_of(q.identifiers), identifiers);
  d.fields = words(r.shares, fields);
  d.reveal = r.reveal_after_partners;
  d.keep = r.keep;
  d.follow_up = r.follow_up_within;
  d.legal_basis = r.legal_basis;
}
void grant(Decision& d, const AcceptRule& r, const Question& /*unused*/) {
  d.keep = r.keep_at_most;
}
void grant(Decision& d, const QueryRule& r, const Question& /*unused*/) {
  d.fields = words(r.shows, fields);
  d.per_day = r.per_day;
}

template <class Rule>
Decision choose(const std::vector<Rule>& rules, const Known& known, const Question& q,
                const Counters& counters) {
  const Rule* best = nullptr;
  std::pair<Kind, std::string> nearest{Kind::no_rule, ""};
  for (const auto& rule : rules) {
    if (!in(whom(rule), q.partner)) continue;
    const auto kind = verdict(rule, known, q, counters);
    if (kind == Kind::permitted) {
      if (best == nullptr || sharing(rule, q) < sharing(*best, q)) best = &rule;
    } else if (kind > nearest.first) {
      nearest = {kind, rule.id};
    }
  }
  Decision d;
  d.permit = best != nullptr;
  d.reason.kind = d.permit ? Kind::permitted : nearest.first;
  if (best == nullptr) return d;  // 5. which of several budgets is named is left open here
  d.rule = best->id;
  grant(d, *best, q);
  return d;
}

Decision evaluate(const Document& document, const Question& q, const Counters& counters) {
  for (const auto& rule : document.evaluate) {
    if (rule.partner != q.partner || rule.domain != q.domain) continue;
    const auto budget = q.use == "tag" ? rule.tags_per_day : rule.locks_per_day;
    if (!budget) return deny(Kind::no_rule);
    if (past(rule.until, q)) return deny(Kind::rule_expired);
    Decision d;
    d.rule = rule.id;
    d.per_day = *budget;
    d.permit = counters.used_today <= *budget && q.count <= *budget - counters.used_today;
    d.reason.kind = d.permit ? Kind::permitted : Kind::over_budget;
    return d;
  }
  return deny(Kind::no_rule);
}

}  // namespace

Decision plain_decide(const Document& document, const Known& known, const Question& q,
                      const Counters& counters) {
  if (const auto fault = wrong(known, q)) return deny(*fault);
  if (q.today > document.valid_until) return deny(Kind::policy_expired);
  const ForbidRule* lowest = nullptr;
  for (const auto& rule : document.forbid)
    if (forbids(rule, q) && (lowest == nullptr || rule.id < lowest->id)) lowest = &rule;
  if (lowest != nullptr) {
    Decision d = deny(Kind::forbidden);
    d.rule = lowest->id;
    d.reason.because = lowest->because;
    return d;
  }
  switch (q.direction) {
    case Direction::send:
      return choose(document.send, known, q, counters);
    case Direction::accept:
      return choose(document.accept, known, q, counters);
    case Direction::query:
      return choose(document.query, known, q, counters);
    default:
      return evaluate(document, q, counters);
  }
}

}  // namespace sluis::test
