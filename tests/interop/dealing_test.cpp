// Feldman's commitments and Lagrange's coefficients, ours and those of noble's FROST trusted dealer
// (RFC 9591 Appendix C), each checked by the other.
#include "gateway/keys/dealing.hpp"

#include <catch2/catch.hpp>
#include <numeric>

#include "crypto/dealing.hpp"
#include "crypto/threshold.hpp"
#include "tests/gateway/keys/holders_fixture.hpp"
#include "tests/gateway/keys/key_making.hpp"
#include "tests/gateway/temporary_folder.hpp"
#include "tests/interop/clients.hpp"

using namespace sluis;
using config::Json;
using gateway::DealingBody;

namespace {

using Numbers = std::vector<std::uint32_t>;

struct Size {
  unsigned threshold, holders;
};
constexpr Size sizes[] = {{2, 3}, {3, 4}, {3, 5}, {5, 9}};

gateway::CeremonyPlan plan_for(const Size& size) {
  return test::plan_of(test::directory_naming({test::holders(size.holders), size.threshold}),
                       "tag");
}

/// The first t holders, the last t, and from the last backwards every second one, then the others.
std::vector<Numbers> subsets_of(const Size& size) {
  Numbers all(size.holders);
  std::iota(all.begin(), all.end(), 1U);
  Numbers backwards;
  for (const unsigned parity : {0U, 1U})
    for (auto number = size.holders; number >= 1; --number)
      if ((size.holders - number) % 2 == parity) backwards.push_back(number);
  backwards.resize(size.threshold);
  return {{all.begin(), all.begin() + size.threshold},
          {all.end() - size.threshold, all.end()},
          backwards};
}

std::string joined(const Json& shares, const Numbers& numbers) {
  std::optional<crypto::SecretScalar> sum;
  for (const auto number : numbers) {
    const auto bytes = test::from_hex<32>(shares.at(number - 1).at("share"));
    const auto part =
        crypto::weighted_share(crypto::parse_secret_scalar(bytes).value(), number, numbers);
    sum = sum ? crypto::add(*sum, part) : crypto::mul(crypto::Scalar::from_u64(1), part);
  }
  return crypto::hex(sum->reveal());
}

/// One bit of it is another, and it is still a scalar.
std::string altered(const std::string& share) {
  auto bytes = crypto::array_from_hex<32>(share).value();
  bytes[0] ^= 1U;
  return crypto::hex(bytes);
}

/// What noble dealt, as a dealer of ours would send it: sealed shares and our proof around it.
DealingBody body_from(const gateway::CeremonyPlan& plan, const Json& dealt) {
  const auto& dealer = plan.ceremony.dealers.front();
  DealingBody body;
  for (const auto& each : dealt["commitments"])
    body.commitments.push_back(test::from_hex<32>(each));
  const auto secret = crypto::parse_secret_scalar(test::from_hex<32>(dealt["secret"])).value();
  body.proof = crypto::prove_dealing(plan.ceremony.cer(), 1, secret,
                                     crypto::Element::parse(body.commitments.front()).value());
  CHECK(dealer.number == 1);
  for (std::size_t i = 0; i < plan.seal_keys.size(); ++i) {
    const auto share = test::from_hex<32>(dealt["shares"].at(i).at("share"));
    const auto sealed = crypto::seal_to(plan.seal_keys[i], share).value();
    std::ranges::copy(sealed, body.shares.emplace_back().begin());
  }
  return body;
}

config::Result<gateway::Commitments> checked(const gateway::CeremonyPlan& plan,
                                             const DealingBody& body) {
  const auto& dealer = plan.ceremony.dealers.front();
  const auto cer = plan.ceremony.cer();
  return gateway::check_dealing(plan, cer, dealer, body,
                                gateway::commitment_hash(cer, dealer, body.commitments));
}

config::Result<crypto::SecretScalar> opened(const gateway::CeremonyPlan& plan, std::size_t place,
                                            const DealingBody& body,
                                            const gateway::Commitments& commitments) {
  const auto& holder = plan.ceremony.holders.at(place);
  std::vector<crypto::SealKey> keys;
  keys.push_back(test::box_key(holder.id.str() + " seal"));
  return gateway::open_share(plan, holder, body, commitments, keys);
}

Json share_entry(std::uint32_t number, const std::string& share) {
  return {{"number", number}, {"share", share}};
}

/// A dealing for noble to check, its last share once more with one bit altered.
Json to_check(const Size& size, const std::vector<std::string>& commitments, const Json& shares) {
  auto all = shares;
  all.push_back(share_entry(size.holders, altered(shares.back().at("share"))));
  Json subsets = Json::array();
  for (const auto& numbers : subsets_of(size)) {
    Json places = Json::array();
    for (const auto number : numbers) places.push_back(number - 1);
    subsets.push_back(places);
  }
  return {{"commitments", commitments}, {"shares", all}, {"subsets", subsets}};
}

void check_verdict(const Size& size, const Json& verdict, const std::string& secret) {
  std::vector<bool> expected(size.holders, true);
  expected.push_back(false);
  CHECK(verdict["fit"] == Json(expected));
  CHECK(verdict["joined"] == Json(std::vector<std::string>(subsets_of(size).size(), secret)));
}

}  // namespace

TEST_CASE("interop: what noble's trusted dealer deals, a holder of ours takes and joins",
          "[dealing]") {
  const test::TemporaryFolder folder;
  Json job{{"deal", Json::array()}, {"check", Json::array()}, {"lagrange", Json::array()}};
  for (const auto& size : sizes)
    job["deal"].push_back({{"threshold", size.threshold}, {"holders", size.holders}});
  const auto found = test::run_client("noble/deal.mjs", job, folder.path())["deal"];
  REQUIRE(found.size() == std::size(sizes));
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto& size = sizes[i];
    const auto& dealt = found[i];
    INFO(size.threshold << " of " << size.holders);
    const auto plan = plan_for(size);
    const auto body = body_from(plan, dealt);
    const auto commitments = checked(plan, body);
    REQUIRE(commitments);
    for (std::size_t place = 0; place < size.holders; ++place) {
      const auto share = opened(plan, place, body, *commitments);
      REQUIRE(share);
      CHECK(crypto::hex(share->reveal()) == dealt["shares"][place]["share"]);
    }
    const auto K_i = crypto::key_shares_from_commitments(*commitments, size.holders);
    REQUIRE(K_i);
    for (std::size_t place = 0; place < size.holders; ++place)
      CHECK(crypto::hex((*K_i)[place].bytes()) == dealt["verifyingShares"][place]);
    for (const auto& numbers : subsets_of(size))
      CHECK(joined(dealt["shares"], numbers) == dealt["secret"]);

    auto wrong = dealt;
    wrong["shares"][0]["share"] = altered(dealt["shares"][0]["share"]);
    CHECK_FALSE(opened(plan, 0, body_from(plan, wrong), *commitments));
    CHECK(opened(plan, 1, body_from(plan, wrong), *commitments));
  }
}

TEST_CASE("interop: noble takes and joins what our dealer deals", "[dealing]") {
  const test::TemporaryFolder folder;
  Json job{{"deal", Json::array()}, {"check", Json::array()}, {"lagrange", Json::array()}};
  std::vector<std::string> secrets;
  for (const auto& size : sizes) {
    const auto plan = plan_for(size);
    const auto polynomial = crypto::Polynomial::random(size.threshold);
    const auto body =
        DealingBody::make(plan, plan.ceremony.cer(), plan.ceremony.dealers.front(), polynomial);
    REQUIRE(body);
    const auto commitments = checked(plan, *body);
    REQUIRE(commitments);
    Json shares = Json::array();
    for (std::uint32_t number = 1; number <= size.holders; ++number) {
      const auto share = opened(plan, number - 1, *body, *commitments);
      shares.push_back(share_entry(number, crypto::hex(share.value().reveal())));
    }
    job["check"].push_back(to_check(size, test::hex_list(body->commitments), shares));
    secrets.push_back(crypto::hex(polynomial.coefficients().front().reveal()));
  }
  const auto found = test::run_client("noble/deal.mjs", job, folder.path())["check"];
  REQUIRE(found.size() == std::size(sizes));
  for (std::size_t i = 0; i < found.size(); ++i) {
    INFO(sizes[i].threshold << " of " << sizes[i].holders);
    check_verdict(sizes[i], found[i], secrets[i]);
  }
}

TEST_CASE("interop: the shares that a whole ceremony gives are those of one dealing to noble",
          "[dealing]") {
  const test::TemporaryFolder folder;
  Json job{{"deal", Json::array()}, {"check", Json::array()}, {"lagrange", Json::array()}};
  std::vector<std::string> secrets;
  for (const auto& size : sizes) {
    const auto made = test::make_key(
        test::directory_naming({test::holders(size.holders), size.threshold}), "tag");
    std::vector<std::string> commitments;
    for (std::size_t j = 0; j < size.threshold; ++j) {
      std::optional<crypto::Element> sum;
      for (const auto& of_dealer : made.transcript.commitments) {
        const auto next = crypto::Element::parse(of_dealer.at(j)).value();
        sum = sum ? sum->add(next).value() : next;
      }
      commitments.push_back(crypto::hex(sum->bytes()));
    }
    CHECK(commitments.front() == crypto::hex(made.transcript.key));
    Json shares = Json::array();
    for (std::uint32_t number = 1; number <= size.holders; ++number)
      shares.push_back(share_entry(number, crypto::hex(made.shares[number - 1].reveal())));
    job["check"].push_back(to_check(size, commitments, shares));
    const auto key = test::joined(made);
    secrets.push_back(crypto::hex(key.reveal()));
  }
  const auto found = test::run_client("noble/deal.mjs", job, folder.path())["check"];
  REQUIRE(found.size() == std::size(sizes));
  for (std::size_t i = 0; i < found.size(); ++i) {
    INFO(sizes[i].threshold << " of " << sizes[i].holders);
    check_verdict(sizes[i], found[i], secrets[i]);
  }
}

TEST_CASE("interop: Lagrange's coefficients are noble's", "[dealing]") {
  const std::vector<Numbers> sets{{1, 2}, {3, 1}, {2, 3, 5, 7}, {255, 1, 128}, {9, 8, 7, 6, 5}};
  const test::TemporaryFolder folder;
  const Json job{{"deal", Json::array()}, {"check", Json::array()}, {"lagrange", sets}};
  const auto found = test::run_client("noble/deal.mjs", job, folder.path())["lagrange"];
  REQUIRE(found.size() == sets.size());
  for (std::size_t i = 0; i < sets.size(); ++i) {
    std::vector<std::string> ours;
    for (const auto number : sets[i])
      ours.push_back(crypto::hex(crypto::lagrange_at_zero(number, sets[i]).bytes));
    CHECK(found[i] == Json(ours));
  }
}
