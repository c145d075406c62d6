// RFC 9497 §4.1: the suite ristretto255-SHA512 in mode VOPRF (0x01), with the expansion of
// RFC 9380 §5.3.1. For the files behind voprf.hpp; nothing outside this room needs it.
#pragma once

#include <initializer_list>
#include <string_view>

#include "crypto/bytes.hpp"
#include "crypto/scalar.hpp"

namespace sluis::crypto::suite {

// The context string "OPRFV1-" || 0x01 || "-ristretto255-SHA512" stands behind each.
inline constexpr std::string_view group_dst = "HashToGroup-OPRFV1-\x01-ristretto255-SHA512";
inline constexpr std::string_view scalar_dst = "HashToScalar-OPRFV1-\x01-ristretto255-SHA512";
inline constexpr std::string_view seed_dst = "Seed-OPRFV1-\x01-ristretto255-SHA512";
inline constexpr std::string_view derive_dst = "DeriveKeyPairOPRFV1-\x01-ristretto255-SHA512";

/// I2OSP(value, 2): the length in front of every field.
[[nodiscard]] constexpr Array<2> two_bytes(std::size_t value) noexcept {
  return {static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)};
}

/// The most that `Expander` expands to: 255 digests.
inline constexpr std::size_t max_expanded_bytes = std::size_t{255} * 64;

/// expand_message_xmd with SHA-512 (RFC 9380 §5.3.1) under one domain separation tag.
class Expander {
 public:
  /// Throws std::invalid_argument for a tag above 255 bytes: §5.3.3 would hash it first.
  explicit Expander(std::string_view dst);
  /// To as many bytes as the suite asks for.
  [[nodiscard]] Array<64> expand(std::initializer_list<View> message) const;
  /// To `uniform.size()` bytes. Throws std::invalid_argument above `max_expanded_bytes`.
  void expand(std::initializer_list<View> message, std::span<std::uint8_t> uniform) const;

 private:
  Bytes dst_prime_;
};

/// HashToGroup up to the one-way map: the 64 bytes for Element::from_hash.
[[nodiscard]] Array<64> uniform_for_group(View input);
/// HashToScalar under the suite's own tag.
[[nodiscard]] Scalar hash_to_scalar(std::initializer_list<View> message);

}  // namespace sluis::crypto::suite
