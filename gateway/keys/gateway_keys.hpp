// A gateway's own private keys, all of them, in one file that only its user may read.
#pragma once

#include <filesystem>
#include <vector>

#include "config/result.hpp"
#include "crypto/seal.hpp"
#include "crypto/secret.hpp"
#include "crypto/sign.hpp"

namespace sluis::gateway {

using StoreKey = crypto::Secret<struct StoreKeyTag, 32>;
using ReferenceKey = crypto::Secret<struct ReferenceKeyTag, 32>;
using BodyKey = crypto::Secret<struct BodyKeyTag, 32>;

/// The file: {"v":1,"signKey","sealKeys":[…],"logKey","witnessKey","storeKey","referenceKey",
/// "bodyKey"}, each 32 bytes in base64url; the Ed25519 keys are their seeds (RFC 8032 §5.1.5). The
/// public halves stand in the directory (protocol.md §1).
struct GatewayKeys {
  crypto::SigningKey sign;            // envelopes, receipts, dealings
  crypto::SigningKey log;             // checkpoints of the audit log
  crypto::SigningKey witness;         // cosignatures on partners' checkpoints
  std::vector<crypto::SealKey> seal;  // at least one; the first is the one to use
  StoreKey store_key;                 // seals content keys in the database
  ReferenceKey reference_key;         // HMAC over linkage keys, for the audit log's subjects
  BodyKey body_key;                   // MAC over the bodies of signals (api.md)

  /// `forbidden` when others than the owner may read the file, with the chmod to do. An error names
  /// the field and never a byte of what is in it.
  [[nodiscard]] static config::Result<GatewayKeys> read(const std::filesystem::path& path);
  /// Fresh keys, in memory alone.
  [[nodiscard]] static GatewayKeys generate();
  /// Fresh keys in a new file of mode 0600, durable. `conflict` when the file is there already.
  [[nodiscard]] static config::Result<GatewayKeys> create(const std::filesystem::path& path);
};

}  // namespace sluis::gateway
