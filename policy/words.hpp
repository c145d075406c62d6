// The words that the language itself has; those of a region stand in its directory.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace sluis::policy {

/// Which way something goes: what we send, what we take in, what our own people ask, and what a
/// partner has us evaluate.
enum class Direction { send, accept, query, evaluate };
inline constexpr std::array<std::string_view, 4> directions = {"send", "accept", "query",
                                                               "evaluate"};

/// Kinds of linkage key (protocol.md §2), the strongest first.
inline constexpr std::array<std::string_view, 3> identifiers = {"bsn", "name-dob", "dob-address"};

/// What a content may hold (protocol.md §5).
inline constexpr std::array<std::string_view, 4> fields = {"severity", "observedAt", "contact",
                                                           "payload"};

/// A set of the words of one of these lists, a bit for each.
using Mask = unsigned;

template <std::size_t N>
[[nodiscard]] constexpr std::optional<std::size_t> place_in(
    const std::array<std::string_view, N>& words, std::string_view word) noexcept {
  for (std::size_t i = 0; i < N; ++i) {
    if (words[i] == word) return i;
  }
  return std::nullopt;
}

}  // namespace sluis::policy
