#include "crypto/secretbox.hpp"

#include <catch2/catch.hpp>

using namespace sluis::crypto;

using LocalKey = Secret<struct LocalKeyTag, 32>;

TEST_CASE("secretbox: opens with its key and its place", "[secretbox]") {
  const auto key = LocalKey::random();
  for (const std::size_t size : {0U, 1U, 5000U}) {
    const Bytes plain(size, 'x');
    const auto box = seal(key.reveal(), as_view("table/row"), plain);
    CHECK(box.size() == size + box_overhead_bytes);
    CHECK(open(key.reveal(), as_view("table/row"), box) == plain);
  }
  CHECK(seal(key.reveal(), {}, as_view("x")) != seal(key.reveal(), {}, as_view("x")));
}

TEST_CASE("secretbox: any other key, place, bit or length", "[secretbox]") {
  const auto key = LocalKey::random();
  const auto other = LocalKey::random();
  const auto box = seal(key.reveal(), as_view("table/row"), as_view("text"));
  CHECK_FALSE(open(other.reveal(), as_view("table/row"), box));
  CHECK_FALSE(open(key.reveal(), as_view("table/other"), box));
  for (std::size_t i = 0; i < box.size(); ++i) {
    auto bad = box;
    bad[i] ^= 1;
    CHECK_FALSE(open(key.reveal(), as_view("table/row"), bad));
    CHECK_FALSE(open(key.reveal(), as_view("table/row"), View(box).first(i)));
  }
}
