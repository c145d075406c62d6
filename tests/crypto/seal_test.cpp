#include "crypto/seal.hpp"

#include <catch2/catch.hpp>

#include "crypto/encoding.hpp"
#include "support.hpp"

using namespace sluis::crypto;

TEST_CASE("SealKey: the public key is X25519's, RFC 7748 §5.2", "[seal]") {
  Array<32> nine{9};
  CHECK(hex(SealKey::from_secret(nine)->public_key()) ==
        "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079");
  CHECK_FALSE(SealKey::from_secret(Bytes(31)));
  CHECK_FALSE(SealKey::from_secret(Bytes(33)));
}

TEST_CASE("seal_to: opens with its key alone", "[seal]") {
  const auto key = SealKey::random();
  for (const std::size_t size : {0U, 1U, 5000U}) {
    const Bytes plain(size, 'x');
    const auto sealed = seal_to(key.public_key(), plain);
    REQUIRE(sealed);
    CHECK(sealed->size() == size + seal_overhead_bytes);
    CHECK(key.open(*sealed) == plain);
    CHECK_FALSE(SealKey::random().open(*sealed));
  }
  CHECK(seal_to(key.public_key(), as_view("x")) != seal_to(key.public_key(), as_view("x")));
}

TEST_CASE("SealKey::open: any other bit or length", "[seal]") {
  const auto key = SealKey::random();
  const auto sealed = seal_to(key.public_key(), as_view("text")).value();
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    auto bad = sealed;
    bad[i] ^= 1;
    CHECK_FALSE(key.open(bad));
    CHECK_FALSE(key.open(View(sealed).first(i)));
  }
}

TEST_CASE("seal_to: a public key of small order", "[seal]") {
  CHECK_FALSE(seal_to(Array<32>{}, as_view("x")));
  CHECK_FALSE(seal_to(Array<32>{1}, as_view("x")));
}
