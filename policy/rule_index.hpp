// A policy as `decide` wants it: words as numbers, and for each direction, partner and theme only
// the rules that can be about it. Made once, when a policy is read.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "policy/document.hpp"
#include "policy/reason.hpp"
#include "policy/words.hpp"

namespace sluis::policy {

/// Words to consecutive numbers.
class Numbering {
 public:
  void add(std::string_view word);
  [[nodiscard]] std::optional<std::size_t> find(std::string_view word) const;
  [[nodiscard]] std::size_t size() const noexcept { return numbers_.size(); }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view word) const noexcept {
      return std::hash<std::string_view>{}(word);
    }
  };
  std::unordered_map<std::string, std::size_t, Hash, std::equal_to<>> numbers_;
};

/// Which of the numbered words a rule covers. The first 64, mostly all that there are, are looked
/// up without leaving the rule.
class WordSet {
 public:
  static WordSet all() { return WordSet(~std::uint64_t{0}); }
  static WordSet of(const Selection& selection, const Numbering& numbering);

  [[nodiscard]] bool has(std::size_t number) const noexcept {
    if (number < 64) return (first_ >> number & 1U) != 0;
    return all_ || (number / 64 < rest_.size() && (rest_[number / 64] >> (number % 64) & 1U) != 0);
  }

 private:
  explicit WordSet(std::uint64_t first) : first_(first), all_(first != 0) {}
  std::uint64_t first_;
  bool all_;
  std::vector<std::uint64_t> rest_;
};

/// A send, accept or query rule. What a direction does not have stays at a value that never
/// refuses and counts the same for all.
struct Permit {
  std::string id;
  WordSet roles, purposes, legal_bases;  // its partners and themes: where it is filed
  std::size_t least_severity = 0;
  std::optional<config::Day> until;
  bool case_required = false;
  Mask identifiers = 0, fields = 0;
  int field_count = 0;
  unsigned reveal = 0;
  std::uint64_t keep_seconds = 0;  // for comparing alone
  std::optional<config::Duration> keep, follow_up;
  std::string legal_basis;
  std::optional<std::uint64_t> per_day;
  /// Where the permits end that share as much, and of those the ones with the same identifiers.
  std::uint32_t group_end = 0, run_end = 0;
};

struct Prohibition {
  std::string id, because;
  WordSet domains, purposes, roles;  // its partners and themes: where it is filed
};

/// Whether a question of this direction has every dimension that the rule names: "to" is only
/// there in what we send, "roles" only in what our own people ask.
[[nodiscard]] bool concerns(const ForbidRule& rule, Direction direction);

class RuleIndex {
 public:
  RuleIndex(const Document& document, const Known& known);

  /// The numbers of what is about one partner and theme, each list in ascending order.
  struct Shelf {
    std::vector<std::uint32_t> permits, prohibitions;
  };
  /// What names this partner and theme, and what names all of either: together all that can be
  /// about a question. `partner` is nothing for a query, `theme` for an evaluation.
  using Shelves = std::array<const Shelf*, 4>;
  [[nodiscard]] Shelves shelves(Direction direction, std::optional<std::size_t> partner,
                                std::optional<std::size_t> theme) const;
  /// The nearest that a rule about another theme comes to a permit.
  [[nodiscard]] Reason::Kind other_themes(Direction direction, std::optional<std::size_t> partner,
                                          std::optional<std::size_t> role) const;
  /// Null where this partner has no budget in this domain.
  [[nodiscard]] const EvaluateRule* evaluation(std::size_t partner, std::size_t domain) const;

  Numbering partners, domains, themes, purposes, severities, legal_bases, roles;
  /// From the least sharing on, as far as that does not depend on the question: reveal, fields,
  /// then in runs of the same identifiers by keep and id.
  std::vector<Permit> permits;
  std::vector<Prohibition> prohibitions;  // by id

 private:
  /// A permit before it has its number, and what it is filed under.
  struct Unfiled {
    Permit permit;
    Direction direction;
    const Selection* whom;
    const Selection* themes;
  };
  static Unfiled unfiled(Permit permit, Direction direction, const Selection& whom,
                         const Selection& themes) {
    return {std::move(permit), direction, &whom, &themes};
  }
  void number(const Known& known);
  [[nodiscard]] Permit permit_of(const SendRule& rule) const;
  [[nodiscard]] Permit permit_of(const AcceptRule& rule) const;
  [[nodiscard]] Permit permit_of(const QueryRule& rule) const;
  void add_permits(std::vector<Unfiled> list);
  void mark_runs();
  void add(const ForbidRule& rule);
  void file(Direction direction, const Selection& whom, const Selection& about,
            std::vector<std::uint32_t> Shelf::*list, std::size_t number);

  std::array<std::unordered_map<std::uint64_t, Shelf>, 4> shelves_;
  std::array<std::unordered_set<std::size_t>, 4> has_rules_;  // partner + 1; 0: any partner
  std::uint64_t query_roles_ = 0;                             // a bit for each that a rule names
  std::unordered_map<std::uint64_t, EvaluateRule> evaluations_;
};

}  // namespace sluis::policy
