// OpenSSL 3.0 has deprecated engines, and Debian 12 has no provider for PKCS #11.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "gateway/net/token_key.hpp"

#include <openssl/engine.h>
#include <openssl/err.h>

#include <mutex>

namespace sluis::gateway::net {
namespace {

using config::Code;
using config::Result;

config::Error refused(Code code, const std::string& what) {
  return config::error(code, what + ": " + openssl_error());
}

/// Loaded once, for one module, and never given back: keys that came from it may live to the end.
Result<ENGINE*> loaded(const KeyInToken& key) {
  static ENGINE* engine = nullptr;
  if (engine != nullptr) return engine;
  ENGINE_load_dynamic();
  ENGINE* found = ENGINE_by_id("pkcs11");
  if (found == nullptr)
    return refused(Code::unavailable,
                   "OpenSSL's engine pkcs11 (package libengine-pkcs11-openssl) cannot be loaded");
  if (ENGINE_ctrl_cmd_string(found, "MODULE_PATH", key.module.c_str(), 0) != 1 ||
      ENGINE_init(found) != 1) {
    ENGINE_free(found);
    return refused(Code::unavailable, key.module.string() + ": cannot be used as PKCS #11 module");
  }
  engine = found;
  return engine;
}

}  // namespace

Result<KeyPtr> key_in_token(const KeyInToken& key) {
  static std::mutex mutex;
  const std::scoped_lock lock(mutex);
  ERR_clear_error();
  const auto engine = loaded(key);
  if (!engine) return engine.failure();
  crypto::SecretBytes pin(key.pin->reveal().size() + 1);  // ends in a zero
  std::copy(key.pin->reveal().begin(), key.pin->reveal().end(), pin.bytes().begin());
  const auto* text = reinterpret_cast<const char*>(pin.reveal().data());
  ENGINE_ctrl_cmd_string(*engine, "PIN", text, 0);
  KeyPtr held(ENGINE_load_private_key(*engine, key.uri.c_str(), nullptr, nullptr));
  if (!held) return refused(Code::invalid, key.uri + ": the token gives no such TLS key");
  return held;
}

}  // namespace sluis::gateway::net
