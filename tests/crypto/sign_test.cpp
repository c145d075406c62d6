// Ed25519, and everything of protocol.json that is signed.
#include "crypto/sign.hpp"

#include <catch2/catch.hpp>

#include "crypto/encoding.hpp"
#include "crypto/hash.hpp"
#include "crypto/labels.hpp"
#include "support.hpp"

using namespace sluis::crypto;

TEST_CASE("sign: RFC 8032 §7.1, test 2", "[sign]") {
  const auto key = SigningKey::from_seed(
      test::bytes("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"));
  REQUIRE(key);
  CHECK(hex(key->public_key()) ==
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  CHECK(hex(key->sign(Bytes{0x72})) ==
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
}

TEST_CASE("verify: another key, message, or any bit of the signature", "[sign]") {
  const auto key = SigningKey::random();
  const auto signature = key.sign(as_view("message"));
  CHECK(verify(key.public_key(), as_view("message"), signature));
  CHECK_FALSE(verify(SigningKey::random().public_key(), as_view("message"), signature));
  CHECK_FALSE(verify(key.public_key(), as_view("massage"), signature));
  CHECK_FALSE(verify(key.public_key(), {}, signature));
  for (std::size_t i = 0; i < signature.size(); ++i) {
    auto bad = signature;
    bad[i] ^= 0x80;
    CHECK_FALSE(verify(key.public_key(), as_view("message"), bad));
  }
}

TEST_CASE("verify: keys of small order and S not below the order", "[sign]") {
  const auto key = SigningKey::random();
  auto signature = key.sign(as_view("message"));
  Array<32> one{1};  // the neutral element of Edwards25519
  CHECK_FALSE(verify(one, as_view("message"), signature));
  const auto order = test::bad_scalars().front();
  unsigned carry = 0;
  for (std::size_t i = 0; i < 32; ++i) {
    carry += signature[32 + i] + unsigned{order[i]};
    signature[32 + i] = static_cast<std::uint8_t>(carry);
    carry >>= 8;
  }
  CHECK_FALSE(verify(key.public_key(), as_view("message"), signature));
}

TEST_CASE("from_seed: 32 bytes alone, and a moved key signs the same", "[sign]") {
  CHECK_FALSE(SigningKey::from_seed(Bytes(31)));
  CHECK_FALSE(SigningKey::from_seed(Bytes(64)));
  auto key = SigningKey::from_seed(Bytes(32)).value();
  const auto before = key.sign(as_view("m"));
  const auto moved = std::move(key);
  CHECK(moved.sign(as_view("m")) == before);
}

TEST_CASE("protocol.json: envelope", "[sign][labels]") {
  const auto v = test::vectors("protocol.json")["envelope"];
  const auto key = SigningKey::from_seed(test::bytes(v["seed"])).value();
  CHECK(hex(key.public_key()) == v["signKey"]);
  const auto text = [&](const char* name) { return v[name].get<std::string>(); };
  const auto message = envelope_signed(text("id"), text("from"), text("to"),
                                       test::array<32>(v["sealKey"]), test::bytes(v["sealed"]));
  CHECK(hex(message) == v["signed"]);
  CHECK(hex(key.sign(message)) == v["signature"]);
  CHECK(verify(key.public_key(), message, test::array<64>(v["signature"])));
}

TEST_CASE("protocol.json: receipt", "[sign][labels]") {
  const auto vectors = test::vectors("protocol.json");
  const auto& v = vectors["receipt"];
  auto document = v;
  for (const char* const name : {"signed", "seed", "signature"}) document.erase(name);
  // nlohmann sorts keys and adds no white space: for this document that is RFC 8785's form.
  const auto message = receipt_signed(document.dump());
  CHECK(hex(message) == v["signed"]);
  const auto key = SigningKey::from_seed(test::bytes(v["seed"])).value();
  CHECK(base64url(key.sign(message)) == v["signature"]);
  CHECK(base64url(sha256({test::bytes(vectors["envelope"]["sealed"])})) == v["sha256"]);
}

TEST_CASE("protocol.json: directory", "[sign][labels]") {
  const auto v = test::vectors("protocol.json")["directory"];
  const auto key = SigningKey::from_seed(test::bytes(v["seed"])).value();
  CHECK(base64url(key.public_key()) == v["key"]);
  const auto message = directory_signed(v["jcs"].get<std::string>());
  CHECK(base64url(key.sign(message)) == v["signature"]);
  const auto signature = array_from_base64url<64>(v["signature"].get<std::string>());
  REQUIRE(signature);
  CHECK(verify(key.public_key(), message, *signature));
}
