// Ed25519 (RFC 8032) as libsodium has it: envelopes, receipts, directories, dealings, checkpoints.
#pragma once

#include <memory>
#include <optional>

#include "crypto/bytes.hpp"
#include "crypto/secret.hpp"

namespace sluis::crypto {

/// The 32 bytes of a private key, RFC 8032 §5.1.5. What a key file holds.
using SigningSeed = Secret<struct SigningSeedTag, 32>;

/// Where a private key is: in our memory, or in a token that only signs. Any thread may ask.
class Signer {
 public:
  virtual ~Signer() = default;
  [[nodiscard]] virtual const Array<32>& public_key() const noexcept = 0;
  /// Ed25519, pure. Deterministic. Throws std::runtime_error when a token does not answer: nothing
  /// was signed then.
  [[nodiscard]] virtual Array<64> sign(View message) const = 0;
};

/// A handle to a private key. Copies are handles to the same one; it is wiped with the last.
class SigningKey {
 public:
  explicit SigningKey(const SigningSeed& seed);
  explicit SigningKey(std::shared_ptr<const Signer> signer) : signer_(std::move(signer)) {}
  /// For a key file. Nothing unless 32 bytes; the caller wipes them.
  [[nodiscard]] static std::optional<SigningKey> from_seed(View seed);
  [[nodiscard]] static SigningKey random() { return SigningKey(SigningSeed::random()); }

  [[nodiscard]] const Array<32>& public_key() const noexcept { return signer_->public_key(); }
  /// As Signer::sign.
  [[nodiscard]] Array<64> sign(View message) const { return signer_->sign(message); }

 private:
  std::shared_ptr<const Signer> signer_;
};

/// crypto_sign_verify_detached: cofactorless; canonical S, no small-order key or R.
[[nodiscard]] bool verify(FixedView<32> public_key, View message, FixedView<64> signature);

}  // namespace sluis::crypto
