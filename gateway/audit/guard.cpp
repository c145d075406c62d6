#include "gateway/audit/guard.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <stdexcept>
#include <system_error>

#include "crypto/encoding.hpp"
#include "crypto/hash.hpp"

namespace sluis::gateway::audit {
namespace {

using config::Code;
using config::error;
using config::Result;

constexpr std::size_t hash_digits = 64;

std::string hash_text(std::string_view payload) {
  return crypto::hex(crypto::sha256({crypto::as_view(payload)}));
}

/// `<hash of the rest in hex>\n<counter>\n<note>`, zeros behind it.
std::string place_text(std::uint64_t counter, std::string_view note) {
  const auto payload = std::to_string(counter) + "\n" + std::string(note);
  auto text = hash_text(payload) + "\n" + payload;
  if (text.size() > Guard::place_bytes) throw std::logic_error("audit: a note too long to guard");
  text.resize(Guard::place_bytes, '\0');
  return text;
}

struct Place {
  std::uint64_t counter;
  std::string note;
};

std::optional<Place> parse_place(std::string_view text) {
  text = text.substr(0, text.find('\0'));
  if (text.size() < hash_digits + 1 || text[hash_digits] != '\n') return std::nullopt;
  const auto payload = text.substr(hash_digits + 1);
  if (hash_text(payload) != text.substr(0, hash_digits)) return std::nullopt;
  const auto line = payload.find('\n');
  if (line == std::string_view::npos) return std::nullopt;
  Place place{0, std::string(payload.substr(line + 1))};
  const auto [end, fault] = std::from_chars(payload.data(), payload.data() + line, place.counter);
  if (fault != std::errc{} || end != payload.data() + line) return std::nullopt;
  return place;
}

[[noreturn]] void fail(const char* what, const std::filesystem::path& file) {
  throw std::system_error(errno, std::generic_category(),
                          std::string("audit: cannot ") + what + " the guard " + file.string());
}

void write_at(int descriptor, std::string_view bytes, off_t at, const std::filesystem::path& file) {
  while (!bytes.empty()) {
    const auto written = ::pwrite(descriptor, bytes.data(), bytes.size(), at);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) fail("write", file);
    bytes.remove_prefix(static_cast<std::size_t>(written));
    at += written;
  }
}

void sync_name(const std::filesystem::path& file) {
  const auto folder = file.has_parent_path() ? file.parent_path() : ".";
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) fail("sync", file);
  const int failed = ::fsync(descriptor);
  ::close(descriptor);
  if (failed != 0) fail("sync", file);
}

}  // namespace

Guard::~Guard() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void Guard::open() {
  if (descriptor_ >= 0) return;
  descriptor_ = ::open(file_.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
  if (descriptor_ < 0) fail("open", file_);
}

Result<std::string> Guard::read() try {
  std::error_code unknown;
  if (!std::filesystem::exists(file_, unknown) && !unknown) {
    return error(Code::not_found, "the guard " + file_.string() + " is not there");
  }
  open();
  std::array<char, 2 * place_bytes> bytes{};
  const auto got = ::pread(descriptor_, bytes.data(), bytes.size(), 0);
  if (got < 0) fail("read", file_);
  const std::string_view text(bytes.data(), bytes.size());
  const auto one = parse_place(text.substr(0, place_bytes));
  const auto other = parse_place(text.substr(place_bytes));
  if (!one && !other) return error(Code::invalid, file_.string() + " is not a guard");
  const auto& last = !other || (one && one->counter > other->counter) ? *one : *other;
  counter_ = last.counter;
  return last.note;
} catch (const std::system_error& cause) {
  return error(Code::unavailable, cause.what());
}

Result<void> Guard::create() try {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = ::open(file_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor_ < 0) fail("make", file_);
  counter_ = 0;
  // Both places: afterwards the file never grows, and fdatasync has no length to write.
  write_at(descriptor_, place_text(0, {}) + std::string(place_bytes, '\0'), 0, file_);
  if (::fsync(descriptor_) != 0) fail("sync", file_);
  sync_name(file_);
  return {};
} catch (const std::system_error& cause) {
  return error(Code::unavailable, cause.what());
}

void Guard::write(std::string_view note) {
  open();
  const auto next = counter_ + 1;
  write_at(descriptor_, place_text(next, note), static_cast<off_t>((next % 2) * place_bytes),
           file_);
  if (::fdatasync(descriptor_) != 0) fail("sync", file_);
  counter_ = next;
}

}  // namespace sluis::gateway::audit
