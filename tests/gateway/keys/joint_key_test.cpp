#include "gateway/keys/joint_key.hpp"

#include <catch2/catch.hpp>

#include "crypto/encoding.hpp"
#include "tests/crypto/bad_values.hpp"
#include "tests/gateway/keys/holders_fixture.hpp"
#include "tests/gateway/keys/key_making.hpp"

using namespace sluis;
using crypto::Element;
using gateway::Commitments;

namespace {

Element times_g(std::uint64_t factor) {
  return Element::base_mul(crypto::Scalar::from_u64(factor)).value();
}

Element minus(std::uint64_t factor) {
  const auto negative = crypto::sub(crypto::Scalar{}, crypto::Scalar::from_u64(factor));
  return Element::base_mul(negative).value();
}

}  // namespace

TEST_CASE("join: K and K_i are those of the sum of all polynomials", "[keys]") {
  const auto plan = test::plan_of(test::directory_naming({test::holders(3), 2}), "tag");
  // f = (1 + 2x) + (3 + 4x) + (5 + 6x) = 9 + 12x
  const std::vector<Commitments> dealers{
      {times_g(1), times_g(2)}, {times_g(3), times_g(4)}, {times_g(5), times_g(6)}};
  const auto key = gateway::join(plan.ceremony, nullptr, dealers);
  REQUIRE(key);
  CHECK(key->key == times_g(9));
  CHECK(key->holder_keys == Commitments{times_g(21), times_g(33), times_g(45)});
  CHECK_FALSE(gateway::join(plan.ceremony, nullptr, {}));
}

TEST_CASE("join: two dealers that cancel each other out leave the third one's", "[keys]") {
  const auto plan = test::plan_of(test::directory_naming({test::holders(3), 2}), "tag");
  std::vector<Commitments> dealers{
      {times_g(1), times_g(2)}, {minus(1), minus(2)}, {times_g(5), times_g(6)}};
  const auto key = gateway::join(plan.ceremony, nullptr, dealers);
  REQUIRE(key);
  CHECK(key->key == times_g(5));
  CHECK(key->holder_keys == Commitments{times_g(11), times_g(17), times_g(23)});
  dealers.pop_back();
  CHECK_FALSE(gateway::join(plan.ceremony, nullptr, dealers));
}

TEST_CASE("joint key: no bad encoding as a commitment, as K, or as a K_i", "[keys]") {
  const auto plan = test::plan_of(test::directory_naming({test::holders(3), 2}), "tag");
  const auto good = times_g(5).bytes();
  const auto& dealer = plan.ceremony.dealers.front();
  REQUIRE(gateway::check_commitments(plan.ceremony, nullptr, dealer, std::vector{good, good}));
  auto said = plan.ceremony;
  said.key = good;
  said.holder_keys.assign(3, good);
  REQUIRE(gateway::said_key(said));
  for (const auto& bad : crypto::test::bad_encodings()) {
    CAPTURE(crypto::hex(bad));
    const auto refused = [&](const std::vector<crypto::Array<32>>& commitments) {
      return !gateway::check_commitments(plan.ceremony, nullptr, dealer, commitments).ok();
    };
    CHECK(refused({bad, good}));
    CHECK(refused({good, bad}));
    auto wrong = said;
    wrong.key = bad;
    CHECK_FALSE(gateway::said_key(wrong));
    wrong = said;
    wrong.holder_keys[2] = bad;
    CHECK_FALSE(gateway::said_key(wrong));
  }
}
