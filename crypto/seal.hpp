// Sealed boxes: bytes that only the holder of one X25519 key reads, from a sender that leaves no
// trace in them. libsodium's crypto_box_seal.
#pragma once

#include <optional>

#include "crypto/bytes.hpp"
#include "crypto/secret.hpp"

namespace sluis::crypto {

/// The 32 bytes of an X25519 private key. What a key file holds.
using SealSecret = Secret<struct SealSecretTag, 32>;

/// What a box is longer than what is in it.
inline constexpr std::size_t seal_overhead_bytes = 48;

class SealKey {
 public:
  explicit SealKey(SealSecret secret);
  /// For a key file. Nothing unless 32 bytes; the caller wipes them.
  [[nodiscard]] static std::optional<SealKey> from_secret(View secret);
  [[nodiscard]] static SealKey random() { return SealKey(SealSecret::random()); }

  [[nodiscard]] const Array<32>& public_key() const noexcept { return public_key_; }
  /// Nothing where it was sealed to another key, or a bit of it is another.
  [[nodiscard]] std::optional<Bytes> open(View sealed) const;

 private:
  SealSecret secret_;
  Array<32> public_key_;
};

/// Nothing for a public key of small order.
[[nodiscard]] std::optional<Bytes> seal_to(FixedView<32> public_key, View plain);

}  // namespace sluis::crypto
