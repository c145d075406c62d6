// The region's OPRF keys: what everybody may know of them, signed by their holders, and the shares
// that this gateway itself holds (protocol.md §3, §6).
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "config/directory.hpp"
#include "config/ids.hpp"
#include "config/result.hpp"
#include "crypto/scalar.hpp"
#include "gateway/keys/key_set.hpp"
#include "gateway/keys/transcript.hpp"

namespace sluis::gateway {

/// The keys of every domain and epoch that are in force. Immutable.
class DomainKeys {
 public:
  /// From {"v":1,"transcripts":[…]}: of each key the chain that leads to the generation in force,
  /// oldest first. Refused whole when one of them does not verify.
  [[nodiscard]] static config::Result<DomainKeys> read(const std::filesystem::path& path,
                                                       const config::Directory& directory);
  [[nodiscard]] static config::Result<DomainKeys> from(const std::vector<Transcript>& transcripts,
                                                       const config::Directory& directory);

  /// Null when there are none.
  [[nodiscard]] const KeySet* find(const config::DomainId& domain, const config::EpochId& epoch,
                                   std::string_view use) const;

 private:
  using Name = std::tuple<std::string, std::string, std::string>;
  std::map<Name, KeySet> keys_;
};

/// The shares k_i that this gateway holds. A gateway that is no holder has none.
class KeyShares {
 public:
  KeyShares() = default;
  /// From {"v":1,"shares":[{"domain","epoch","use","generation","number","share"}]}, a file that
  /// only its owner may read. A file that is not there holds none.
  [[nodiscard]] static config::Result<KeyShares> read(const std::filesystem::path& path);

  struct Share {
    std::string domain, epoch, use;
    std::uint64_t generation;
    std::uint32_t number;
    crypto::SecretScalar share;
  };
  /// Writes such a file, 0600 and durable. `conflict` when it is there already.
  [[nodiscard]] static config::Result<void> write(const std::filesystem::path& path,
                                                  const std::vector<Share>& shares);

  /// Null when this gateway does not hold it.
  [[nodiscard]] const crypto::SecretScalar* find(const config::DomainId& domain,
                                                 const config::EpochId& epoch, std::string_view use,
                                                 std::uint64_t generation) const;

  /// That every share whose generation is in force is the one that the transcript says `self`
  /// holds: share·G = K_i.
  [[nodiscard]] config::Result<void> check(const DomainKeys& keys,
                                           const config::PartnerId& self) const;

 private:
  std::vector<Share> shares_;
};

}  // namespace sluis::gateway
