// Small files that must survive a power cut, and those that only their owner may read.
#pragma once

#include <filesystem>
#include <string>

#include "config/result.hpp"
#include "crypto/bytes.hpp"
#include "crypto/secret.hpp"

namespace sluis::gateway {

/// Modes for `write_new` and `replace`.
inline constexpr unsigned private_mode = 0600;
inline constexpr unsigned public_mode = 0644;

/// The whole file. `not_found`, `too_large` or `unavailable` with the path and what to do.
[[nodiscard]] config::Result<std::string> read_text(const std::filesystem::path& path,
                                                    std::size_t most_bytes);

/// The whole of a file that holds secrets, in locked memory. Refused (`forbidden`, with the chmod
/// to do) when group or others may read, write or enter it, or when it belongs to another user than
/// this process or root.
[[nodiscard]] config::Result<crypto::SecretBytes> read_private(const std::filesystem::path& path,
                                                               std::size_t most_bytes);

/// That nobody but its owner may use a file, as read_private asks: for one that another library
/// reads.
[[nodiscard]] config::Result<void> check_private(const std::filesystem::path& path);

/// A secret that the service manager hands over. It keeps the folder to one unit, and gives its
/// user an entry in the access list, which shows as a group that may read: others may not use it,
/// and a group may not write.
[[nodiscard]] config::Result<crypto::SecretBytes> read_credential(const std::filesystem::path& path,
                                                                  std::size_t most_bytes);

/// Creates `path` and makes it durable, its name too. `conflict` when it is there already.
[[nodiscard]] config::Result<void> write_new(const std::filesystem::path& path, crypto::View bytes,
                                             unsigned mode);

/// Puts `bytes` in the place of `path` in one step: a reader, or a power cut, sees the old file or
/// the new one, never half of one.
[[nodiscard]] config::Result<void> replace(const std::filesystem::path& path, crypto::View bytes,
                                           unsigned mode);

/// The same for a file of secrets, mode 0600: what stood in the old one is overwritten once the new
/// one is in its place. On a disk that writes elsewhere than where it was told (flash, a
/// copy-on-write file system) older bytes can stay until the disk uses their place again.
[[nodiscard]] config::Result<void> replace_private(const std::filesystem::path& path,
                                                   crypto::View bytes);

/// Overwrites the file, makes that durable, and removes its name, durably too. From the first step
/// on nobody finds it under `path`, also when the rest was cut off: then a leftover stands beside
/// it. A file that is not there is wiped already.
[[nodiscard]] config::Result<void> wipe_file(const std::filesystem::path& path);

/// By its name a file that `replace` or `wipe_file` was cut off at. Its owner wipes it at the
/// start.
[[nodiscard]] bool is_leftover(const std::filesystem::path& path);

/// Makes the names in a folder durable.
[[nodiscard]] config::Result<void> sync_folder(const std::filesystem::path& folder);

/// Holds `<path>.lock` against another writer, until destroyed. Waits at most five seconds, then
/// `unavailable`. The lock file stays: removing it would let two writers in.
class FileLock {
 public:
  [[nodiscard]] static config::Result<FileLock> acquire(const std::filesystem::path& path);
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  ~FileLock();

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace sluis::gateway
