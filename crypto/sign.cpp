#include "crypto/sign.hpp"

#include <sodium.h>

namespace sluis::crypto {

namespace {

class MemorySigner final : public Signer {
 public:
  explicit MemorySigner(const SigningSeed& seed)
      : expanded_(decltype(expanded_)::filled([&](auto bytes) {
          crypto_sign_seed_keypair(public_key_.data(), bytes.data(), seed.reveal().data());
        })) {}

  [[nodiscard]] const Array<32>& public_key() const noexcept override { return public_key_; }
  [[nodiscard]] Array<64> sign(View message) const override {
    Array<64> signature;
    crypto_sign_detached(signature.data(), nullptr, message.data(), message.size(),
                         expanded_.reveal().data());
    return signature;
  }

 private:
  Array<32> public_key_{};
  Secret<struct ExpandedTag, 64> expanded_;  // seed || public key, as libsodium wants it
};

}  // namespace

SigningKey::SigningKey(const SigningSeed& seed) : signer_(std::make_shared<MemorySigner>(seed)) {}

std::optional<SigningKey> SigningKey::from_seed(View seed) {
  const auto secret = SigningSeed::copy_of(seed);
  if (!secret) return std::nullopt;
  return SigningKey(*secret);
}

bool verify(FixedView<32> public_key, View message, FixedView<64> signature) {
  return crypto_sign_verify_detached(signature.data(), message.data(), message.size(),
                                     public_key.data()) == 0;
}

}  // namespace sluis::crypto
