// From a person to linkage keys (protocol.md §2): what two organisations that know the same person
// both arrive at. Only in memory: a linkage key is never stored, logged or sent.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/core/person.hpp"
#include "gateway/core/wiped_text.hpp"
#include "gateway/store/rows.hpp"

namespace sluis::gateway {

/// What a link by a kind of linkage key is worth, weakest first.
using store::Certainty;

struct LinkageKey {
  std::string kind;  // "bsn", "name-dob", "dob-address"
  WipedText value;
};

/// As many as the person's fields allow, the strongest first, one of each kind at most. A field
/// that does not fit gives none; it is no error.
[[nodiscard]] std::vector<LinkageKey> linkage_keys(const Person& person);

/// Only A–Z are left: NFKD, full upper case, and the letters that have no decomposition spelled
/// out (Ø as O, Þ as TH).
[[nodiscard]] WipedText linkage_form(std::string_view text);

/// Nine digits, or eight and a zero in front; the eleven-proof; not 000000000.
[[nodiscard]] bool valid_bsn(std::string_view text) noexcept;

/// `none` for a kind that there is not.
[[nodiscard]] Certainty certainty_of(std::string_view kind) noexcept;
[[nodiscard]] std::string_view certainty_name(Certainty certainty) noexcept;
/// True for a kind that a person has one of: two different ones contradict each other.
[[nodiscard]] bool is_unique_kind(std::string_view kind) noexcept;

}  // namespace sluis::gateway
