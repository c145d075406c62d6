// Ed25519 (RFC 8032) as libsodium has it: envelopes, receipts, directories, dealings, checkpoints.
#pragma once

#include "crypto/bytes.hpp"
#include "crypto/secret.hpp"

namespace sluis::crypto {

/// The 32 bytes of a private key, RFC 8032 §5.1.5. What a key file holds.
using SigningSeed = Secret<struct SigningSeedTag, 32>;

class SigningKey {
 public:
  explicit SigningKey(const SigningSeed& seed);
  /// For a key file. Nothing unless 32 bytes; the caller wipes them.
  [[nodiscard]] static std::optional<SigningKey> from_seed(View seed);
  [[nodiscard]] static SigningKey random() { return SigningKey(SigningSeed::random()); }

  [[nodiscard]] const Array<32>& public_key() const noexcept { return public_key_; }
  /// Deterministic. May be called from several threads.
  [[nodiscard]] Array<64> sign(View message) const;

 private:
  Array<32> public_key_;
  Secret<struct ExpandedTag, 64> expanded_;  // seed || public key, as libsodium wants it
};

/// crypto_sign_verify_detached: cofactorless; canonical S, no small-order key or R.
[[nodiscard]] bool verify(FixedView<32> public_key, View message, FixedView<64> signature);

}  // namespace sluis::crypto
