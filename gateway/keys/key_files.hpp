// Where a gateway keeps its shares of the region's keys, and the ceremonies that it is in: files of
// its own, never the database, so that no free page or write-ahead log ever holds one.
#pragma once

#include <filesystem>
#include <vector>

#include "config/result.hpp"
#include "gateway/keys/gateway_keys.hpp"
#include "gateway/keys/key_name.hpp"

namespace sluis::gateway {

/// A folder of small sealed files, one for each (domain, epoch, use, generation) and kind. Each is
/// XChaCha20-Poly1305 under a key that HKDF gives from the gateway's storeKey
/// ("sluis/key-files/v1"), bound to its name, and is replaced in one durable step that overwrites
/// what was there. Any thread; two never at the same file.
class KeyFiles {
 public:
  enum class Kind : std::uint8_t { share, ceremony };
  static constexpr std::size_t most_file_bytes = std::size_t{8} * 1024 * 1024;

  /// Makes the folder, mode 0700, when it is not there. `forbidden` when others may enter it.
  [[nodiscard]] static config::Result<KeyFiles> open(std::filesystem::path folder,
                                                     const StoreKey& key);

  /// What there is of a kind, by name. What is not a key file's name is passed over.
  [[nodiscard]] config::Result<std::vector<KeyGeneration>> list(Kind kind) const;

  /// `not_found`; `invalid` when it was sealed by another gateway, for another name, or damaged.
  [[nodiscard]] config::Result<crypto::SecretBytes> read(Kind kind, const KeyGeneration& of) const;
  /// Durable when it returns.
  [[nodiscard]] config::Result<void> write(Kind kind, const KeyGeneration& of,
                                           crypto::View secret) const;
  /// Overwritten and gone when it returns. One that is not there is wiped already.
  [[nodiscard]] config::Result<void> wipe(Kind kind, const KeyGeneration& of) const;

 private:
  using SealingKey = crypto::Secret<struct KeyFileKeyTag, 32>;
  KeyFiles(std::filesystem::path folder, SealingKey key)
      : folder_(std::move(folder)), key_(std::move(key)) {}
  [[nodiscard]] std::filesystem::path path_of(Kind kind, const KeyGeneration& of) const;

  std::filesystem::path folder_;
  SealingKey key_;
};

}  // namespace sluis::gateway
