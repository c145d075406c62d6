#include "policy/decide.hpp"

#include <algorithm>
#include <bit>
#include <span>

#include "policy/rule_index.hpp"

namespace sluis::policy {
namespace {

using Kind = Reason::Kind;

/// The question in numbers. Words that it does not need, or that are left open, are nothing.
struct Asked {
  std::optional<std::size_t> partner, domain, theme, purpose, severity, legal_basis, role;
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
    asked_.partner = number;
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
  return within(rule.domains, asked.domain) && within(rule.purposes, asked.purpose) &&
         within(rule.roles, asked.role);
}

/// `permitted`, or the first condition of the rule that does not hold.
Kind check(const Permit& rule, const Asked& asked, const Question& question,
           const Counters& counters) {
  if (asked.role && !rule.roles.has(*asked.role)) return Kind::wrong_role;
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

/// Of two with the same reveal and as many fields.
bool shares_less(const Permit& rule, const Permit& best, const Asked& asked) {
  const int more = std::popcount(rule.identifiers & asked.identifiers) -
                   std::popcount(best.identifiers & asked.identifiers);
  if (more != 0) return more < 0;
  if (rule.keep_seconds != best.keep_seconds) return rule.keep_seconds < best.keep_seconds;
  return rule.id < best.id;
}

/// The numbers on up to four shelves, each in ascending order, as one such list.
class Merged {
 public:
  using List = std::vector<std::uint32_t> RuleIndex::Shelf::*;
  Merged(const RuleIndex::Shelves& shelves, List list) {
    for (std::size_t i = 0; i < shelves.size(); ++i) rest_[i] = shelves[i]->*list;
  }
  std::optional<std::uint32_t> next() {
    Rest* least = nullptr;
    for (Rest& rest : rest_) {
      if (!rest.empty() && (least == nullptr || rest.front() < least->front())) least = &rest;
    }
    if (least == nullptr) return std::nullopt;
    const auto number = least->front();
    *least = least->subspan(1);
    return number;
  }
  void skip_to(std::uint32_t number) {
    for (Rest& rest : rest_) {
      const auto at = std::lower_bound(rest.begin(), rest.end(), number);
      rest = rest.subspan(static_cast<std::size_t>(at - rest.begin()));
    }
  }

 private:
  using Rest = std::span<const std::uint32_t>;
  std::array<Rest, 4> rest_;
};

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

Decision choose(const RuleIndex& index, const RuleIndex::Shelves& shelves, const Asked& asked,
                const Question& question, const Counters& counters) {
  const Permit* least = nullptr;
  const Permit* nearest = nullptr;
  Kind miss = index.other_themes(question.direction, asked.partner, asked.role);
  Merged numbers(shelves, &RuleIndex::Shelf::permits);
  while (const auto number = numbers.next()) {
    if (least != nullptr && *number >= least->group_end) break;  // from here on all share more
    const Permit& rule = index.permits[*number];
    const Kind kind = check(rule, asked, question, counters);
    if (kind == Kind::permitted) {
      if (least == nullptr || shares_less(rule, *least, asked)) least = &rule;
      numbers.skip_to(rule.run_end);  // the same identifiers, kept as long or longer
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

Decision choose_evaluation(const EvaluateRule* rule, const Question& question,
                           const Counters& counters) {
  if (rule == nullptr) return deny(Kind::no_rule);
  const auto& budget = question.use == "tag" ? rule->tags_per_day : rule->locks_per_day;
  if (!budget) return deny(Kind::no_rule);
  if (rule->until && question.today > *rule->until) return deny(Kind::rule_expired);
  Decision decision;
  decision.rule = rule->id;
  decision.per_day = *budget;
  decision.permit =
      counters.used_today <= *budget && question.count <= *budget - counters.used_today;
  decision.reason.kind = decision.permit ? Kind::permitted : Kind::over_budget;
  return decision;
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
  const auto shelves = index.shelves(question.direction, asked.partner, asked.theme);
  Merged prohibitions(shelves, &RuleIndex::Shelf::prohibitions);
  while (const auto number = prohibitions.next()) {
    const Prohibition& rule = index.prohibitions[*number];
    if (!covers(rule, asked)) continue;
    Decision decision = deny(Kind::forbidden);
    decision.rule = rule.id;
    decision.reason.because = rule.because;
    return decision;
  }
  if (question.direction == Direction::evaluate) {
    const auto* rule = index.evaluation(*asked.partner, *asked.domain);
    return choose_evaluation(rule, question, counters);
  }
  return choose(index, shelves, asked, question, counters);
}

}  // namespace sluis::policy
