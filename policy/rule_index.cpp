#include "policy/rule_index.hpp"

#include <algorithm>
#include <bit>
#include <tuple>

namespace sluis::policy {
namespace {

constexpr auto every_direction = {Direction::send, Direction::accept, Direction::query,
                                  Direction::evaluate};

/// In the order of their ids, which every shelf then has too.
template <class Rule>
std::vector<const Rule*> by_id(const std::vector<Rule>& rules) {
  std::vector<const Rule*> sorted;
  sorted.reserve(rules.size());
  for (const Rule& rule : rules) sorted.push_back(&rule);
  std::ranges::sort(sorted, {}, [](const Rule* rule) -> const std::string& { return rule->id; });
  return sorted;
}

const Selection everything{true, {}};

/// Of a partner and a theme, or a partner and a domain; nothing is "any".
std::uint64_t pair_key(std::optional<std::size_t> first, std::optional<std::size_t> second) {
  const std::uint64_t high = first ? *first + 1 : 0, low = second ? *second + 1 : 0;
  return high << 32 | low;
}

/// The words' numbers; for all of them one that is nothing.
std::vector<std::optional<std::size_t>> numbers_of(const Selection& selection,
                                                   const Numbering& numbering) {
  if (selection.all) return {std::nullopt};
  std::vector<std::optional<std::size_t>> numbers;
  for (const auto& word : selection.words) numbers.push_back(numbering.find(word));
  return numbers;
}

WordSet covered(const std::optional<Selection>& selection, const Numbering& numbering) {
  return selection ? WordSet::of(*selection, numbering) : WordSet::all();
}

}  // namespace

void Numbering::add(std::string_view word) {
  numbers_.try_emplace(std::string(word), size());
}

std::optional<std::size_t> Numbering::find(std::string_view word) const {
  const auto found = numbers_.find(word);
  if (found == numbers_.end()) return std::nullopt;
  return found->second;
}

WordSet WordSet::of(const Selection& selection, const Numbering& numbering) {
  if (selection.all) return all();
  WordSet set(0);
  for (const std::string& word : selection.words) {
    const auto number = numbering.find(word).value();  // the reader let no unknown word through
    if (set.rest_.size() <= number / 64) set.rest_.resize(number / 64 + 1);
    set.rest_[number / 64] |= std::uint64_t{1} << (number % 64);
  }
  if (!set.rest_.empty()) set.first_ = set.rest_.front();
  return set;
}

RuleIndex::RuleIndex(const Document& document, const Known& known) {
  number(known);
  std::vector<Unfiled> list;
  list.reserve(document.send.size() + document.accept.size() + document.query.size());
  for (const auto& rule : document.send)
    list.push_back(unfiled(permit_of(rule), Direction::send, rule.to, rule.themes));
  for (const auto& rule : document.accept)
    list.push_back(unfiled(permit_of(rule), Direction::accept, rule.from, rule.themes));
  for (const auto& rule : document.query)
    list.push_back(unfiled(permit_of(rule), Direction::query, everything, rule.themes));
  add_permits(std::move(list));
  for (const auto& rule : document.evaluate) {
    const auto key = pair_key(partners.find(rule.partner), domains.find(rule.domain));
    evaluations_.emplace(key, rule);
  }
  for (const auto* rule : by_id(document.forbid)) add(*rule);
}

void RuleIndex::number(const Known& known) {
  for (const auto& partner : known.partners) partners.add(partner);
  for (const auto& [domain, recipient] : known.recipients) domains.add(domain);
  for (const auto& theme : known.vocabulary.themes) themes.add(theme.id);
  for (const auto& word : known.vocabulary.purposes) purposes.add(word);
  for (const auto& word : known.vocabulary.severities) severities.add(word);
  for (const auto& word : known.vocabulary.legal_bases) legal_bases.add(word);
  for (const auto role : config::roles) roles.add(role);
}

void RuleIndex::add_permits(std::vector<Unfiled> list) {
  const auto sharing = [](const Unfiled& each) {
    const Permit& permit = each.permit;
    return std::tuple(-static_cast<int>(permit.reveal), permit.field_count, permit.identifiers,
                      permit.keep_seconds, std::string_view(permit.id));
  };
  std::sort(list.begin(), list.end(),
            [&](const Unfiled& a, const Unfiled& b) { return sharing(a) < sharing(b); });
  permits.reserve(list.size());
  for (auto& each : list) {
    file(each.direction, *each.whom, *each.themes, &Shelf::permits, permits.size());
    auto& named = has_rules_[static_cast<std::size_t>(each.direction)];
    if (each.whom->all) named.insert(0);
    for (const auto& word : each.whom->words) named.insert(partners.find(word).value() + 1);
    for (std::size_t role = 0; each.direction == Direction::query && role < roles.size(); ++role) {
      if (each.permit.roles.has(role)) query_roles_ |= std::uint64_t{1} << role;
    }
    permits.push_back(std::move(each.permit));
  }
  mark_runs();
}

void RuleIndex::mark_runs() {
  auto group_end = static_cast<std::uint32_t>(permits.size());
  auto run_end = group_end;
  for (std::size_t i = permits.size(); i-- > 0;) {
    Permit& permit = permits[i];
    if (i + 1 < permits.size()) {
      const Permit& next = permits[i + 1];
      const bool same_group =
          next.reveal == permit.reveal && next.field_count == permit.field_count;
      if (!same_group) group_end = static_cast<std::uint32_t>(i + 1);
      if (!same_group || next.identifiers != permit.identifiers)
        run_end = static_cast<std::uint32_t>(i + 1);
    }
    permit.group_end = group_end;
    permit.run_end = run_end;
  }
}

void RuleIndex::file(Direction direction, const Selection& whom, const Selection& about,
                     std::vector<std::uint32_t> Shelf::*list, std::size_t number) {
  auto& shelves = shelves_[static_cast<std::size_t>(direction)];
  for (const auto& partner : numbers_of(whom, partners)) {
    for (const auto& theme : numbers_of(about, themes)) {
      (shelves[pair_key(partner, theme)].*list).push_back(static_cast<std::uint32_t>(number));
    }
  }
}

RuleIndex::Shelves RuleIndex::shelves(Direction direction, std::optional<std::size_t> partner,
                                      std::optional<std::size_t> theme) const {
  static const Shelf none;
  const auto& all = shelves_[static_cast<std::size_t>(direction)];
  const auto find = [&](const std::optional<std::size_t>& who,
                        const std::optional<std::size_t>& what) {
    const auto found = all.find(pair_key(who, what));
    return found == all.end() ? &none : &found->second;
  };
  const auto any = std::optional<std::size_t>();
  return {partner && theme ? find(partner, theme) : &none, partner ? find(partner, any) : &none,
          theme ? find(any, theme) : &none, find(any, any)};
}

Reason::Kind RuleIndex::other_themes(Direction direction, std::optional<std::size_t> partner,
                                     std::optional<std::size_t> role) const {
  const auto& named = has_rules_[static_cast<std::size_t>(direction)];
  if (!named.contains(0) && !(partner && named.contains(*partner + 1)))
    return Reason::Kind::no_rule;
  if (role && (query_roles_ >> *role & 1U) == 0) return Reason::Kind::wrong_role;
  return Reason::Kind::wrong_theme;
}

const EvaluateRule* RuleIndex::evaluation(std::size_t partner, std::size_t domain) const {
  const auto found = evaluations_.find(pair_key(partner, domain));
  return found == evaluations_.end() ? nullptr : &found->second;
}

Permit RuleIndex::permit_of(const SendRule& rule) const {
  return {.id = rule.id,
          .roles = WordSet::all(),
          .purposes = WordSet::of(rule.purposes, purposes),
          .legal_bases = WordSet::of({false, {rule.legal_basis}}, legal_bases),
          .least_severity = severities.find(rule.severity_at_least).value(),
          .until = rule.until,
          .case_required = false,
          .identifiers = rule.identifiers,
          .fields = rule.shares,
          .field_count = std::popcount(rule.shares),
          .reveal = rule.reveal_after_partners,
          .keep_seconds = rule.keep.nominal_seconds(),
          .keep = rule.keep,
          .follow_up = rule.follow_up_within,
          .legal_basis = rule.legal_basis,
          .per_day = {},
          .group_end = 0,
          .run_end = 0};
}

Permit RuleIndex::permit_of(const AcceptRule& rule) const {
  return {.id = rule.id,
          .roles = WordSet::all(),
          .purposes = WordSet::of(rule.purposes, purposes),
          .legal_bases = WordSet::of(rule.legal_bases, legal_bases),
          .least_severity = 0,
          .until = rule.until,
          .case_required = false,
          .identifiers = 0,
          .fields = 0,
          .field_count = 0,
          .reveal = 0,
          .keep_seconds = rule.keep_at_most.nominal_seconds(),
          .keep = rule.keep_at_most,
          .follow_up = {},
          .legal_basis = {},
          .per_day = {},
          .group_end = 0,
          .run_end = 0};
}

Permit RuleIndex::permit_of(const QueryRule& rule) const {
  return {.id = rule.id,
          .roles = WordSet::of(rule.roles, roles),
          .purposes = WordSet::of(rule.purposes, purposes),
          .legal_bases = WordSet::all(),
          .least_severity = 0,
          .until = rule.until,
          .case_required = rule.case_required,
          .identifiers = 0,
          .fields = rule.shows,
          .field_count = std::popcount(rule.shows),
          .reveal = 0,
          .keep_seconds = 0,
          .keep = {},
          .follow_up = {},
          .legal_basis = {},
          .per_day = rule.per_day,
          .group_end = 0,
          .run_end = 0};
}

bool concerns(const ForbidRule& rule, Direction direction) {
  const auto name = directions[static_cast<std::size_t>(direction)];
  if (rule.directions && !rule.directions->all &&
      std::ranges::find(rule.directions->words, name) == rule.directions->words.end()) {
    return false;
  }
  const bool about_signal = direction != Direction::evaluate;
  return (!rule.to || direction == Direction::send) &&
         (!rule.from || direction == Direction::accept) &&
         (!rule.partners || direction == Direction::evaluate) &&
         (!rule.roles || direction == Direction::query) &&
         (!rule.domains || direction != Direction::query) && (!rule.themes || about_signal) &&
         (!rule.purposes || about_signal);
}

void RuleIndex::add(const ForbidRule& rule) {
  for (const Direction direction : every_direction) {
    if (!concerns(rule, direction)) continue;
    // At most one of these is named, or the rule would not concern this direction.
    const auto& named = rule.to ? rule.to : rule.from ? rule.from : rule.partners;
    file(direction, named.value_or(everything), rule.themes.value_or(everything),
         &Shelf::prohibitions, prohibitions.size());
  }
  prohibitions.push_back({rule.id, rule.because, covered(rule.domains, domains),
                          covered(rule.purposes, purposes), covered(rule.roles, roles)});
}

}  // namespace sluis::policy
