// Private keys that stay inside a PKCS #11 token (an HSM, a smart card, SoftHSM): it signs, and
// never gives them out.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "config/result.hpp"
#include "crypto/sign.hpp"
#include "gateway/keys/passphrase.hpp"

namespace sluis::gateway {

/// A PKCS #11 module and the PIN of its tokens. Handles to one loaded module; any thread. A token
/// must know Ed25519 (CKK_EC_EDWARDS, CKM_EDDSA; PKCS #11 v3.0).
class Tokens {
 public:
  /// `unavailable` when the module cannot be loaded.
  [[nodiscard]] static config::Result<Tokens> load(const std::filesystem::path& module,
                                                   Passphrase pin);

  /// Those of the settings; nothing when they name no module.
  [[nodiscard]] static config::Result<std::optional<Tokens>> of(const config::Settings& settings);

  /// True for a text that names an object in a token (RFC 7512): "pkcs11:token=…;object=…".
  [[nodiscard]] static bool is_uri(std::string_view text) noexcept {
    return text.starts_with("pkcs11:");
  }

  /// The Ed25519 key of this name. Its public half is read from the token and held against a
  /// signature that it makes now. `not_found`, `invalid` or `unavailable`, with the URI;
  /// `forbidden` for a wrong PIN. A signature that fails later, because the token is gone, throws
  /// std::runtime_error; the next one looks for the token anew.
  [[nodiscard]] config::Result<crypto::SigningKey> signing_key(const std::string& uri) const;

  /// Puts a private key into the token under the URI's object name, so that it cannot be read out
  /// again. `conflict` when there is an object of that name.
  [[nodiscard]] config::Result<void> store(const std::string& uri,
                                           const crypto::SigningSeed& seed) const;

  struct Module;  // in token.cpp

 private:
  explicit Tokens(std::shared_ptr<Module> module) : module_(std::move(module)) {}
  std::shared_ptr<Module> module_;
};

}  // namespace sluis::gateway
