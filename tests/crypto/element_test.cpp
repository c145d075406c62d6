#include "crypto/element.hpp"

#include <catch2/catch.hpp>

#include "crypto/encoding.hpp"
#include "support.hpp"

using namespace sluis::crypto;

TEST_CASE("Element::parse: refuses what RFC 9496 says, and the identity", "[element]") {
  const auto bad = test::bad_encodings();
  REQUIRE(bad.size() == 33);
  for (const auto& encoding : bad) {
    CAPTURE(hex(encoding));
    CHECK_FALSE(Element::parse(encoding));
  }
  const auto good = Element::base_mul(Scalar::from_u64(9))->bytes();
  CHECK(Element::parse(good));
  CHECK_FALSE(Element::parse(View(good).first(31)));
  CHECK_FALSE(Element::parse(Bytes(33)));
}

TEST_CASE("Element: multiples of the generator, RFC 9496 appendix A.1", "[element]") {
  const auto g = Element::base_mul(Scalar::from_u64(1)).value();
  CHECK(hex(g.bytes()) == "e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76");
  const auto two = Element::base_mul(Scalar::from_u64(2)).value();
  CHECK(hex(two.bytes()) == "6a493210f7499cd17fecb510ae0cea23a110e8d5b901f8acadd3095c73a3b919");
  CHECK(g.add(g) == two);
  CHECK(two.sub(g) == g);
  CHECK(g.mul(Scalar::from_u64(2)) == two);
  CHECK(Element::parse(two.bytes()) == two);
}

TEST_CASE("Element: no operation gives the identity", "[element]") {
  const auto g = Element::base_mul(Scalar::from_u64(1)).value();
  const auto minus_one = sub(Scalar{}, Scalar::from_u64(1));
  CHECK_FALSE(Element::base_mul(Scalar{}));
  CHECK_FALSE(g.mul(Scalar{}));
  CHECK_FALSE(g.sub(g));
  CHECK_FALSE(g.add(g.mul(minus_one).value()));
}

TEST_CASE("Element::from_hash: RFC 9496 appendix A.3", "[element]") {
  const auto uniform = test::array<64>(
      "5d1be09e3d0c82fc538112490e35701979d99e06ca3e2b5b54bffe8b4dc772c1"
      "4d98b696a1bbfb5ca32c436cc61c16563790306c79eaca7705668b47dffe5bb6");
  CHECK(hex(Element::from_hash(uniform)->bytes()) ==
        "3066f82a1a747d45120d1740f14358531a8f04bbffe6a819f86dfe50f44a0a46");
}
