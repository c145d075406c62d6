#include "gateway/keys/gateway_keys.hpp"

#include <algorithm>

#include "gateway/keys/key_file.hpp"

namespace sluis::gateway {

using config::Result;

namespace {

Result<GatewayKeys> keys_of(const Result<KeyFile>& file) {
  if (!file) return file.failure();
  return file->keys();
}

}  // namespace

Result<GatewayKeys> GatewayKeys::read(const std::filesystem::path& path) {
  return keys_of(KeyFile::read(path));
}

Result<GatewayKeys> GatewayKeys::read(const config::Settings& settings) {
  const auto passphrase = passphrase_of(settings);
  if (!passphrase) return passphrase.failure();
  const auto file = KeyFile::read(settings.keys, *passphrase ? &**passphrase : nullptr);
  if (!file) return file.failure();
  const auto tokens = Tokens::of(settings);
  if (!tokens) return tokens.failure();
  return file->keys(*tokens ? &**tokens : nullptr);
}

GatewayKeys GatewayKeys::generate() {
  return KeyFile::fresh().keys().value();
}

Result<GatewayKeys> GatewayKeys::create(const std::filesystem::path& path) {
  const auto file = KeyFile::fresh();
  if (auto written = file.create(path); !written) return written.failure();
  return file.keys();
}

const crypto::SigningKey* GatewayKeys::sign_key(const crypto::Array<32>& public_key) const {
  if (sign.public_key() == public_key) return &sign;
  const auto found = std::ranges::find_if(
      former_sign, [&](const auto& each) { return each.public_key() == public_key; });
  return found == former_sign.end() ? nullptr : &*found;
}

bool GatewayKeys::same_root(const GatewayKeys& other) const {
  return log.public_key() == other.log.public_key() &&
         witness.public_key() == other.witness.public_key() &&
         crypto::equal(store_key.reveal(), other.store_key.reveal()) &&
         crypto::equal(reference_key.reveal(), other.reference_key.reveal()) &&
         crypto::equal(body_key.reveal(), other.body_key.reveal());
}

}  // namespace sluis::gateway
