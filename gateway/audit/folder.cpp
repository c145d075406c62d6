#include "gateway/audit/folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace sluis::gateway::audit {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const char* what, const fs::path& file) {
  throw std::system_error(errno, std::generic_category(),
                          std::string("audit: cannot ") + what + " " + file.string());
}

class File {
 public:
  File(const fs::path& path, int flags) : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int fd() const noexcept { return fd_; }

 private:
  int fd_;
};

void make_folders(const fs::path& folder) {
  if (folder.empty() || fs::is_directory(folder)) return;
  make_folders(folder.parent_path());
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) fail("make", folder);
}

void write_all(int fd, std::string_view bytes, const fs::path& file) {
  while (!bytes.empty()) {
    const auto written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) fail("write", file);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

std::optional<std::string> Folder::read(const std::string& name) const {
  const auto path = root_ / name;
  const File file(path, O_RDONLY);
  if (file.fd() < 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
    fail("read", path);
  }
  struct stat status {};
  if (::fstat(file.fd(), &status) != 0) fail("read", path);
  std::string bytes(static_cast<std::size_t>(status.st_size), '\0');
  std::size_t at = 0;
  while (at < bytes.size()) {
    const auto got = ::read(file.fd(), bytes.data() + at, bytes.size() - at);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail("read", path);
    if (got == 0) break;  // it has become shorter meanwhile
    at += static_cast<std::size_t>(got);
  }
  bytes.resize(at);
  return bytes;
}

bool Folder::has(const std::string& name) const {
  std::error_code ignored;
  return fs::is_regular_file(root_ / name, ignored);
}

void Folder::write(const std::string& name, std::string_view bytes, Durable durable) const {
  const auto path = root_ / name;
  make_folders(path.parent_path());
  auto unfinished_path = path;
  unfinished_path += unfinished;
  {
    const File file(unfinished_path, O_WRONLY | O_CREAT | O_TRUNC);
    if (file.fd() < 0) fail("write", unfinished_path);
    write_all(file.fd(), bytes, unfinished_path);
    if (durable == Durable::yes && ::fdatasync(file.fd()) != 0) fail("sync", unfinished_path);
  }
  if (::rename(unfinished_path.c_str(), path.c_str()) != 0) fail("name", path);
}

void Folder::remove(const std::string& name) const {
  const auto path = root_ / name;
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) fail("remove", path);
  ::rmdir(path.parent_path().c_str());  // refused while anything is in it
}

}  // namespace sluis::gateway::audit
