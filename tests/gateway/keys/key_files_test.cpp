#include "gateway/keys/key_files.hpp"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>

#include "tests/gateway/temporary_folder.hpp"

using namespace sluis;
using config::Code;
using gateway::KeyFiles;
using gateway::KeyGeneration;
using gateway::StoreKey;

namespace {

constexpr auto share = KeyFiles::Kind::share;
constexpr auto ceremony = KeyFiles::Kind::ceremony;
const std::string secret = "what nobody else may know";

KeyGeneration name(std::uint64_t generation, const std::string& use = "tag") {
  return {{config::DomainId::parse("zvh").value(), config::EpochId::parse("2026b").value(), use},
          generation};
}

std::string text_of(const config::Result<crypto::SecretBytes>& read) {
  return read.ok() ? std::string(crypto::as_text(read->reveal())) : read.failure().detail;
}

/// While it lives, nothing can be written past the first bytes of a file.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before_) == 0);
    const rlimit tight{bytes, before_.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &tight) == 0);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    ::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  sighandler_t handler_ = ::signal(SIGXFSZ, SIG_IGN);
};

}  // namespace

TEST_CASE("key files: kept sealed, listed, replaced, wiped", "[keys]") {
  const test::TemporaryFolder folder;
  const auto files = KeyFiles::open(folder / "keys", StoreKey::random()).value();
  CHECK(test::mode_of(folder / "keys") == 0700);
  CHECK(files.read(share, name(1)).failure().code == Code::not_found);
  REQUIRE(files.write(share, name(2), crypto::as_view(secret)).ok());
  REQUIRE(files.write(share, name(1), crypto::as_view("older")).ok());
  REQUIRE(files.write(ceremony, name(3, "lock"), crypto::as_view("state")).ok());
  CHECK(text_of(files.read(share, name(2))) == secret);
  CHECK(files.list(share).value() == std::vector{name(1), name(2)});
  CHECK(files.list(ceremony).value() == std::vector{name(3, "lock")});

  const auto path = folder / "keys" / "zvh.2026b.tag.2.share";
  CHECK(test::mode_of(path) == 0600);
  const auto sealed = test::contents(path);
  CHECK(sealed.find("nobody") == std::string::npos);

  // A second name of the old file shows what becomes of its bytes.
  std::filesystem::create_hard_link(path, folder / "old");
  REQUIRE(files.write(share, name(2), crypto::as_view("newer")).ok());
  CHECK(text_of(files.read(share, name(2))) == "newer");
  CHECK(test::contents(folder / "old") == std::string(sealed.size(), '\0'));

  std::filesystem::create_hard_link(path, folder / "last");
  REQUIRE(files.wipe(share, name(2)).ok());
  CHECK_FALSE(std::filesystem::exists(path));
  const auto left = test::contents(folder / "last");
  CHECK(left == std::string(left.size(), '\0'));
  CHECK(files.wipe(share, name(2)).ok());  // wiped already
  CHECK(files.list(share).value() == std::vector{name(1)});
}

TEST_CASE("key files: one opens for its own gateway, under its own name, whole", "[keys]") {
  const test::TemporaryFolder folder;
  const auto keys = folder / "keys";
  const auto files = KeyFiles::open(keys, StoreKey::random()).value();
  REQUIRE(files.write(share, name(1), crypto::as_view(secret)).ok());
  const auto path = keys / "zvh.2026b.tag.1.share";
  SECTION("another gateway") {
    const auto other = KeyFiles::open(keys, StoreKey::random()).value();
    CHECK(other.read(share, name(1)).failure().code == Code::invalid);
  }
  SECTION("another name") {
    std::filesystem::rename(path, keys / "zvh.2026b.lock.1.share");
    CHECK(files.read(share, name(1, "lock")).failure().code == Code::invalid);
  }
  SECTION("another bit") {
    auto text = test::contents(path);
    text.back() = static_cast<char>(text.back() ^ 1);
    test::put(path, text);
    CHECK(files.read(share, name(1)).failure().code == Code::invalid);
  }
  SECTION("a file that others may read") {
    test::set_mode(path, 0640);
    CHECK(files.read(share, name(1)).failure().code == Code::forbidden);
  }
  SECTION("a folder that others may enter") {
    test::set_mode(keys, 0710);
    CHECK(KeyFiles::open(keys, StoreKey::random()).failure().code == Code::forbidden);
  }
  SECTION("what a power cut left half is wiped, and what is not ours is left alone") {
    test::put(keys / "zvh.2026b.tag.1.share.new-0123456789abcdef", "half");
    test::put(keys / "notes.txt", "of the operator");
    const auto again = KeyFiles::open(keys, StoreKey::random()).value();
    CHECK(std::distance(std::filesystem::directory_iterator(keys), {}) == 2);
    CHECK(again.list(share).value().size() == 1);
  }
}

TEST_CASE("key files: a wipe that is cut off leaves nothing under the name", "[keys]") {
  const test::TemporaryFolder folder;
  const auto keys = folder / "keys";
  const auto files = KeyFiles::open(keys, StoreKey::random()).value();
  REQUIRE(files.write(ceremony, name(1), crypto::as_view(secret)).ok());
  {
    const FileSizeLimit nothing_more(8);  // the overwriting ends in the middle
    CHECK_FALSE(files.wipe(ceremony, name(1)).ok());
  }
  CHECK(files.list(ceremony).value().empty());
  CHECK(files.read(ceremony, name(1)).failure().code == Code::not_found);
  CHECK(std::distance(std::filesystem::directory_iterator(keys), {}) == 1);  // what is left of it
  REQUIRE(KeyFiles::open(keys, StoreKey::random()).ok());
  CHECK(std::filesystem::is_empty(keys));
}

TEST_CASE("key files: a writer that is killed at any moment leaves a whole file", "[keys]") {
  const test::TemporaryFolder folder;
  const auto keys = folder / "keys";
  const auto key = StoreKey::random();
  const auto files = KeyFiles::open(keys, key).value();
  REQUIRE(files.write(ceremony, name(1), crypto::as_view(secret)).ok());
  for (int turn = 0; turn < 60; ++turn) {
    int started[2];
    REQUIRE(::pipe(started) == 0);
    const auto child = ::fork();
    if (child == 0) {
      (void)!::write(started[1], "x", 1);
      while (files.write(ceremony, name(1), crypto::as_view(secret)).ok()) {
      }
      ::_exit(1);
    }
    char byte = 0;
    REQUIRE(::read(started[0], &byte, 1) == 1);
    const auto moment =  // another step of the write each time
        std::chrono::steady_clock::now() + std::chrono::microseconds(turn * 97 % 4000);
    while (std::chrono::steady_clock::now() < moment) {
    }
    ::kill(child, SIGKILL);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WIFSIGNALED(status));
    ::close(started[0]);
    ::close(started[1]);
    const auto again = KeyFiles::open(keys, key).value();
    REQUIRE(text_of(again.read(ceremony, name(1))) == secret);
    CHECK(std::distance(std::filesystem::directory_iterator(keys), {}) == 1);
  }
}
