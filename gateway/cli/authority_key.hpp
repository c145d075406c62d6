// The key file of one of a region's authorities: who may sign its directory.
#pragma once

#include <filesystem>

#include "config/result.hpp"
#include "crypto/sign.hpp"

namespace sluis::gateway::cli {

/// {"v":1,"authorityKey":"<32>"}: the seed (RFC 8032 §5.1.5), in a file that only its owner may
/// read; refused otherwise.
[[nodiscard]] config::Result<crypto::SigningKey> read_authority_key(
    const std::filesystem::path& path);

/// A fresh key in a new file of mode 0600. `conflict` when it is there already.
[[nodiscard]] config::Result<crypto::SigningKey> create_authority_key(
    const std::filesystem::path& path);

}  // namespace sluis::gateway::cli
