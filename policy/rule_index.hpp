// A policy as `decide` wants it: words as numbers, and for each direction and partner only the
// rules that can be about it. Made once, when a policy is read.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "policy/document.hpp"
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
  WordSet roles, themes, purposes, legal_bases;
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
};

struct Prohibition {
  std::string id, because;
  WordSet domains, themes, purposes, roles;
};

/// Whether a question of this direction has every dimension that the rule names: "to" is only
/// there in what we send, "roles" only in what our own people ask.
[[nodiscard]] bool concerns(const ForbidRule& rule, Direction direction);

class RuleIndex {
 public:
  RuleIndex(const Document& document, const Known& known);

  /// All that can be about one direction and partner: permits from the least sharing on, as far as
  /// that does not depend on the question (reveal, then fields), equals and prohibitions by id.
  struct Shelf {
    std::vector<std::size_t> permits, prohibitions;
  };
  /// `partner` is a number of `partners`; 0 for a query.
  [[nodiscard]] const Shelf& shelf(Direction direction, std::size_t partner) const {
    return shelves_[static_cast<std::size_t>(direction)][partner];
  }

  Numbering partners, domains, themes, purposes, severities, legal_bases, roles;
  std::vector<Permit> permits;
  std::vector<Prohibition> prohibitions;
  std::vector<EvaluateRule> evaluations;  // the shelves' permits where the direction is evaluate

 private:
  void number(const Known& known);
  void sort_permits();
  void add(const SendRule& rule);
  void add(const AcceptRule& rule);
  void add(const QueryRule& rule);
  void add(const EvaluateRule& rule);
  void add(const ForbidRule& rule);
  /// Onto the shelves of one direction and of the partners that `whom` covers.
  void shelve(Direction direction, const WordSet& whom, std::vector<std::size_t> Shelf::*list,
              std::size_t number);

  std::array<std::vector<Shelf>, 4> shelves_;
};

}  // namespace sluis::policy
