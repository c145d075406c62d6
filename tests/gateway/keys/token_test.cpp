#include "gateway/keys/token.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <thread>

#include "gateway/keys/key_file.hpp"
#include "tests/gateway/soft_token.hpp"

using namespace sluis;
using gateway::KeyFile;
using gateway::Tokens;

namespace {

const test::SoftTokens& soft_tokens() {
  static const test::SoftTokens tokens;
  static const bool made = (tokens.make("sluis"), true);
  static_cast<void>(made);
  return tokens;
}

Tokens load(const std::string& pin = test::soft_pin) {
  soft_tokens();
  gateway::Passphrase secret(pin.size());
  std::ranges::copy(crypto::as_view(pin), secret.bytes().begin());
  return Tokens::load(test::soft_module, std::move(secret)).value();
}

std::string uri(const std::string& object) {
  return "pkcs11:token=sluis;object=" + object;
}

}  // namespace

TEST_CASE("token: a key that was put in signs as it did outside", "[keys][token]") {
  const auto tokens = load();
  const auto seed = crypto::SigningSeed::random();
  REQUIRE(tokens.store(uri("one"), seed).ok());
  const auto inside = tokens.signing_key(uri("one"));
  REQUIRE(inside.ok());
  const crypto::SigningKey outside(seed);
  CHECK(inside->public_key() == outside.public_key());
  for (const std::string text : {"", "a",
                                 "longer than one block of the hash, which has 128 bytes;"
                                 " longer than one block of the hash, which has 128 b"})
    CHECK(inside->sign(crypto::as_view(text)) == outside.sign(crypto::as_view(text)));
  CHECK(tokens.store(uri("one"), seed).failure().code == config::Code::conflict);
}

TEST_CASE("token: several threads sign with one key", "[keys][token]") {
  const auto tokens = load();
  const auto seed = crypto::SigningSeed::random();
  REQUIRE(tokens.store(uri("threads"), seed).ok());
  const auto key = tokens.signing_key(uri("threads")).value();
  std::vector<std::thread> threads;
  std::atomic<int> good = 0;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&, text = std::to_string(i)] {
      for (int n = 0; n < 50; ++n)
        if (crypto::verify(key.public_key(), crypto::as_view(text),
                           key.sign(crypto::as_view(text))))
          ++good;
    });
  for (auto& thread : threads) thread.join();
  CHECK(good == 200);
}

TEST_CASE("token: what is not there, or lets us not in, is said", "[keys][token]") {
  const auto tokens = load();
  CHECK(tokens.signing_key(uri("none")).failure().code == config::Code::not_found);
  CHECK(tokens.signing_key("pkcs11:token=other;object=one").failure().code ==
        config::Code::not_found);
  CHECK(tokens.signing_key("pkcs11:%").failure().code == config::Code::invalid);
  const auto with_pin = tokens.signing_key(uri("one") + "?pin-value=" + test::soft_pin);
  REQUIRE_FALSE(with_pin.ok());
  CHECK(with_pin.failure().detail.find(test::soft_pin) == std::string::npos);
  const auto no_module = Tokens::load("/nowhere/module.so", gateway::Passphrase(1));
  REQUIRE_FALSE(no_module.ok());
  CHECK(no_module.failure().detail.find("/nowhere/module.so") != std::string::npos);
}

TEST_CASE("key file: signing keys move into a token, and their bytes leave the file",
          "[keys][token]") {
  const auto tokens = load();
  const test::TemporaryFolder folder;
  const auto path = folder / "gateway.json";
  auto file = KeyFile::fresh();
  REQUIRE(file.create(path).ok());
  const auto before = file.keys().value();
  for (const auto* kind : {"sign", "log", "witness"}) {
    REQUIRE(file.move_to_token(kind, uri(std::string("moved-") + kind), tokens).ok());
    CHECK(file.move_to_token(kind, uri("again"), tokens).failure().code == config::Code::conflict);
  }
  REQUIRE(file.replace(path).ok());
  const auto again = KeyFile::read(path);
  REQUIRE(again.ok());
  CHECK_FALSE(again->keys().ok());
  CHECK(again->keys().failure().detail.find("pkcs11") != std::string::npos);
  const auto keys = again->keys(&tokens);
  REQUIRE(keys.ok());
  CHECK(keys->same_root(before));
  CHECK(keys->sign.public_key() == before.sign.public_key());

  // A new one comes in front, in the file or in a token; the one in the token is dropped.
  auto rotated = KeyFile::read(path).value();
  REQUIRE(rotated.add_sign_key().ok());
  CHECK(rotated.keys(&tokens)->former_sign.front().public_key() == before.sign.public_key());
  REQUIRE(rotated.drop(before.sign.public_key(), &tokens).ok());
  REQUIRE(rotated.add_sign_key(uri("moved-sign")).ok());
  CHECK(rotated.keys(&tokens)->sign.public_key() == before.sign.public_key());
}

TEST_CASE("key file: only keys that sign may be in a token", "[keys][token]") {
  const test::TemporaryFolder folder;
  const auto path = folder / "gateway.json";
  REQUIRE(KeyFile::fresh().create(path).ok());
  auto text = test::contents(path);
  const auto at = text.find("\"storeKey\": \"") + 13;
  text.replace(at, 43, "pkcs11:token=sluis;object=store");
  test::put(path, text);
  const auto read = KeyFile::read(path);
  REQUIRE_FALSE(read.ok());
  CHECK(read.failure().detail.find("storeKey") != std::string::npos);
}
