#include "crypto/sign.hpp"

#include <sodium.h>

namespace sluis::crypto {

SigningKey::SigningKey(const SigningSeed& seed)
    : expanded_(decltype(expanded_)::filled([&](auto bytes) {
        crypto_sign_seed_keypair(public_key_.data(), bytes.data(), seed.reveal().data());
      })) {}

std::optional<SigningKey> SigningKey::from_seed(View seed) {
  const auto secret = SigningSeed::copy_of(seed);
  if (!secret) return std::nullopt;
  return SigningKey(*secret);
}

Array<64> SigningKey::sign(View message) const {
  Array<64> signature;
  crypto_sign_detached(signature.data(), nullptr, message.data(), message.size(),
                       expanded_.reveal().data());
  return signature;
}

bool verify(FixedView<32> public_key, View message, FixedView<64> signature) {
  return crypto_sign_verify_detached(signature.data(), message.data(), message.size(),
                                     public_key.data()) == 0;
}

}  // namespace sluis::crypto
