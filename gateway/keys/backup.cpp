#include "gateway/keys/backup.hpp"

#include <algorithm>

#include "config/object_reader.hpp"
#include "gateway/files/files.hpp"

namespace sluis::gateway {

using config::Code;
using config::error;
using config::Json;
using config::ObjectReader;
using config::Result;

namespace {

namespace fs = std::filesystem;
constexpr std::string_view purpose = "sluis/backup/v1";
constexpr std::size_t most_files = 10'000;
constexpr std::size_t most_sealed_bytes = Backup::most_bytes * 4 / 3 + 4096;

crypto::SecretBytes copy_of(crypto::View bytes) {
  crypto::SecretBytes copy(bytes.size());
  std::ranges::copy(bytes, copy.bytes().begin());
  return copy;
}

config::Error in_file(const fs::path& file, const config::Error& why) {
  return error(why.code, file.string() + ": " + why.detail);
}

/// Relative and inside, or absolute; never a way out by "..".
bool is_safe(const fs::path& path) {
  return !path.empty() && path == path.lexically_normal() && path.has_filename() &&
         std::ranges::find(path, fs::path("..")) == path.end();
}

struct Entry {
  std::string path;
  bool secret;
  std::uint64_t size;
};

/// What another file there says, when it is one of settings and of another organisation.
std::string other_organisation(const fs::path& settings, const config::PartnerId& ours) {
  const auto there = config::Settings::read(settings);
  if (!there || there->organisation == ours) return {};
  return there->organisation.str();
}

}  // namespace

Result<void> Backup::add(const fs::path& file, const fs::path& folder, bool secret) {
  const auto inside = file.lexically_relative(folder);
  const bool is_inside = !inside.empty() && *inside.begin() != "..";
  const auto name = (is_inside ? inside : file).string();
  const auto known = std::ranges::find(files_, name, &File::path);
  if (known != files_.end()) return {};
  if (secret) {
    auto bytes = read_private(file, most_bytes);
    if (!bytes) return bytes.failure();
    files_.push_back({name, secret, std::move(*bytes)});
  } else {
    const auto text = read_text(file, most_bytes);
    if (!text) return text.failure();
    files_.push_back({name, secret, copy_of(crypto::as_view(*text))});
  }
  return {};
}

Result<void> Backup::add_folder(const fs::path& from, const fs::path& folder) {
  std::error_code failed;
  if (!fs::exists(from, failed)) return {};
  for (auto each = fs::recursive_directory_iterator(from, failed);
       !failed && each != fs::recursive_directory_iterator(); each.increment(failed)) {
    const auto name = each->path().filename().string();
    // What holds a lock, and what was being written, is nothing to keep.
    if (!each->is_regular_file() || name.ends_with(".lock") ||
        name.find(".new-") != std::string::npos)
      continue;
    if (auto added = add(each->path(), folder, true); !added) return added;
  }
  if (failed) return error(Code::unavailable, from.string() + ": " + failed.message());
  return {};
}

Result<Backup> Backup::collect(const fs::path& settings_file, config::Timestamp now) {
  const auto settings = config::Settings::read(settings_file);
  if (!settings) return settings.failure();
  const auto file = fs::absolute(settings_file).lexically_normal();
  const auto folder = file.parent_path();
  Backup backup(settings->organisation, now);
  auto added = backup.add(file, folder, false);
  if (added) added = backup.add(settings->keys, folder, true);
  if (added) added = backup.add_folder(settings->data / "keys", folder);
  if (added && !settings->tls.key.empty()) added = backup.add(settings->tls.key, folder, true);
  if (added) added = backup.add(settings->tls.certificate, folder, false);
  if (const auto seen = settings->data / "directory.seen.json"; added && fs::exists(seen))
    added = backup.add(seen, folder, true);
  if (!added) return added.failure();
  return backup;
}

std::string Backup::header() const {
  Json files = Json::array();
  for (const auto& each : files_)
    files.push_back(
        {{"path", each.path}, {"secret", each.secret}, {"size", each.bytes.reveal().size()}});
  return Json{{"v", 1},
              {"organisation", organisation_.str()},
              {"madeAt", config::format_time(made_at_)},
              {"files", std::move(files)}}
             .dump() +
         "\n";
}

Result<void> Backup::write(const fs::path& file, const Sealing& sealing) const {
  const auto head = header();
  std::size_t size = head.size();
  for (const auto& each : files_) size += each.bytes.reveal().size();
  if (size > most_bytes) return error(Code::too_large, file.string() + ": over 64 MiB to keep");
  crypto::SecretBytes plain(size);
  auto end = std::ranges::copy(crypto::as_view(head), plain.bytes().begin()).out;
  for (const auto& each : files_) end = std::ranges::copy(each.bytes.reveal(), end).out;
  return write_new(file, crypto::as_view(sealing.seal(purpose, plain.reveal())), private_mode);
}

Result<Backup> Backup::parse(crypto::View plain) {
  const auto refused = error(Code::invalid,
                             "not a backup, or of a version that this program does "
                             "not know");
  const auto text = crypto::as_text(plain);
  const auto line_end = text.find('\n');
  if (line_end == std::string_view::npos) return refused;
  const auto json = config::parse_json(text.substr(0, line_end));
  if (!json) return refused;
  std::vector<config::Error> errors;
  std::vector<Entry> entries;
  std::optional<config::PartnerId> organisation;
  std::optional<config::Timestamp> made_at;
  ObjectReader::read(*json, "", errors, [&](ObjectReader& in) {
    in.integer("v", {1, 1});
    organisation = in.parsed("organisation", config::PartnerId::parse);
    made_at = in.parsed("madeAt", config::parse_time);
    in.objects("files", {1, most_files}, [&](ObjectReader& file) {
      const auto path = file.text("path", {1, 4096});
      const bool secret = file.boolean("secret");
      entries.push_back({path, secret, file.integer("size", {0, most_bytes})});
    });
  });
  if (!errors.empty() || !organisation || !made_at) return refused;
  Backup backup(std::move(*organisation), *made_at);
  auto rest = plain.subspan(line_end + 1);
  for (const auto& entry : entries) {
    if (!is_safe(entry.path) || entry.size > rest.size()) return refused;
    const auto size = static_cast<std::size_t>(entry.size);
    backup.files_.push_back({entry.path, entry.secret, copy_of(rest.first(size))});
    rest = rest.subspan(size);
  }
  if (!rest.empty()) return refused;
  return backup;
}

Result<Backup> Backup::read(const fs::path& file, crypto::View passphrase) {
  const auto text = read_text(file, most_sealed_bytes);
  if (!text) return text.failure();
  const auto sealing = Sealing::of(*text, passphrase);
  if (!sealing) return in_file(file, sealing.failure());
  const auto plain = sealing->open(purpose, *text);
  if (!plain) return in_file(file, plain.failure());
  auto backup = parse(plain->reveal());
  if (!backup) return in_file(file, backup.failure());
  return backup;
}

Result<std::vector<fs::path>> Backup::restore(const fs::path& folder) const {
  std::vector<std::pair<fs::path, const File*>> missing;
  for (const auto& each : files_) {
    const auto target = (fs::absolute(folder) / each.path).lexically_normal();
    std::error_code failed;
    if (!fs::exists(fs::symlink_status(target, failed))) {
      missing.emplace_back(target, &each);
      continue;
    }
    const auto there = read_text(target, most_bytes);
    if (there && crypto::equal(crypto::as_view(*there), each.bytes.reveal())) continue;
    const auto other = other_organisation(target, organisation_);
    if (!other.empty())
      return error(Code::conflict, target.string() + ": is of organisation \"" + other +
                                       "\", and this is a backup of \"" + organisation_.str() +
                                       "\"; nothing was written");
    return error(Code::conflict, target.string() +
                                     ": is there already, with another content; restore writes "
                                     "over nothing: move it away first. Nothing was written");
  }
  std::vector<fs::path> written;
  for (const auto& [target, file] : missing) {
    std::error_code failed;
    const auto parent = target.parent_path();
    if (!fs::exists(parent)) {
      fs::create_directories(parent, failed);
      if (!failed) fs::permissions(parent, fs::perms::owner_all, failed);
      if (failed) return error(Code::unavailable, parent.string() + ": " + failed.message());
    }
    auto put = replace(target, file->bytes.reveal(), file->secret ? private_mode : public_mode);
    if (!put) return put.failure();
    written.push_back(target);
  }
  return written;
}

}  // namespace sluis::gateway
