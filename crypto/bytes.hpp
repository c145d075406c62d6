// The byte types that every other file of this room speaks in.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>
#include <vector>

namespace sluis::crypto {

using Bytes = std::vector<std::uint8_t>;
/// Borrowed bytes: whoever is handed one keeps it no longer than the call, unless said otherwise.
using View = std::span<const std::uint8_t>;
template <std::size_t N>
using Array = std::array<std::uint8_t, N>;
template <std::size_t N>
using FixedView = std::span<const std::uint8_t, N>;

/// Starts libsodium. Idempotent and thread safe; throws std::runtime_error when libsodium has no
/// source of randomness. Call it once before anything else in this room.
void init();

/// The `00` that separates the fields of every byte string that is hashed, signed or
/// authenticated (protocol.md, Notation).
inline constexpr std::string_view zero_byte{"\0", 1};

[[nodiscard]] inline View as_view(std::string_view text) noexcept {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
[[nodiscard]] inline std::string_view as_text(View bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

[[nodiscard]] Bytes concat(std::initializer_list<View> parts);

/// Compares in a time that depends on the lengths alone. Different lengths are unequal.
[[nodiscard]] bool equal(View a, View b) noexcept;

}  // namespace sluis::crypto
