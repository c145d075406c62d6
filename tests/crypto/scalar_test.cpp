#include "crypto/scalar.hpp"

#include <catch2/catch.hpp>

#include "crypto/encoding.hpp"
#include "support.hpp"

using namespace sluis::crypto;

TEST_CASE("Scalar::parse: canonical ones alone", "[scalar]") {
  for (const auto& bad : test::bad_scalars()) {
    CAPTURE(hex(bad));
    CHECK_FALSE(Scalar::parse(bad));
    CHECK_FALSE(parse_secret_scalar(bad));
  }
  auto largest = test::bad_scalars().front();
  --largest[0];  // ℓ − 1
  CHECK(Scalar::parse(largest));
  CHECK(parse_secret_scalar(largest));
  CHECK(Scalar::parse(Array<32>{}));
  CHECK_FALSE(parse_secret_scalar(Array<32>{}));
  CHECK_FALSE(Scalar::parse(Bytes(31)));
  CHECK_FALSE(Scalar::parse(Bytes(33)));
}

TEST_CASE("Scalar: arithmetic modulo the order", "[scalar]") {
  const auto three = Scalar::from_u64(3);
  const auto seven = Scalar::from_u64(7);
  CHECK(add(three, seven) == Scalar::from_u64(10));
  CHECK(mul(three, seven) == Scalar::from_u64(21));
  CHECK(sub(seven, three) == Scalar::from_u64(4));
  CHECK(add(sub(three, seven), seven) == three);
  CHECK(mul(invert(seven).value(), seven) == Scalar::from_u64(1));
  CHECK_FALSE(invert(Scalar{}));
  CHECK(Scalar::from_u64(0x0102030405060708).bytes[7] == 1);

  Array<64> wide{};
  std::ranges::copy(test::bad_scalars()[1], wide.begin());  // ℓ + 1
  CHECK(Scalar::from_wide(wide) == Scalar::from_u64(1));
}

TEST_CASE("batch_invert: what one inversion each would give", "[scalar]") {
  const auto count = GENERATE(0U, 1U, 2U, 33U);
  std::vector<Scalar> scalars;
  for (std::uint64_t i = 0; i < count; ++i) scalars.push_back(Scalar::from_u64(1000 + i * i));
  auto inverses = scalars;
  REQUIRE(batch_invert(inverses));
  for (std::size_t i = 0; i < count; ++i) CHECK(inverses[i] == invert(scalars[i]));
}

TEST_CASE("batch_invert: a zero spoils nothing", "[scalar]") {
  std::vector<Scalar> scalars{Scalar::from_u64(5), Scalar{}, Scalar::from_u64(7)};
  const auto before = scalars;
  CHECK_FALSE(batch_invert(scalars));
  CHECK(scalars == before);
}

TEST_CASE("SecretScalar: random, and the same arithmetic", "[scalar]") {
  const SecretScalar a = random_scalar();
  const SecretScalar b = random_scalar();
  const auto open_a = Scalar::parse(a.reveal());
  const auto open_b = Scalar::parse(b.reveal());
  REQUIRE((open_a && open_b));
  CHECK_FALSE(open_a == open_b);
  const SecretScalar product = mul(*open_a, b);
  const SecretScalar sum = add(a, b);
  CHECK(equal(product.reveal(), mul(*open_a, *open_b).bytes));
  CHECK(equal(sum.reveal(), add(*open_a, *open_b).bytes));
}
