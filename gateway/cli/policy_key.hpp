// The key file of one of an organisation's officers: who may sign its policy.
#pragma once

#include <filesystem>

#include "config/result.hpp"
#include "crypto/sign.hpp"

namespace sluis::gateway::cli {

/// {"v":1,"policyKey":"<32>"}: the seed (RFC 8032 §5.1.5), in a file that only its owner may read;
/// refused otherwise.
[[nodiscard]] config::Result<crypto::SigningKey> read_policy_key(const std::filesystem::path& path);

/// A fresh key in a new file of mode 0600. `conflict` when it is there already.
[[nodiscard]] config::Result<crypto::SigningKey> create_policy_key(
    const std::filesystem::path& path);

}  // namespace sluis::gateway::cli
