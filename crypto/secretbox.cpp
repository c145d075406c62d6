#include "crypto/secretbox.hpp"

#include <sodium.h>

namespace sluis::crypto {
namespace {
constexpr std::size_t nonce_bytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
static_assert(box_overhead_bytes == nonce_bytes + crypto_aead_xchacha20poly1305_ietf_ABYTES);
}  // namespace

Bytes seal(FixedView<32> key, View associated, View plain) {
  Bytes box(plain.size() + box_overhead_bytes);
  const std::span<std::uint8_t> nonce(box.data(), nonce_bytes);
  fill_random(nonce);
  crypto_aead_xchacha20poly1305_ietf_encrypt(box.data() + nonce_bytes, nullptr, plain.data(),
                                             plain.size(), associated.data(), associated.size(),
                                             nullptr, nonce.data(), key.data());
  return box;
}

namespace {

/// Opens into `plain`, which is as long as what is in the box.
bool open_into(FixedView<32> key, View associated, View box, std::span<std::uint8_t> plain) {
  const View nonce = box.first(nonce_bytes);
  const View sealed = box.subspan(nonce_bytes);
  return crypto_aead_xchacha20poly1305_ietf_decrypt(
             plain.data(), nullptr, nullptr, sealed.data(), sealed.size(), associated.data(),
             associated.size(), nonce.data(), key.data()) == 0;
}

}  // namespace

std::optional<Bytes> open(FixedView<32> key, View associated, View box) {
  if (box.size() < box_overhead_bytes) return std::nullopt;
  Bytes plain(box.size() - box_overhead_bytes);
  if (!open_into(key, associated, box, plain)) return std::nullopt;
  return plain;
}

std::optional<SecretBytes> open_secret(FixedView<32> key, View associated, View box) {
  if (box.size() < box_overhead_bytes) return std::nullopt;
  SecretBytes plain(box.size() - box_overhead_bytes);
  if (!open_into(key, associated, box, plain.bytes())) return std::nullopt;
  return plain;
}

}  // namespace sluis::crypto
