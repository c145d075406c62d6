#include "crypto/passphrase.hpp"

#include <sodium.h>

namespace sluis::crypto {
namespace {

constexpr std::uint64_t most_operations = 16;
constexpr std::uint64_t most_memory_bytes = std::uint64_t{2} << 30U;
static_assert(passphrase_salt_bytes == crypto_pwhash_argon2id_SALTBYTES);

}  // namespace

PassphraseCost PassphraseCost::moderate() noexcept {
  return {crypto_pwhash_argon2id_OPSLIMIT_MODERATE, crypto_pwhash_argon2id_MEMLIMIT_MODERATE};
}

PassphraseCost PassphraseCost::least() noexcept {
  return {crypto_pwhash_argon2id_OPSLIMIT_MIN, crypto_pwhash_argon2id_MEMLIMIT_MIN};
}

bool PassphraseCost::is_allowed() const noexcept {
  return operations >= least().operations && operations <= most_operations &&
         memory_bytes >= least().memory_bytes && memory_bytes <= most_memory_bytes;
}

std::optional<PassphraseKey> key_of_passphrase(View passphrase,
                                               FixedView<passphrase_salt_bytes> salt,
                                               PassphraseCost cost) {
  init();
  if (!cost.is_allowed()) return std::nullopt;
  bool made = false;
  auto key = PassphraseKey::filled([&](auto bytes) {
    made = crypto_pwhash_argon2id(bytes.data(), bytes.size(),
                                  reinterpret_cast<const char*>(passphrase.data()),
                                  passphrase.size(), salt.data(), cost.operations,
                                  static_cast<std::size_t>(cost.memory_bytes),
                                  crypto_pwhash_argon2id_ALG_ARGON2ID13) == 0;
  });
  if (!made) return std::nullopt;
  return key;
}

}  // namespace sluis::crypto
