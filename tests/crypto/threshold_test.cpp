// RFC 9497's vectors with their key split, and the shares of protocol.json.
#include "crypto/threshold.hpp"

#include <catch2/catch.hpp>

#include "crypto/encoding.hpp"
#include "crypto/voprf.hpp"
#include "support.hpp"

using namespace sluis::crypto;

namespace {

struct Split {
  std::uint32_t t;
  std::uint32_t n;
};

// Asks the holders of `chosen` as plain RFC 9497 servers, checks each proof, and adds up.
std::vector<Array<32>> ask(const Dealt& dealt, std::span<const std::uint32_t> chosen,
                           std::span<const Array<32>> blinded) {
  std::vector<std::vector<Array<32>>> answers;
  for (const std::uint32_t i : chosen) {
    const auto share = weighted_share(dealt.shares[i - 1], i, chosen);
    const auto key = weighted_public(dealt.K_i[i - 1], i, chosen);
    CHECK(Element::base_mul(share.reveal()) == key);
    const auto answer = evaluate(share.reveal(), key.bytes(), blinded);
    REQUIRE(answer);
    CHECK(verify(key.bytes(), blinded, *answer));
    answers.push_back(answer->elements);
  }
  return combine(answers).value();
}

}  // namespace

TEST_CASE("threshold: every t of n holders give RFC 9497's outputs", "[threshold]") {
  const auto split = GENERATE(Split{2, 3}, Split{3, 5});
  const auto suite = test::voprf_suite();
  const auto dealt = deal(test::secret_scalar(suite["skSm"]), split.t, split.n);
  CHECK(hex(dealt.K.bytes()) == suite["pkSm"]);
  for (const auto& vector : suite["vectors"]) {
    std::vector<Scalar> blinds;
    for (const Bytes& blind : test::list(vector["Blind"])) {
      blinds.push_back(Scalar::parse(blind).value());
    }
    const auto batch = KnownAnswers::blind(test::list(vector["Input"]), blinds).value();
    for (const auto& chosen : test::subsets(split.t, split.n)) {
      const auto sum = ask(dealt, chosen, batch.elements());
      CHECK(sum == test::elements(vector["EvaluationElement"]));
      const auto outputs = batch.finalize(sum).value();
      const auto expected = test::list(vector["Output"]);
      for (std::size_t i = 0; i < expected.size(); ++i) CHECK(hex(outputs[i]) == hex(expected[i]));
    }
  }
}

TEST_CASE("threshold: fewer than t holders give something else", "[threshold]") {
  const auto dealt = deal(3, 5);
  const auto batch = BlindBatch::blind(test::inputs(1)).value();
  const auto whole = ask(dealt, std::vector<std::uint32_t>{1, 2, 3}, batch.elements());
  for (const auto& chosen : test::subsets(2, 5)) {
    CHECK(ask(dealt, chosen, batch.elements()) != whole);
  }
}

TEST_CASE("threshold: the shares of protocol.json are those of its keys", "[threshold]") {
  const auto keys = test::vectors("protocol.json")["keys"];
  for (const auto& [use, key] : keys.items()) {
    const auto whole = test::secret_scalar(key["k"]);
    CHECK(hex(Element::base_mul(whole.reveal())->bytes()) == key["K"]);
    for (const Split split : {Split{2, 3}, Split{3, 5}}) {
      const auto& shares = key["shares"][std::to_string(split.t) + "of" + std::to_string(split.n)];
      REQUIRE(shares.size() == split.n);
      for (const auto& share : shares) {
        const auto secret = test::secret_scalar(share["k"]);
        CHECK(hex(Element::base_mul(secret.reveal())->bytes()) == share["K"]);
      }
      for (const auto& chosen : test::subsets(split.t, split.n)) {
        std::optional<Element> sum;
        for (const std::uint32_t i : chosen) {
          const auto key_i = Element::parse(test::bytes(shares[i - 1]["K"])).value();
          const auto part = weighted_public(key_i, i, chosen);
          sum = sum ? sum->add(part) : part;
        }
        CHECK(hex(sum->bytes()) == key["K"]);
      }
    }
  }
}

TEST_CASE("deal: the commitments give K and every K_i", "[threshold]") {
  const auto split = GENERATE(Split{1, 1}, Split{2, 3}, Split{3, 5}, Split{5, 5});
  const auto key = random_scalar();
  const auto dealt = deal(key, split.t, split.n);
  CHECK(dealt.K == Element::base_mul(key.reveal()));
  CHECK(dealt.commitments.size() == split.t);
  CHECK(dealt.commitments.front() == dealt.K);
  CHECK(key_shares_from_commitments(dealt.commitments, split.n) == dealt.K_i);
  REQUIRE(dealt.shares.size() == split.n);
  for (std::size_t i = 0; i < split.n; ++i) {
    CHECK(Element::base_mul(dealt.shares[i].reveal()) == dealt.K_i[i]);
  }
}

TEST_CASE("deal: sizes that make no sense", "[threshold]") {
  CHECK_THROWS_AS(deal(0, 3), std::invalid_argument);
  CHECK_THROWS_AS(deal(4, 3), std::invalid_argument);
  CHECK_THROWS_AS(deal(2, max_holders + 1), std::invalid_argument);
  const auto dealt = deal(2, 3);
  CHECK_FALSE(key_shares_from_commitments({}, 3));
  CHECK_FALSE(key_shares_from_commitments(dealt.commitments, 0));
  CHECK_FALSE(key_shares_from_commitments(dealt.commitments, max_holders + 1));
}

TEST_CASE("lagrange_at_zero: by hand, and what is no set of holders", "[threshold]") {
  const std::vector<std::uint32_t> set{1, 3};
  CHECK(mul(lagrange_at_zero(1, set), Scalar::from_u64(2)) == Scalar::from_u64(3));
  CHECK(add(lagrange_at_zero(1, set), lagrange_at_zero(3, set)) == Scalar::from_u64(1));
  CHECK(lagrange_at_zero(4, std::vector<std::uint32_t>{4}) == Scalar::from_u64(1));

  using Set = std::vector<std::uint32_t>;
  for (const Set& bad : {Set{}, Set{2, 3}, Set{1, 1}, Set{1, 2, 2}, Set{0, 1}}) {
    CHECK_THROWS_AS(lagrange_at_zero(1, bad), std::invalid_argument);
  }
}

TEST_CASE("reweight: an answer for one set counts in another", "[threshold]") {
  const auto dealt = deal(2, 3);
  const auto batch = BlindBatch::blind(test::inputs(2)).value();
  const std::vector<std::uint32_t> asked{1, 2};
  const std::vector<std::uint32_t> used{1, 3};  // holder 2 did not answer
  const auto share = weighted_share(dealt.shares[0], 1, asked);
  const auto key = weighted_public(dealt.K_i[0], 1, asked);
  const auto first = evaluate(share.reveal(), key.bytes(), batch.elements()).value();
  const auto third_share = weighted_share(dealt.shares[2], 3, used);
  const auto third_key = weighted_public(dealt.K_i[2], 3, used);
  const auto third = evaluate(third_share.reveal(), third_key.bytes(), batch.elements()).value();

  const auto moved = reweight(first.elements, 1, asked, used);
  REQUIRE(moved);
  CHECK(combine(std::vector{*moved, third.elements}) == ask(dealt, used, batch.elements()));
  CHECK_FALSE(reweight(test::bad_encodings(), 1, asked, used));
}

TEST_CASE("combine: nothing to add, lengths that differ, bad elements, sums of zero",
          "[threshold]") {
  const auto g = Element::base_mul(Scalar::from_u64(1)).value();
  const auto minus_g = g.mul(sub(Scalar{}, Scalar::from_u64(1))).value();
  using Answers = std::vector<std::vector<Array<32>>>;
  const std::vector one{g.bytes()};
  CHECK_FALSE(combine({}));
  CHECK(combine(Answers{one}) == one);
  CHECK_FALSE(combine(Answers{one, std::vector{g.bytes(), g.bytes()}}));
  CHECK_FALSE(combine(Answers{one, std::vector{minus_g.bytes()}}));
  for (const auto& bad : test::bad_encodings()) {
    CHECK_FALSE(combine(Answers{one, std::vector{bad}}));
    CHECK_FALSE(combine(Answers{std::vector{bad}, one}));
    CHECK_FALSE(combine(Answers{std::vector{bad}}));
    CHECK_FALSE(reweight(std::vector{g.bytes(), bad}, 1, std::vector<std::uint32_t>{1, 2},
                         std::vector<std::uint32_t>{1, 3}));
  }
}
