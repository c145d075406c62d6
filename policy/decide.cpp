#include "policy/decide.hpp"

#include <algorithm>
#include <bit>

#include "policy/rule_index.hpp"

namespace sluis::policy {
namespace {

using Kind = Reason::Kind;

/// The question in numbers. Words that it does not need, or that are left open, are nothing.
struct Asked {
  std::size_t partner = 0;
  std::optional<std::size_t> domain, theme, purpose, severity, legal_basis, role;
  Mask identifiers = 0;
};

/// Fills in what must be known; says what is wrong otherwise.
class Resolver {
 public:
  Resolver(const RuleIndex& index, const Question& question, Asked& asked)
      : index_(index), question_(question), asked_(asked) {}

  std::optional<Kind> resolve() {
    switch (question_.direction) {
      case Direction::send:
        partner();
        optional(asked_.domain, index_.domains, question_.domain);
        about_signal();
        required(asked_.severity, index_.severities, question_.severity);
        optional(asked_.legal_basis, index_.legal_bases, question_.legal_basis);
        identify();
        break;
      case Direction::accept:
        partner();
        optional(asked_.domain, index_.domains, question_.domain);
        about_signal();
        required(asked_.legal_basis, index_.legal_bases, question_.legal_basis);
        break;
      case Direction::query:
        about_signal();
        required(asked_.role, index_.roles, question_.role);
        break;
      case Direction::evaluate:
        partner();
        required(asked_.domain, index_.domains, question_.domain);
        if (question_.use != "tag" && question_.use != "lock") fault(Kind::malformed_question);
        break;
      default:
        fault(Kind::malformed_question);
    }
    return fault_;
  }

 private:
  using Number = std::optional<std::size_t>;

  void fault(Kind kind) {
    if (!fault_) fault_ = kind;
  }
  void partner() {
    const auto number = index_.partners.find(question_.partner);
    if (!number)
      fault(question_.partner.empty() ? Kind::malformed_question : Kind::unknown_partner);
    asked_.partner = number.value_or(0);
  }
  void about_signal() {
    required(asked_.theme, index_.themes, question_.theme);
    required(asked_.purpose, index_.purposes, question_.purpose);
  }
  void required(Number& number, const Numbering& numbering, std::string_view word) {
    if (word.empty()) fault(Kind::malformed_question);
    optional(number, numbering, word);
  }
  void optional(Number& number, const Numbering& numbering, std::string_view word) {
    if (word.empty()) return;
    number = numbering.find(word);
    if (!number) fault(Kind::unknown_word);
  }
  void identify() {
    for (const auto& word : question_.identifiers) {
      const auto place = place_in(identifiers, word);
      if (!place) return fault(Kind::malformed_question);
      asked_.identifiers |= Mask{1} << *place;
    }
  }

  const RuleIndex& index_;
  const Question& question_;
  Asked& asked_;
  std::optional<Kind> fault_;
};

/// What is left open in the question is covered: a forbid fails closed.
bool covers(const Prohibition& rule, const Asked& asked) {
  const auto within = [](const WordSet& set, const std::optional<std::size_t>& number) {
    return !number || set.has(*number);
  };
  return within(rule.domains, asked.domain) && within(rule.themes, asked.theme) &&
         within(rule.purposes, asked.purpose) && within(rule.roles, asked.role);
}

/// `permitted`, or the first condition of the rule that does not hold.
Kind check(const Permit& rule, const Asked& asked, const Question& question,
           const Counters& counters) {
  if (asked.role && !rule.roles.has(*asked.role)) return Kind::wrong_role;
  if (!rule.themes.has(*asked.theme)) return Kind::wrong_theme;
  if (!rule.purposes.has(*asked.purpose)) return Kind::wrong_purpose;
  if (asked.legal_basis && !rule.legal_bases.has(*asked.legal_basis)) {
    return Kind::wrong_legal_basis;
  }
  if (asked.severity.value_or(0) < rule.least_severity) return Kind::severity_too_low;
  if (rule.until && question.today > *rule.until) return Kind::rule_expired;
  if (rule.case_required && !question.has_case) return Kind::case_required;
  if (rule.identifiers != 0 && (rule.identifiers & asked.identifiers) == 0) {
    return Kind::no_identifier;
  }
  if (rule.per_day) {
    const auto used = counters.queries_by_rule.find(rule.id);
    if (used != counters.queries_by_rule.end() && used->second >= *rule.per_day) {
      return Kind::over_budget;
    }
  }
  return Kind::permitted;
}

/// True when `rule` opens sooner or with more fields than `best`, and so do all that follow it.
bool shares_more(const Permit& rule, const Permit& best) {
  return rule.reveal < best.reveal ||
         (rule.reveal == best.reveal && rule.field_count > best.field_count);
}

/// Of two with the same reveal and as many fields; equals keep the order of their ids.
bool shares_less(const Permit& rule, const Permit& best, const Asked& asked) {
  const int more = std::popcount(rule.identifiers & asked.identifiers) -
                   std::popcount(best.identifiers & asked.identifiers);
  return more < 0 || (more == 0 && rule.keep_seconds < best.keep_seconds);
}

template <std::size_t N>
std::vector<std::string> words_of(Mask mask, const std::array<std::string_view, N>& words) {
  std::vector<std::string> list;
  list.reserve(static_cast<std::size_t>(std::popcount(mask)));
  for (std::size_t i = 0; i < N; ++i) {
    if ((mask >> i & 1U) != 0) list.emplace_back(words[i]);
  }
  return list;
}

Decision grant(const Permit& rule, const Asked& asked) {
  Decision decision;
  decision.permit = true;
  decision.rule = rule.id;
  decision.reason.kind = Kind::permitted;
  decision.identifiers = words_of(rule.identifiers & asked.identifiers, identifiers);
  decision.fields = words_of(rule.fields, fields);
  decision.reveal = rule.reveal;
  decision.keep = rule.keep;
  decision.follow_up = rule.follow_up;
  decision.legal_basis = rule.legal_basis;
  decision.per_day = rule.per_day;
  return decision;
}

Decision choose(const RuleIndex& index, const RuleIndex::Shelf& shelf, const Asked& asked,
                const Question& question, const Counters& counters) {
  const Permit* least = nullptr;
  const Permit* nearest = nullptr;
  Kind miss = Kind::no_rule;
  for (const std::size_t number : shelf.permits) {
    const Permit& rule = index.permits[number];
    if (least != nullptr && shares_more(rule, *least)) break;
    const Kind kind = check(rule, asked, question, counters);
    if (kind == Kind::permitted) {
      if (least == nullptr || shares_less(rule, *least, asked)) least = &rule;
    } else if (kind > miss) {
      miss = kind;
      nearest = &rule;
    }
  }
  if (least != nullptr) return grant(*least, asked);
  Decision decision = deny(miss);
  if (miss == Kind::over_budget) decision.rule = nearest->id;
  return decision;
}

Decision choose_evaluation(const RuleIndex& index, const RuleIndex::Shelf& shelf,
                           const Question& question, const Counters& counters) {
  for (const std::size_t number : shelf.permits) {
    const EvaluateRule& rule = index.evaluations[number];  // one at most for each domain
    if (rule.domain != question.domain) continue;
    const auto& budget = question.use == "tag" ? rule.tags_per_day : rule.locks_per_day;
    if (!budget) return deny(Kind::no_rule);
    if (rule.until && question.today > *rule.until) return deny(Kind::rule_expired);
    Decision decision;
    decision.rule = rule.id;
    decision.per_day = *budget;
    decision.permit =
        counters.used_today <= *budget && question.count <= *budget - counters.used_today;
    decision.reason.kind = decision.permit ? Kind::permitted : Kind::over_budget;
    return decision;
  }
  return deny(Kind::no_rule);
}

}  // namespace

Decision deny(Reason::Kind kind) {
  Decision decision;
  decision.reason.kind = kind;
  return decision;
}

Decision decide(const Policy& policy, const Question& question, const Counters& counters) {
  const RuleIndex& index = policy.index();
  Asked asked;
  if (const auto fault = Resolver(index, question, asked).resolve()) return deny(*fault);
  if (question.today > policy.document().valid_until) return deny(Kind::policy_expired);
  const auto& shelf = index.shelf(question.direction, asked.partner);
  for (const std::size_t number : shelf.prohibitions) {
    const Prohibition& rule = index.prohibitions[number];
    if (!covers(rule, asked)) continue;
    Decision decision = deny(Kind::forbidden);
    decision.rule = rule.id;
    decision.reason.because = rule.because;
    return decision;
  }
  if (question.direction == Direction::evaluate) {
    return choose_evaluation(index, shelf, question, counters);
  }
  return choose(index, shelf, asked, question, counters);
}

}  // namespace sluis::policy
