#include "crypto/polynomial.hpp"

#include <catch2/catch.hpp>

#include "crypto/threshold.hpp"
#include "support.hpp"

using namespace sluis::crypto;

namespace {

/// f(0)·G from the values at these numbers.
std::optional<Element> at_zero(const Polynomial& f, const std::vector<std::uint32_t>& numbers) {
  std::optional<SecretScalar> sum;
  for (const auto number : numbers) {
    auto part = weighted_share(f.at(number), number, numbers);
    sum = sum ? add(*sum, part) : std::move(part);
  }
  return Element::base_mul(sum->reveal());
}

}  // namespace

TEST_CASE("Polynomial: what anybody tells from the commitments is what the dealer has",
          "[polynomial]") {
  const auto t = GENERATE(range(2U, 6U));
  const auto constant = GENERATE(Constant::some, Constant::zero);
  const auto f = Polynomial::random(t, constant);
  const auto commitments = f.commitments();
  CHECK(commitments.size() == (constant == Constant::zero ? t - 1 : t));
  for (const std::uint32_t number : {1U, 2U, 7U, 255U}) {
    const auto value = f.at(number);
    CHECK(value_from_commitments(commitments, number, constant) ==
          Element::base_mul(value.reveal()));
  }
  std::vector<std::uint32_t> numbers;
  for (std::uint32_t i = 0; i < t; ++i) numbers.push_back(2 * i + 1);
  const auto expected =
      constant == Constant::zero ? std::nullopt : std::optional(commitments.front());
  CHECK(at_zero(f, numbers) == expected);
}

TEST_CASE("Polynomial: from its coefficients it is the same one", "[polynomial]") {
  const auto constant = GENERATE(Constant::some, Constant::zero);
  const auto f = Polynomial::random(3, constant);
  std::vector<SecretScalar> copies;
  for (const auto& each : f.coefficients()) {
    copies.push_back(SecretScalar::copy_of(each.reveal()).value());
  }
  const auto again = Polynomial::from(std::move(copies), constant);
  CHECK(again.commitments() == f.commitments());
  const auto a = f.at(4), b = again.at(4);
  CHECK(equal(a.reveal(), b.reveal()));
}

TEST_CASE("Polynomial: the constant that was given, and what none can be", "[polynomial]") {
  auto key = random_scalar();
  const auto expected = Element::base_mul(key.reveal());
  const auto f = Polynomial::with_constant(std::move(key), 2);
  CHECK(f.commitments().front() == expected);
  CHECK(at_zero(f, {4, 9}) == expected);
  CHECK_THROWS_AS(Polynomial::random(0), std::invalid_argument);
  CHECK_THROWS_AS(Polynomial::random(1, Constant::zero), std::invalid_argument);
  CHECK_THROWS_AS(Polynomial::with_constant(random_scalar(), 0), std::invalid_argument);
  CHECK_FALSE(value_from_commitments({}, 1).has_value());
  // f(2) = 0 for A_0 = −2·A_1.
  const auto a_1 = Element::base_mul(Scalar::from_u64(5)).value();
  const auto a_0 = Element::base_mul(sub(Scalar{}, Scalar::from_u64(10))).value();
  CHECK_FALSE(value_from_commitments(std::vector{a_0, a_1}, 2).has_value());
  CHECK(value_from_commitments(std::vector{a_0, a_1}, 3) == a_1);
}
