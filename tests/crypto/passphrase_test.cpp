#include "crypto/passphrase.hpp"

#include <catch2/catch.hpp>

#include "crypto/encoding.hpp"

using namespace sluis::crypto;

namespace {

const std::string salt_text = "0123456789abcdef";
const FixedView<16> salt(as_view(salt_text).first<16>());

}  // namespace

TEST_CASE("passphrase: Argon2id, as the reference program computes it", "[passphrase]") {
  // argon2 SALT -id -t 3 -k 8192 -p 1 -l 32 -r
  const auto key = key_of_passphrase(as_view("correct horse battery staple"), salt,
                                     {3, std::uint64_t{8192} * 1024});
  REQUIRE(key);
  CHECK(hex(key->reveal()) == "5e2496dc31a5f58c8739f1373dd238d4a01ef6ba96e9abac5c3117e37531bd46");
}

TEST_CASE("passphrase: another passphrase, salt or cost gives another key", "[passphrase]") {
  const auto least = PassphraseCost::least();
  const auto key = key_of_passphrase(as_view("a passphrase"), salt, least);
  const std::string other_salt = "0123456789abcdeg";
  const auto same = key_of_passphrase(as_view("a passphrase"), salt, least);
  const auto other = key_of_passphrase(as_view("a passphrasf"), salt, least);
  const auto salted =
      key_of_passphrase(as_view("a passphrase"), as_view(other_salt).first<16>(), least);
  const auto longer = key_of_passphrase(as_view("a passphrase"), salt, {2, least.memory_bytes});
  REQUIRE((key && same && other && salted && longer));
  CHECK(equal(key->reveal(), same->reveal()));
  CHECK_FALSE(equal(key->reveal(), other->reveal()));
  CHECK_FALSE(equal(key->reveal(), salted->reveal()));
  CHECK_FALSE(equal(key->reveal(), longer->reveal()));
}

TEST_CASE("passphrase: a file may not ask for any cost", "[passphrase]") {
  const auto moderate = PassphraseCost::moderate();
  CHECK(moderate.is_allowed());
  CHECK(moderate.operations == 3);
  CHECK(moderate.memory_bytes == std::uint64_t{256} << 20U);
  CHECK_FALSE(PassphraseCost{0, moderate.memory_bytes}.is_allowed());
  CHECK_FALSE(PassphraseCost{17, moderate.memory_bytes}.is_allowed());
  CHECK_FALSE(PassphraseCost{3, 4096}.is_allowed());
  CHECK_FALSE(PassphraseCost{3, std::uint64_t{1} << 40U}.is_allowed());
  CHECK_FALSE(key_of_passphrase(as_view("x"), salt, {3, std::uint64_t{1} << 40U}));
}
