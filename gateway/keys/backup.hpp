// What of a gateway cannot be made again, in one sealed file, and back.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "config/ids.hpp"
#include "config/result.hpp"
#include "config/settings.hpp"
#include "config/time.hpp"
#include "gateway/keys/sealing.hpp"

namespace sluis::gateway {

/// The settings, the key file as it stands (sealed or not), the shares of the region's keys, the
/// certificate with its key, and the highest directory seen. Not the database: that is the store's
/// own to copy. All of it in locked memory.
class Backup {
 public:
  static constexpr std::size_t most_bytes = std::size_t{64} * 1024 * 1024;

  /// Reads the files that these settings name. A secret that others may use is refused, as at the
  /// gateway's start.
  [[nodiscard]] static config::Result<Backup> collect(const std::filesystem::path& settings_file,
                                                      config::Timestamp now);
  /// A new file, 0600, durable, sealed (sealing.hpp) for purpose "sluis/backup/v1". `conflict`
  /// when it is there already.
  [[nodiscard]] config::Result<void> write(const std::filesystem::path& file,
                                           const Sealing& sealing) const;
  /// Whole, or not at all. `forbidden` for another passphrase, or a file that was changed;
  /// `invalid` for one that is no backup or is cut short.
  [[nodiscard]] static config::Result<Backup> read(const std::filesystem::path& file,
                                                   crypto::View passphrase);

  /// Puts the files under `folder`, the one that the settings are in; those that were outside of it
  /// go where they were. Nothing is written unless all can be: `conflict`, naming the file, where
  /// another content is there already, or the settings there are another organisation's. A file
  /// that is there with the same content stays, so that what was interrupted can be done again.
  /// Each is durable. Gives the paths that were written.
  [[nodiscard]] config::Result<std::vector<std::filesystem::path>> restore(
      const std::filesystem::path& folder) const;

  [[nodiscard]] const config::PartnerId& organisation() const { return organisation_; }
  [[nodiscard]] config::Timestamp made_at() const { return made_at_; }
  [[nodiscard]] std::size_t count() const { return files_.size(); }

 private:
  struct File {
    std::string path;  // relative to the settings' folder, or absolute
    bool secret;       // mode 0600, and not 0644
    crypto::SecretBytes bytes;
  };
  explicit Backup(config::PartnerId organisation, config::Timestamp made_at)
      : organisation_(std::move(organisation)), made_at_(made_at) {}
  config::Result<void> add(const std::filesystem::path& file, const std::filesystem::path& folder,
                           bool secret);
  config::Result<void> add_folder(const std::filesystem::path& from,
                                  const std::filesystem::path& folder);
  [[nodiscard]] std::string header() const;
  [[nodiscard]] static config::Result<Backup> parse(crypto::View plain);

  config::PartnerId organisation_;
  config::Timestamp made_at_;
  std::vector<File> files_;
};

}  // namespace sluis::gateway
