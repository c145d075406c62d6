#include "policy/rule_index.hpp"

#include <algorithm>
#include <bit>

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
  for (const Direction direction : every_direction) {
    const bool query = direction == Direction::query;
    shelves_[static_cast<std::size_t>(direction)].resize(query ? 1 : partners.size());
  }
  for (const auto* rule : by_id(document.send)) add(*rule);
  for (const auto* rule : by_id(document.accept)) add(*rule);
  for (const auto* rule : by_id(document.query)) add(*rule);
  sort_permits();
  for (const auto* rule : by_id(document.evaluate)) add(*rule);
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

void RuleIndex::sort_permits() {
  for (Permit& permit : permits) permit.field_count = std::popcount(permit.fields);
  const auto sharing = [this](std::size_t number) {
    const Permit& permit = permits[number];
    return std::pair(-static_cast<int>(permit.reveal), permit.field_count);
  };
  for (auto& direction : shelves_) {
    for (Shelf& shelf : direction) std::ranges::stable_sort(shelf.permits, {}, sharing);
  }
}

void RuleIndex::shelve(Direction direction, const WordSet& whom,
                       std::vector<std::size_t> Shelf::*list, std::size_t number) {
  auto& shelves = shelves_[static_cast<std::size_t>(direction)];
  for (std::size_t partner = 0; partner < shelves.size(); ++partner) {
    if (whom.has(partner)) (shelves[partner].*list).push_back(number);
  }
}

void RuleIndex::add(const SendRule& rule) {
  shelve(Direction::send, WordSet::of(rule.to, partners), &Shelf::permits, permits.size());
  permits.push_back({.id = rule.id,
                     .roles = WordSet::all(),
                     .themes = WordSet::of(rule.themes, themes),
                     .purposes = WordSet::of(rule.purposes, purposes),
                     .legal_bases = WordSet::of({false, {rule.legal_basis}}, legal_bases),
                     .least_severity = severities.find(rule.severity_at_least).value(),
                     .until = rule.until,
                     .case_required = false,
                     .identifiers = rule.identifiers,
                     .fields = rule.shares,
                     .field_count = 0,
                     .reveal = rule.reveal_after_partners,
                     .keep_seconds = rule.keep.nominal_seconds(),
                     .keep = rule.keep,
                     .follow_up = rule.follow_up_within,
                     .legal_basis = rule.legal_basis,
                     .per_day = {}});
}

void RuleIndex::add(const AcceptRule& rule) {
  shelve(Direction::accept, WordSet::of(rule.from, partners), &Shelf::permits, permits.size());
  permits.push_back({.id = rule.id,
                     .roles = WordSet::all(),
                     .themes = WordSet::of(rule.themes, themes),
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
                     .per_day = {}});
}

void RuleIndex::add(const QueryRule& rule) {
  shelve(Direction::query, WordSet::all(), &Shelf::permits, permits.size());
  permits.push_back({.id = rule.id,
                     .roles = WordSet::of(rule.roles, roles),
                     .themes = WordSet::of(rule.themes, themes),
                     .purposes = WordSet::of(rule.purposes, purposes),
                     .legal_bases = WordSet::all(),
                     .least_severity = 0,
                     .until = rule.until,
                     .case_required = rule.case_required,
                     .identifiers = 0,
                     .fields = rule.shows,
                     .field_count = 0,
                     .reveal = 0,
                     .keep_seconds = 0,
                     .keep = {},
                     .follow_up = {},
                     .legal_basis = {},
                     .per_day = rule.per_day});
}

void RuleIndex::add(const EvaluateRule& rule) {
  shelve(Direction::evaluate, WordSet::of({false, {rule.partner}}, partners), &Shelf::permits,
         evaluations.size());
  evaluations.push_back(rule);
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
    shelve(direction, covered(named, partners), &Shelf::prohibitions, prohibitions.size());
  }
  prohibitions.push_back({rule.id, rule.because, covered(rule.domains, domains),
                          covered(rule.themes, themes), covered(rule.purposes, purposes),
                          covered(rule.roles, roles)});
}

}  // namespace sluis::policy
