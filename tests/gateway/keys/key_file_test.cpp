#include "gateway/keys/key_file.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/gateway/temporary_folder.hpp"

using namespace sluis;
using gateway::KeyFile;
using gateway::Passphrase;
using gateway::Sealing;
using test::TemporaryFolder;

namespace {

Passphrase passphrase(std::string_view text) {
  Passphrase made(text.size());
  std::ranges::copy(crypto::as_view(text), made.bytes().begin());
  return made;
}

const std::string right = "six words that nobody else drew";

/// A sealed file, and the keys that are in it.
struct SealedFile {
  TemporaryFolder folder;
  std::filesystem::path path = folder / "gateway.json";
  KeyFile file = KeyFile::fresh();

  SealedFile() {
    file.seal(Sealing::fresh(crypto::as_view(right), crypto::PassphraseCost::least()).value());
    REQUIRE(file.create(path).ok());
  }
  [[nodiscard]] config::Result<KeyFile> read(const std::string& with = right) const {
    const auto opener = passphrase(with);
    return KeyFile::read(path, &opener);
  }
};

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("key file: sealed, it opens with its passphrase and shows nothing", "[keys]") {
  const SealedFile sealed;
  CHECK(test::mode_of(sealed.path) == 0600);
  const auto text = test::contents(sealed.path);
  CHECK(contains(text, "argon2id"));
  CHECK_FALSE(contains(text, "signKeys"));
  const auto read = sealed.read();
  REQUIRE(read.ok());
  CHECK(read->is_sealed());
  CHECK(read->keys()->sealed_at_rest);
  CHECK(read->keys()->same_root(*sealed.file.keys()));
  CHECK(read->keys()->sign.public_key() == sealed.file.keys()->sign.public_key());
}

TEST_CASE("key file: what does not open it says so, and what to do", "[keys]") {
  SealedFile sealed;
  SECTION("no passphrase") {
    const auto read = KeyFile::read(sealed.path);
    REQUIRE_FALSE(read.ok());
    CHECK(contains(read.failure().detail, "keyPassphrase"));
  }
  SECTION("another passphrase") {
    const auto read = sealed.read("six words that nobody else dreW");
    REQUIRE_FALSE(read.ok());
    CHECK(read.failure().code == config::Code::forbidden);
    CHECK(contains(read.failure().detail, "the passphrase does not open it"));
  }
  SECTION("a bit changed") {
    auto text = test::contents(sealed.path);
    auto& letter = text[text.find("\"box\": \"") + 60];
    letter = letter == 'A' ? 'B' : 'A';
    test::put(sealed.path, text);
    CHECK_FALSE(sealed.read().ok());
  }
  SECTION("cut short") {
    auto text = test::contents(sealed.path);
    text.resize(text.size() / 2);
    test::put(sealed.path, text);
    const auto read = sealed.read();
    REQUIRE_FALSE(read.ok());
    CHECK(contains(read.failure().detail, "not a sealed file"));
  }
  SECTION("a cost that would hold all memory") {
    auto text = test::contents(sealed.path);
    const std::string before = "\"memoryBytes\": 8192";
    REQUIRE(contains(text, before));
    text.replace(text.find(before), before.size(), "\"memoryBytes\": 99999999999");
    test::put(sealed.path, text);
    CHECK(contains(sealed.read().failure().detail, "cost"));
  }
  SECTION("others may read it") {
    test::set_mode(sealed.path, 0640);
    CHECK(contains(sealed.read().failure().detail, "chmod 600"));
  }
}

TEST_CASE("key file: two seals of the same keys have nothing in common", "[keys]") {
  const SealedFile sealed;
  const auto before = test::contents(sealed.path);
  REQUIRE(sealed.read()->replace(sealed.path).ok());
  const auto box = [](const std::string& text) { return text.substr(text.find("\"box\"")); };
  CHECK(box(before) != box(test::contents(sealed.path)));
  CHECK(sealed.read().ok());
}

TEST_CASE("key file: a seal is taken off and put on again", "[keys]") {
  SealedFile sealed;
  auto file = sealed.read().value();
  file.unseal();
  REQUIRE(file.replace(sealed.path).ok());
  const auto plain = KeyFile::read(sealed.path);
  REQUIRE(plain.ok());
  CHECK_FALSE(plain->keys()->sealed_at_rest);
  CHECK(plain->keys()->same_root(*sealed.file.keys()));
}

TEST_CASE("key file: a passphrase that is too short is not taken", "[keys]") {
  const auto sealing =
      Sealing::fresh(crypto::as_view("elf letters"), crypto::PassphraseCost::least());
  REQUIRE_FALSE(sealing.ok());
  CHECK_FALSE(contains(sealing.failure().detail, "elf letters"));
}

TEST_CASE("key file: new keys come first, former ones stay until they are dropped", "[keys]") {
  const TemporaryFolder folder;
  const auto path = folder / "gateway.json";
  auto file = KeyFile::fresh();
  const auto before = file.keys().value();
  REQUIRE(file.add_sign_key().ok());
  REQUIRE(file.add_seal_key().ok());
  REQUIRE(file.create(path).ok());
  const auto keys = KeyFile::read(path)->keys().value();
  CHECK(keys.sign.public_key() != before.sign.public_key());
  REQUIRE(keys.former_sign.size() == 1);
  CHECK(keys.sign_key(before.sign.public_key()) == &keys.former_sign.front());
  CHECK(keys.sign_key(keys.sign.public_key()) == &keys.sign);
  REQUIRE(keys.seal.size() == 2);
  CHECK(keys.seal[1].public_key() == before.seal[0].public_key());
  CHECK(keys.same_root(before));

  CHECK(file.drop(before.log.public_key()).failure().code == config::Code::not_found);
  REQUIRE(file.drop(before.sign.public_key()).ok());
  REQUIRE(file.drop(before.seal[0].public_key()).ok());
  CHECK(file.drop(keys.sign.public_key()).failure().code == config::Code::conflict);
  CHECK(file.drop(keys.seal[0].public_key()).failure().code == config::Code::conflict);
  CHECK(file.keys()->former_sign.empty());
}

TEST_CASE("key file: a list that is full says so", "[keys]") {
  auto file = KeyFile::fresh();
  for (std::size_t i = 1; i < KeyFile::most_sign_keys; ++i) REQUIRE(file.add_sign_key().ok());
  CHECK(file.add_sign_key().failure().code == config::Code::conflict);
  for (std::size_t i = 1; i < KeyFile::most_seal_keys; ++i) REQUIRE(file.add_seal_key().ok());
  CHECK(file.add_seal_key().failure().code == config::Code::conflict);
}
