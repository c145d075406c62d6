#include "gateway/files/files.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <system_error>
#include <thread>
#include <utility>

#include "crypto/encoding.hpp"

namespace sluis::gateway {

using config::Code;
using config::Error;
using config::error;
using config::Result;

namespace {

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int get() const { return number_; }
  [[nodiscard]] bool ok() const { return number_ >= 0; }

 private:
  int number_;
};

Error failed(const std::filesystem::path& path, const char* what) {
  const int number = errno;
  const Code code = number == ENOENT   ? Code::not_found
                    : number == EEXIST ? Code::conflict
                    : number == EACCES ? Code::forbidden
                                       : Code::unavailable;
  return error(code, path.string() + ": " + what + ": " + std::generic_category().message(number));
}

Result<std::size_t> size_within(int descriptor, const std::filesystem::path& path,
                                std::size_t most_bytes) {
  struct stat about {};
  if (::fstat(descriptor, &about) != 0) return failed(path, "cannot be looked at");
  if (!S_ISREG(about.st_mode)) return error(Code::invalid, path.string() + ": not a regular file");
  const auto size = static_cast<std::size_t>(about.st_size);
  if (size > most_bytes) {
    return error(Code::too_large, path.string() + ": " + std::to_string(size) +
                                      " bytes, more than the " + std::to_string(most_bytes) +
                                      " that such a file may have");
  }
  return size;
}

Result<void> read_exactly(int descriptor, const std::filesystem::path& path,
                          std::span<std::uint8_t> into) {
  while (!into.empty()) {
    const auto got = ::read(descriptor, into.data(), into.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed(path, "cannot be read");
    if (got == 0) return error(Code::unavailable, path.string() + ": changed while it was read");
    into = into.subspan(static_cast<std::size_t>(got));
  }
  return {};
}

Result<void> write_all(int descriptor, const std::filesystem::path& path, crypto::View bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failed(path, "cannot be written");
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  if (::fsync(descriptor) != 0) return failed(path, "cannot be made durable");
  return {};
}

Result<void> owner_alone(int descriptor, const std::filesystem::path& path, mode_t not_to_others) {
  struct stat about {};
  if (::fstat(descriptor, &about) != 0) return failed(path, "cannot be looked at");
  if ((about.st_mode & not_to_others) != 0) {
    return error(Code::forbidden, path.string() +
                                      ": holds secrets, but others than its owner may use it; do: "
                                      "chmod 600 '" +
                                      path.string() + "'");
  }
  if (about.st_uid != ::geteuid() && about.st_uid != 0) {
    return error(Code::forbidden, path.string() + ": holds secrets, but belongs to user number " +
                                      std::to_string(about.st_uid) + "; do: chown it to the user " +
                                      "that runs this program");
  }
  return {};
}

std::filesystem::path folder_of(const std::filesystem::path& path) {
  const auto parent = path.parent_path();
  return parent.empty() ? std::filesystem::path(".") : parent;
}

Result<void> create(const std::filesystem::path& path, crypto::View bytes, unsigned mode) {
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (!file.ok()) return failed(path, "cannot be created");
  // The umask may take bits away that the mode has, never add any.
  if (::fchmod(file.get(), mode) != 0) return failed(path, "cannot be given its mode");
  auto written = write_all(file.get(), path, bytes);
  if (!written.ok()) ::unlink(path.c_str());
  return written;
}

/// Zeroes over all of a file, whatever its name is by now.
Result<void> overwrite(int descriptor, const std::filesystem::path& path) {
  struct stat about {};
  if (::fstat(descriptor, &about) != 0) return failed(path, "cannot be looked at");
  if (::lseek(descriptor, 0, SEEK_SET) != 0) return failed(path, "cannot be overwritten");
  const crypto::Bytes zeroes(static_cast<std::size_t>(about.st_size));
  return write_all(descriptor, path, zeroes);
}

/// A name that nothing else has, which `is_leftover` knows again.
std::filesystem::path beside(const std::filesystem::path& path) {
  crypto::Array<8> random;
  crypto::fill_random(random);
  auto name = path;
  name += ".new-" + crypto::hex(random);
  return name;
}

}  // namespace

bool is_leftover(const std::filesystem::path& path) {
  return path.filename().string().find(".new-") != std::string::npos;
}

Result<std::string> read_text(const std::filesystem::path& path, std::size_t most_bytes) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.ok()) return failed(path, "cannot be opened");
  const auto size = size_within(file.get(), path, most_bytes);
  if (!size) return size.failure();
  std::string text(*size, '\0');
  const auto read =
      read_exactly(file.get(), path, {reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
  if (!read) return read.failure();
  return text;
}

namespace {

Result<crypto::SecretBytes> read_secret(const std::filesystem::path& path, std::size_t most_bytes,
                                        mode_t not_to_others) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.ok()) return failed(path, "cannot be opened");
  const auto allowed = owner_alone(file.get(), path, not_to_others);
  if (!allowed) return allowed.failure();
  const auto size = size_within(file.get(), path, most_bytes);
  if (!size) return size.failure();
  crypto::SecretBytes secret(*size);
  const auto read = read_exactly(file.get(), path, secret.bytes());
  if (!read) return read.failure();
  return secret;
}

}  // namespace

Result<crypto::SecretBytes> read_private(const std::filesystem::path& path,
                                         std::size_t most_bytes) {
  return read_secret(path, most_bytes, S_IRWXG | S_IRWXO);
}

Result<crypto::SecretBytes> read_credential(const std::filesystem::path& path,
                                            std::size_t most_bytes) {
  return read_secret(path, most_bytes, S_IRWXO | S_IWGRP | S_IXGRP);
}

Result<void> check_private(const std::filesystem::path& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.ok()) return failed(path, "cannot be opened");
  return owner_alone(file.get(), path, S_IRWXG | S_IRWXO);
}

Result<void> write_new(const std::filesystem::path& path, crypto::View bytes, unsigned mode) {
  auto created = create(path, bytes, mode);
  if (!created) return created;
  return sync_folder(folder_of(path));
}

Result<void> replace(const std::filesystem::path& path, crypto::View bytes, unsigned mode) {
  const auto temporary = beside(path);
  auto created = create(temporary, bytes, mode);
  if (!created) return created;
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    auto failure = failed(path, "cannot be replaced");
    ::unlink(temporary.c_str());
    return failure;
  }
  return sync_folder(folder_of(path));
}

Result<void> replace_private(const std::filesystem::path& path, crypto::View bytes) {
  const auto other = beside(path);
  auto created = create(other, bytes, private_mode);
  if (!created) return created;
  // The two change names in one step, so that the leftover of a cut is never the file in use:
  // before it the new one, after it the old one.
  if (::renameat2(AT_FDCWD, other.c_str(), AT_FDCWD, path.c_str(), RENAME_EXCHANGE) == 0) {
    if (auto exchanged = sync_folder(folder_of(path)); !exchanged) return exchanged;
    return wipe_file(other);
  }
  // Nothing to exchange with, or a file system that cannot (NFS): then a cut after the renaming
  // leaves the old one's bytes on the disk, without a name.
  const Descriptor old(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
  if (::rename(other.c_str(), path.c_str()) != 0) {
    auto failure = failed(path, "cannot be replaced");
    (void)wipe_file(other);
    return failure;
  }
  if (auto renamed = sync_folder(folder_of(path)); !renamed || !old.ok()) return renamed;
  return overwrite(old.get(), path);
}

Result<void> wipe_file(const std::filesystem::path& path) {
  auto dying = path;
  if (!is_leftover(path)) {
    // Out of its name first: whoever reads it finds all of it or nothing, never half of it wiped.
    dying = beside(path);
    if (::rename(path.c_str(), dying.c_str()) != 0)
      return errno == ENOENT ? Result<void>() : failed(path, "cannot be renamed to wipe it");
    if (auto renamed = sync_folder(folder_of(path)); !renamed) return renamed;
  }
  {
    const Descriptor file(::open(dying.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!file.ok() && errno == ENOENT) return {};
    if (!file.ok()) return failed(dying, "cannot be opened to wipe it");
    if (auto wiped = overwrite(file.get(), dying); !wiped) return wiped;
  }
  if (::unlink(dying.c_str()) != 0 && errno != ENOENT) return failed(dying, "cannot be removed");
  return sync_folder(folder_of(dying));
}

Result<void> sync_folder(const std::filesystem::path& folder) {
  const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened.ok()) return failed(folder, "cannot be opened");
  if (::fsync(opened.get()) != 0) return failed(folder, "cannot be made durable");
  return {};
}

Result<FileLock> FileLock::acquire(const std::filesystem::path& path) {
  using namespace std::chrono_literals;
  auto name = path;
  name += ".lock";
  FileLock lock(::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, private_mode));
  if (lock.descriptor_ < 0) return failed(name, "cannot be opened");
  const auto deadline = std::chrono::steady_clock::now() + 5s;
  while (::flock(lock.descriptor_, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) return failed(name, "cannot be locked");
    if (std::chrono::steady_clock::now() > deadline) {
      return error(Code::unavailable, path.string() + ": another program is writing it (" +
                                          name.string() + " is locked); try again when it is done");
    }
    std::this_thread::sleep_for(20ms);
  }
  return lock;
}

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

FileLock::~FileLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace sluis::gateway
