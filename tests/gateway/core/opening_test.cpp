// Opening contents, on a real store (protocol.md §4).
#include "gateway/core/opening.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "crypto/lock.hpp"
#include "gateway/core/linking.hpp"
#include "signal_maker.hpp"

using namespace sluis;
using namespace sluis::gateway;
using namespace sluis::gateway::test;
using store::test::act;
using store::test::look;

namespace {

struct Receiver : Gateway {
  explicit Receiver(const config::Json& document = region_document())
      : Gateway("zvh", policy_of("zvh"), document) {}
  Arrival take(const store::ReceivedSignal& row) {
    std::optional<Arrival> arrival;
    act(*store, [&](store::Transaction& tx) {
      arrival = take_in(tx, region, *region.standing(), row, region.now());
    });
    return std::move(*arrival);
  }
  store::ReceivedSignal made(const std::string& from, unsigned reveal = 2) {
    SignalPlan plan{.from = from, .keys = {{"bsn", "1"}}};
    plan.reveal = reveal;
    plan.content["contact"]["name"] = from;
    return make_row(region, plan);
  }
  Arrival take(const std::string& from, unsigned reveal = 2) { return take(made(from, reveal)); }
  store::ReceivedSignal kept(std::int64_t row) {
    return look(*store, [row](store::Transaction& tx) { return *tx.received_signal(row); });
  }
  bool is_open(const Arrival& arrival) { return kept(arrival.row).opened_at.has_value(); }
};

std::vector<std::string> odd_partners(const Arrival& arrival) {
  std::vector<std::string> names;
  for (const auto& odd : arrival.openings.odd_shares) names.push_back(odd.partner.str());
  return names;
}

/// A share that is a scalar, but not the one that the lock's polynomial gives.
void spoil(store::ReceivedSignal& row, std::uint8_t k) {
  for (auto& share : row.links[0].shares)
    if (share.k == k) share.y = crypto::Scalar::from_u64(12345).bytes;
}

}  // namespace

TEST_CASE("opening: what opens is the content that was sent", "[core]") {
  Receiver zvh;
  const auto one = zvh.take("ggz");
  CHECK_FALSE(open_content(*zvh.region.keys(), zvh.region.self(), zvh.kept(one.row)));
  const auto two = zvh.take("politie");
  REQUIRE(two.openings.opened.size() == 2);
  CHECK(two.openings.opened[0].from == partner("ggz"));
  CHECK(two.openings.opened[0].kind == "bsn");
  CHECK(two.openings.opened[0].k == 2);
  for (const auto& [arrival, name] : {std::pair{&one, "ggz"}, std::pair{&two, "politie"}}) {
    const auto kept = zvh.kept(arrival->row);
    const auto content = open_content(*zvh.region.keys(), zvh.region.self(), kept);
    REQUIRE(content);
    CHECK((*content)["contact"]["name"] == name);
    CHECK((*content)["severity"] == "hoog");
  }
  auto tampered = zvh.kept(one.row);
  SECTION("not with a bit of the box changed") {
    tampered.content_box[5] ^= 1;
    CHECK_FALSE(open_content(*zvh.region.keys(), zvh.region.self(), tampered));
  }
  SECTION("not with another signal's key") {
    tampered.opened_key = zvh.kept(two.row).opened_key;
    CHECK_FALSE(open_content(*zvh.region.keys(), zvh.region.self(), tampered));
  }
  SECTION("not under another gateway's store key") {
    CHECK_FALSE(open_content(keys_of("zvh"), zvh.region.self(), zvh.kept(one.row)));
  }
}

TEST_CASE("opening: each content opens at the number of partners that its own rule asks",
          "[core]") {
  Receiver zvh;
  const auto two_a = zvh.take("ggz", 2);
  const auto three_a = zvh.take("politie", 3);
  CHECK(zvh.is_open(two_a));
  CHECK_FALSE(zvh.is_open(three_a));
  const auto three_b = zvh.take("politie", 3);  // the same partner once more is no third
  CHECK_FALSE(zvh.is_open(three_b));
  const auto at_once = zvh.take("gemeente", 1);
  CHECK(zvh.is_open(at_once));
  CHECK(zvh.is_open(three_a));  // what was open at once counts for others
  CHECK(zvh.is_open(three_b));
  CHECK(at_once.component.open == 4);
}

TEST_CASE("opening: a partner with two different shares is left out", "[core]") {
  Receiver zvh;
  auto other = zvh.made("politie");
  spoil(other, 2);
  const auto one = zvh.take(zvh.made("politie", 3));  // a good share for 2 beside it
  const auto two = zvh.take(other);
  const auto three = zvh.take("ggz");
  CHECK_FALSE(zvh.is_open(one));
  CHECK_FALSE(zvh.is_open(two));
  CHECK_FALSE(zvh.is_open(three));
  const auto four = zvh.take("gemeente");
  CHECK(zvh.is_open(three));
  CHECK(zvh.is_open(four));
  CHECK_FALSE(zvh.is_open(two));
  CHECK(zvh.is_open(one));  // for three partners its shares are one and the same
}

TEST_CASE("opening: a share off the polynomial is named while good ones open it", "[core]") {
  Receiver zvh;
  auto odd = zvh.made("politie");
  spoil(odd, 2);
  const auto first = zvh.take(odd);
  const auto ggz = zvh.take("ggz");
  CHECK_FALSE(zvh.is_open(ggz));
  CHECK(ggz.openings.odd_shares.empty());  // two points alone cannot say which is wrong
  const auto third = zvh.take("gemeente");
  CHECK(zvh.is_open(ggz));
  CHECK(zvh.is_open(third));
  CHECK_FALSE(zvh.is_open(first));
  CHECK(odd_partners(third) == std::vector<std::string>{"politie"});
  CHECK(third.openings.odd_shares[0].signal == odd.id);
}

TEST_CASE("opening: a wrapped key that does not fit its signal opens nothing", "[core]") {
  struct Case {
    std::string name;
    std::function<void(store::ReceivedSignal&)> change;
  };
  const auto c = GENERATE(values<Case>({
      {"another commitment", [](store::ReceivedSignal& s) { s.commitment[0] ^= 1; }},
      {"a bit of the box", [](store::ReceivedSignal& s) { s.links[0].wrapped->box[3] ^= 1; }},
      {"another nonce", [](store::ReceivedSignal& s) { s.links[0].wrapped->nonce[3] ^= 1; }},
      {"another signal's wrapping",
       [](store::ReceivedSignal& s) { s.id = config::SignalId::random(); }},
      {"another check value", [](store::ReceivedSignal& s) { s.links[0].shares[0].check[0] ^= 1; }},
      {"a share that is no scalar",
       [](store::ReceivedSignal& s) { s.links[0].shares[0].y.fill(0xff); }},
  }));
  DYNAMIC_SECTION(c.name) {
    Receiver zvh;
    auto spoilt = zvh.made("ggz");
    c.change(spoilt);
    const auto one = zvh.take(spoilt);
    const auto two = zvh.take("politie");
    const auto three = zvh.take("gemeente");
    CHECK_FALSE(zvh.is_open(one));
    CHECK(zvh.is_open(two));  // by the third partner at the latest
    CHECK(zvh.is_open(three));
    CHECK(three.component.signals == 3);  // linked it is all the same
  }
}

TEST_CASE("opening: a suspended partner's signals do not count, and do not open", "[core]") {
  Receiver zvh(with_partner(region_document(), "politie", "status", "suspended"));
  const auto one = zvh.take("politie");
  const auto two = zvh.take("ggz");
  CHECK_FALSE(zvh.is_open(one));
  CHECK_FALSE(zvh.is_open(two));
  const auto three = zvh.take("gemeente");
  CHECK(zvh.is_open(two));
  CHECK(zvh.is_open(three));
  CHECK_FALSE(zvh.is_open(one));
}

TEST_CASE("opening: with k = 3 no two partners' shares open, whatever they have", "[core]") {
  Receiver zvh;
  const auto one = zvh.take("ggz", 3);
  const auto two = zvh.take("politie", 3);
  CHECK_FALSE(zvh.is_open(one));
  CHECK_FALSE(zvh.is_open(two));
  CHECK(two.component.match);
  const auto three = zvh.take("gemeente", 3);
  CHECK(three.openings.opened.size() == 3);
  CHECK(zvh.is_open(one));
  CHECK(zvh.is_open(two));
  CHECK(zvh.is_open(three));
}
