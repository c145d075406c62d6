// A gateway's own private keys, as the programs use them; key_file.hpp has the file.
#pragma once

#include <filesystem>
#include <vector>

#include "config/result.hpp"
#include "crypto/seal.hpp"
#include "crypto/secret.hpp"
#include "crypto/sign.hpp"

namespace sluis::config {
struct Settings;
}

namespace sluis::gateway {

using StoreKey = crypto::Secret<struct StoreKeyTag, 32>;
using ReferenceKey = crypto::Secret<struct ReferenceKeyTag, 32>;
using BodyKey = crypto::Secret<struct BodyKeyTag, 32>;

/// The Ed25519 keys are their seeds (RFC 8032 §5.1.5). The public halves stand in the directory
/// (protocol.md §1).
struct GatewayKeys {
  crypto::SigningKey sign;  // the newest: Region::sign_key() is the one that the directory names
  std::vector<crypto::SigningKey> former_sign;  // newest first
  crypto::SigningKey log;                       // checkpoints of the audit log
  crypto::SigningKey witness;                   // cosignatures on partners' checkpoints
  std::vector<crypto::SealKey> seal;            // at least one; newest first
  StoreKey store_key;                           // seals content keys in the database, share files
  ReferenceKey reference_key;  // HMAC over linkage keys, for the audit log's subjects
  BodyKey body_key;            // MAC over the bodies of signals (api.md)
  bool sealed_at_rest = false;

  /// From a key file that is not sealed.
  [[nodiscard]] static config::Result<GatewayKeys> read(const std::filesystem::path& path);
  /// From the key file that the settings name, opened with the passphrase that they name, and from
  /// the tokens that stand in it. Errors are those of KeyFile, passphrase_of and Tokens.
  [[nodiscard]] static config::Result<GatewayKeys> read(const config::Settings& settings);
  /// Fresh keys, in memory alone.
  [[nodiscard]] static GatewayKeys generate();
  /// Fresh keys in a new file of mode 0600, durable, not sealed. `conflict` when it is there.
  [[nodiscard]] static config::Result<GatewayKeys> create(const std::filesystem::path& path);

  /// The sign key with this public half, or null.
  [[nodiscard]] const crypto::SigningKey* sign_key(const crypto::Array<32>& public_key) const;
  /// True when all that a running gateway cannot exchange is the same: all but sign and seal keys.
  [[nodiscard]] bool same_root(const GatewayKeys& other) const;
};

}  // namespace sluis::gateway
