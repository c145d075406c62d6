#include "crypto/seal.hpp"

#include <sodium.h>

namespace sluis::crypto {

static_assert(seal_overhead_bytes == crypto_box_SEALBYTES);

SealKey::SealKey(SealSecret secret) : secret_(std::move(secret)) {
  // Fails for no secret: the base point has a large order.
  static_cast<void>(crypto_scalarmult_base(public_key_.data(), secret_.reveal().data()));
}

std::optional<SealKey> SealKey::from_secret(View secret) {
  auto copy = SealSecret::copy_of(secret);
  if (!copy) return std::nullopt;
  return SealKey(std::move(*copy));
}

std::optional<Bytes> SealKey::open(View sealed) const {
  if (sealed.size() < seal_overhead_bytes) return std::nullopt;
  Bytes plain(sealed.size() - seal_overhead_bytes);
  if (crypto_box_seal_open(plain.data(), sealed.data(), sealed.size(), public_key_.data(),
                           secret_.reveal().data()) != 0) {
    return std::nullopt;
  }
  return plain;
}

std::optional<Bytes> seal_to(FixedView<32> public_key, View plain) {
  init();
  Bytes sealed(plain.size() + seal_overhead_bytes);
  if (crypto_box_seal(sealed.data(), plain.data(), plain.size(), public_key.data()) != 0) {
    return std::nullopt;
  }
  return sealed;
}

}  // namespace sluis::crypto
