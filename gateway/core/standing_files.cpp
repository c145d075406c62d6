#include "gateway/core/standing_files.hpp"

#include <sys/stat.h>

#include <algorithm>

#include "crypto/encoding.hpp"
#include "gateway/core/document_file.hpp"
#include "gateway/files/files.hpp"

namespace sluis::gateway {

using config::Code;
using config::Directory;
using config::error;
using config::Result;
using config::Settings;

namespace {

std::filesystem::path seen_file(const Settings& settings) {
  return settings.data / "directory.seen.json";
}

/// The last directory that was in force here is kept as it was signed, so that an older one, or
/// another of the same version, is refused also after the database is gone.
Result<void> check_not_older(const Directory& directory, const Settings& settings) {
  const auto file = seen_file(settings);
  if (!std::filesystem::exists(file)) return {};
  const auto text = read_text(file, most_document_bytes);
  if (!text) return text.failure();
  const auto seen = Directory::read(*text, settings.region.trust);
  if (!seen) return in_file(file, seen.failure());
  if (auto follows = directory.check_successor(*seen); !follows)
    return in_file(settings.region.directory, follows.failure());
  return {};
}

/// The directory is what partners believe of us; a gateway with other keys could only fail later.
Result<void> check_own_entry(const Directory& directory, const Settings& settings,
                             const GatewayKeys& keys) {
  const auto& file = settings.region.directory;
  const auto* entry = directory.partner(settings.organisation);
  const auto not_ours = [&](const std::string& what) {
    return error(Code::invalid,
                 file.string() + ": partner \"" + settings.organisation.str() + "\": " + what);
  };
  if (entry == nullptr) return not_ours("is not in it; settings name it as \"organisation\"");
  const auto add = "; put that key into the file, or a directory in force that names ours";
  if (keys.sign_key(entry->sign_key) == nullptr)
    return not_ours("signKey is none of " + settings.keys.string() + add);
  if (entry->log_key != keys.log.public_key())
    return not_ours("logKey is not that of " + settings.keys.string());
  // The one that partners use now; the others may be gone from the file already.
  for (const auto& key : keys.seal)
    if (key.public_key() == entry->seal_keys.front()) return {};
  return not_ours("its first sealKey is none of " + settings.keys.string() + add);
}

Result<std::shared_ptr<const Directory>> read_directory(const Settings& settings,
                                                        const GatewayKeys& keys) {
  const auto& file = settings.region.directory;
  const auto text = read_text(file, most_document_bytes);
  if (!text) return text.failure();
  auto directory = Directory::read(*text, settings.region.trust);
  if (!directory) return in_file(file, directory.failure());
  if (auto fresh = check_not_older(*directory, settings); !fresh) return fresh.failure();
  if (auto own = check_own_entry(*directory, settings, keys); !own) return own.failure();
  if (auto kept = replace(seen_file(settings), crypto::as_view(directory->text()), private_mode);
      !kept)
    return kept.failure();
  return std::make_shared<const Directory>(std::move(*directory));
}

}  // namespace

Result<StandingRead> read_standing(const Settings& settings, const GatewayKeys& keys,
                                   config::Timestamp now, const policy::Policy* in_force) {
  auto directory = read_directory(settings, keys);
  if (!directory) return directory.failure();
  auto domain_keys = DomainKeys::read(settings.data / "domain-keys.json", **directory);
  if (!domain_keys) return domain_keys.failure();
  const auto files = KeyFiles::open(key_folder(settings), keys.store_key);
  if (!files) return files.failure();
  auto shares = KeyShares::read(*files);
  if (!shares) return shares.failure();
  if (auto fit = shares->check(*domain_keys, settings.organisation); !fit)
    return in_file(key_folder(settings), fit.failure());
  auto policy = read_policy_file(settings, **directory, now, in_force);
  if (!policy) return policy.failure();
  auto hash = crypto::base64url(policy->policy->hash());
  Standing standing{
      std::move(*directory), std::make_shared<const DomainKeys>(std::move(*domain_keys)),
      std::make_shared<const KeyShares>(std::move(*shares)), policy->policy, std::move(hash)};
  return StandingRead{std::move(standing), std::move(*policy)};
}

std::filesystem::path key_folder(const Settings& settings) {
  return settings.data / "keys";
}

std::string standing_version(const Settings& settings) {
  return files_version({settings.region.directory, settings.policy});
}

std::string files_version(const std::vector<std::filesystem::path>& files) {
  std::string version;
  for (const auto& file : files) {
    struct stat status {};
    if (::stat(file.c_str(), &status) != 0) continue;
    version += std::to_string(status.st_ino) + "." + std::to_string(status.st_size) + "." +
               std::to_string(status.st_mtim.tv_sec) + "." +
               std::to_string(status.st_mtim.tv_nsec) + "/";
  }
  return version;
}

}  // namespace sluis::gateway
