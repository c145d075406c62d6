// The words that a region's partners have agreed on; they stand in the directory (protocol.md §1).
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluis::config {

/// What a signal is about, with its names for people.
struct Theme {
  std::string id, nl, en;
};

/// How many words of each sort a directory may have.
inline constexpr std::size_t most_words = 256;

/// What callers of /v1 may be (api.md); the same in every region.
inline constexpr std::array<std::string_view, 4> roles = {"sender", "procesregisseur",
                                                          "privacy-officer", "operator"};

struct Vocabulary {
  std::vector<Theme> themes;
  std::vector<std::string> purposes;
  std::vector<std::string> severities;  // from the least to the most severe
  std::vector<std::string> legal_bases;

  [[nodiscard]] const Theme* theme(std::string_view id) const noexcept {
    const auto found = std::ranges::find(themes, id, &Theme::id);
    return found == themes.end() ? nullptr : &*found;
  }
  [[nodiscard]] bool has_purpose(std::string_view id) const noexcept {
    return std::ranges::find(purposes, id) != purposes.end();
  }
  [[nodiscard]] bool has_legal_basis(std::string_view id) const noexcept {
    return std::ranges::find(legal_bases, id) != legal_bases.end();
  }
  /// Its place in the order of severity, from 0; nothing for an unknown word.
  [[nodiscard]] std::optional<std::size_t> severity_rank(std::string_view id) const noexcept {
    const auto found = std::ranges::find(severities, id);
    if (found == severities.end()) return std::nullopt;
    return static_cast<std::size_t>(found - severities.begin());
  }
};

}  // namespace sluis::config
