// The word of a gateway's own operator that it may deal its share of a key to others (protocol.md
// §6, reshare): the region's authorities alone cannot have a key dealt out.
#pragma once

#include <filesystem>

#include "config/directory.hpp"
#include "config/result.hpp"
#include "config/time.hpp"
#include "crypto/sign.hpp"

namespace sluis::gateway {

/// Of one directory, whole: its hash covers the new holders and the keys that their shares are
/// sealed to. Signed with the gateway's own signKey, so that who can write in its data folder but
/// has not its keys can approve nothing; kept in approvals.json there, {"v":1,"approvals":[…]}.
struct Approval {
  std::string partner;  // whose gateway deals
  std::uint64_t version = 0;
  crypto::Array<32> directory{};  // Directory::hash()
  config::Timestamp at{};
  crypto::Array<64> signature{};

  [[nodiscard]] static Approval make(const config::Directory& directory,
                                     const config::PartnerId& partner, config::Timestamp at,
                                     const crypto::SigningKey& key);
  /// That `partner` said it, of this directory, with the signKey that stands there.
  [[nodiscard]] bool covers(const config::Directory& directory,
                            const config::PartnerId& partner) const;
};

/// Adds it to the file, durably; the oldest of more than fifty go.
[[nodiscard]] config::Result<void> add_approval(const std::filesystem::path& file,
                                                const Approval& approval);
/// Whether the file has one that covers this directory. A file that is not there has none.
[[nodiscard]] config::Result<bool> is_approved(const std::filesystem::path& file,
                                               const config::Directory& directory,
                                               const config::PartnerId& partner);

}  // namespace sluis::gateway
