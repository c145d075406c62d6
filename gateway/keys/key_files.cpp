#include "gateway/keys/key_files.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <charconv>

#include "crypto/hash.hpp"
#include "crypto/secretbox.hpp"
#include "gateway/files/files.hpp"

namespace sluis::gateway {

using config::Code;
using config::error;
using config::Result;

namespace {

namespace fs = std::filesystem;

std::string_view suffix_of(KeyFiles::Kind kind) {
  return kind == KeyFiles::Kind::share ? "share" : "ceremony";
}

/// domain.epoch.use.generation.suffix: a dot is in none of them.
std::string name_of(KeyFiles::Kind kind, const KeyGeneration& of) {
  return of.key.domain.str() + "." + of.key.epoch.str() + "." + of.key.use + "." +
         std::to_string(of.generation) + "." + std::string(suffix_of(kind));
}

std::vector<std::string_view> split(std::string_view name) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto dot = name.find('.');
    parts.push_back(name.substr(0, dot));
    if (dot == std::string_view::npos) return parts;
    name.remove_prefix(dot + 1);
  }
}

std::optional<KeyGeneration> parse_name(KeyFiles::Kind kind, std::string_view name) {
  const auto parts = split(name);
  if (parts.size() != 5 || parts[4] != suffix_of(kind)) return std::nullopt;
  auto domain = config::DomainId::parse(parts[0]);
  auto epoch = config::EpochId::parse(parts[1]);
  if (!domain || !epoch || (parts[2] != "tag" && parts[2] != "lock")) return std::nullopt;
  KeyGeneration of{{std::move(*domain), std::move(*epoch), std::string(parts[2])}, 0};
  const auto* end = parts[3].data() + parts[3].size();
  const auto read = std::from_chars(parts[3].data(), end, of.generation);
  if (read.ec != std::errc() || read.ptr != end || name_of(kind, of) != name) return std::nullopt;
  return of;
}

}  // namespace

Result<KeyFiles> KeyFiles::open(fs::path folder, const StoreKey& key) {
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
    return error(Code::unavailable, folder.string() + ": cannot be made");
  struct stat about {};
  if (::stat(folder.c_str(), &about) != 0 || !S_ISDIR(about.st_mode))
    return error(Code::invalid, folder.string() + ": is no folder");
  if ((about.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return error(Code::forbidden, folder.string() +
                                      ": holds shares of keys, but others than its owner may enter "
                                      "it; do: chmod 700 '" +
                                      folder.string() + "'");
  // What a power cut left of a file that was to take another's place, or was being wiped.
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(folder, failed))
    if (is_leftover(entry.path()))
      if (auto wiped = wipe_file(entry.path()); !wiped) return wiped.failure();
  if (failed) return error(Code::unavailable, folder.string() + ": " + failed.message());
  crypto::Scratch<32> derived(crypto::hkdf_sha256(key.reveal(), "sluis/key-files/v1"));
  return KeyFiles(std::move(folder), SealingKey::take(derived.bytes));
}

fs::path KeyFiles::path_of(Kind kind, const KeyGeneration& of) const {
  return folder_ / name_of(kind, of);
}

Result<std::vector<KeyGeneration>> KeyFiles::list(Kind kind) const {
  std::vector<KeyGeneration> found;
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(folder_, failed))
    if (auto of = parse_name(kind, entry.path().filename().string())) found.push_back(*of);
  if (failed) return error(Code::unavailable, folder_.string() + ": " + failed.message());
  std::sort(found.begin(), found.end());
  return found;
}

Result<crypto::SecretBytes> KeyFiles::read(Kind kind, const KeyGeneration& of) const {
  const auto path = path_of(kind, of);
  const auto sealed = read_private(path, most_file_bytes + crypto::box_overhead_bytes);
  if (!sealed) return sealed.failure();
  const auto name = name_of(kind, of);
  auto opened = crypto::open(key_.reveal(), crypto::as_view(name), sealed->reveal());
  if (!opened)
    return error(Code::invalid,
                 path.string() +
                     ": was not sealed by this gateway's storeKey under this name, or is damaged; "
                     "restore it, and the key file that belongs to it, from one backup");
  crypto::SecretBytes secret(opened->size());
  std::copy(opened->begin(), opened->end(), secret.bytes().begin());
  crypto::wipe(*opened);
  return secret;
}

Result<void> KeyFiles::write(Kind kind, const KeyGeneration& of, crypto::View secret) const {
  if (secret.size() > most_file_bytes)
    return error(Code::too_large, path_of(kind, of).string() + ": would be over 8 MiB");
  const auto name = name_of(kind, of);
  const auto sealed = crypto::seal(key_.reveal(), crypto::as_view(name), secret);
  return replace_private(path_of(kind, of), sealed);
}

Result<void> KeyFiles::wipe(Kind kind, const KeyGeneration& of) const {
  return wipe_file(path_of(kind, of));
}

}  // namespace sluis::gateway
