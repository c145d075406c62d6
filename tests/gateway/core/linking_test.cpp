// Linking and matches, on a real store (protocol.md §2).
#include "gateway/core/linking.hpp"

#include <catch2/catch.hpp>

#include "signal_maker.hpp"

using namespace sluis;
using namespace sluis::gateway;
using namespace sluis::gateway::test;
using store::Certainty;
using store::test::act;
using store::test::look;

namespace {

using Keys = std::vector<std::pair<std::string, std::string>>;

/// zvh, which takes signals in.
struct Receiver : Gateway {
  Receiver() : Gateway("zvh") {}
  Arrival take(const store::ReceivedSignal& row) {
    std::optional<Arrival> arrival;
    clock.advance(std::chrono::seconds(1));
    act(*store, [&](store::Transaction& tx) {
      arrival = take_in(tx, region, *region.standing(), row, region.now());
    });
    return std::move(*arrival);
  }
  Arrival take(const std::string& from, const Keys& keys, unsigned reveal = 2) {
    SignalPlan plan{.from = from, .keys = keys};
    plan.reveal = reveal;
    return take(make_row(region, plan));
  }
  store::Component component_of(std::int64_t row) {
    return look(*store, [row](store::Transaction& tx) {
      return tx.component(tx.received_signal(row)->component);
    });
  }
  bool is_open(std::int64_t row) {
    return look(*store, [row](store::Transaction& tx) {
      return tx.received_signal(row)->opened_at.has_value();
    });
  }
};

const std::string jan = "JANSEN|J|1980-01-01", place = "1980-01-01|6211AB|12";

}  // namespace

TEST_CASE("linking: two partners who share a tag make a match, and open each other", "[core]") {
  struct Case {
    std::string name;
    Keys first, second;
    Certainty certainty;
  };
  const auto c = GENERATE(values<Case>({
      {"by BSN", {{"bsn", "1"}}, {{"bsn", "1"}}, Certainty::certain},
      {"by name and birth date", {{"name-dob", jan}}, {{"name-dob", jan}}, Certainty::probable},
      {"by address", {{"dob-address", place}}, {{"dob-address", place}}, Certainty::possible},
      {"the strongest of two kinds",
       {{"name-dob", jan}, {"dob-address", place}},
       {{"name-dob", jan}, {"dob-address", place}},
       Certainty::probable},
      {"a BSN that the other does not know",
       {{"bsn", "1"}, {"name-dob", jan}},
       {{"name-dob", jan}, {"dob-address", place}},
       Certainty::probable},
  }));
  DYNAMIC_SECTION(c.name) {
    Receiver zvh;
    const auto one = zvh.take("ggz", c.first);
    CHECK_FALSE(one.component.match);
    CHECK_FALSE(one.match_is_new);
    CHECK(one.openings.opened.empty());
    const auto two = zvh.take("politie", c.second);
    REQUIRE(two.component.match);
    CHECK(two.match_is_new);
    CHECK(two.component.certainty == c.certainty);
    CHECK_FALSE(two.component.ambiguous);
    CHECK(two.component.partners == 2);
    CHECK(two.component.signals == 2);
    CHECK(two.component.open == 2);
    CHECK(two.openings.opened.size() == 2);
    CHECK(two.openings.odd_shares.empty());
    CHECK(zvh.is_open(one.row));
    CHECK(zvh.is_open(two.row));
  }
}

TEST_CASE("linking: what is no match", "[core]") {
  Receiver zvh;
  const auto one = zvh.take("ggz", {{"bsn", "1"}, {"name-dob", jan}});
  SECTION("the same partner twice") {
    const auto two = zvh.take("ggz", {{"bsn", "1"}});
    CHECK_FALSE(two.component.match);
    CHECK(two.component.signals == 2);  // they hang together all the same
    CHECK(two.component.certainty == Certainty::none);
    CHECK_FALSE(zvh.is_open(one.row));
  }
  SECTION("two BSNs that differ, under one name") {
    const auto two = zvh.take("politie", {{"bsn", "2"}, {"name-dob", jan}});
    CHECK_FALSE(two.component.match);
    CHECK(two.component.signals == 1);
    CHECK_FALSE(zvh.is_open(one.row));
    CHECK_FALSE(zvh.is_open(two.row));
  }
  SECTION("the same value of another kind") {
    CHECK_FALSE(zvh.take("politie", {{"dob-address", jan}}).component.match);
  }
  SECTION("the same value in another epoch") {
    SignalPlan plan{.from = "politie", .keys = {{"bsn", "1"}}};
    plan.epochs = {"2027a"};
    // Its tag could only be the same by chance; here it is made so.
    auto row = make_row(zvh.region, plan);
    row.links[0].tag = make_row(zvh.region, {.from = "ggz", .keys = {{"bsn", "1"}}}).links[0].tag;
    CHECK_FALSE(zvh.take(row).component.match);
  }
  SECTION("a signal that has expired") {
    zvh.clock.advance(std::chrono::days(181));
    const auto two = zvh.take("politie", {{"bsn", "1"}});
    CHECK_FALSE(two.component.match);
    CHECK_FALSE(zvh.is_open(two.row));
  }
}

TEST_CASE("linking: a link within one partner lends a match no certainty", "[core]") {
  Receiver zvh;
  zvh.take("ggz", {{"bsn", "1"}, {"dob-address", place}});
  zvh.take("ggz", {{"bsn", "1"}});
  const auto last = zvh.take("politie", {{"dob-address", place}});
  REQUIRE(last.component.match);
  CHECK(last.component.signals == 3);
  CHECK(last.component.certainty == Certainty::possible);
}

TEST_CASE(
    "linking: a match with two persons in it is ambiguous, and they stay closed to each other",
    "[core]") {
  Receiver zvh;
  const auto one = zvh.take("ggz", {{"bsn", "1"}, {"name-dob", jan}}, 3);
  const auto two = zvh.take("politie", {{"bsn", "2"}, {"name-dob", jan}}, 3);
  const auto between = zvh.take("gemeente", {{"name-dob", jan}}, 3);
  REQUIRE(between.component.match);
  CHECK(between.component.signals == 3);
  CHECK(between.component.partners == 3);
  CHECK(between.component.ambiguous);
  CHECK(between.component.certainty == Certainty::probable);
  // Three partners used the name, but only the one between has two that do not contradict it.
  CHECK_FALSE(zvh.is_open(one.row));
  CHECK_FALSE(zvh.is_open(two.row));
  CHECK(zvh.is_open(between.row));
}

TEST_CASE("linking: when matches grow together the oldest one's id stays", "[core]") {
  Receiver zvh;
  const auto first_closed = zvh.take("veilig-thuis", {{"name-dob", jan}});
  zvh.take("ggz", {{"bsn", "1"}});
  const auto older = zvh.take("politie", {{"bsn", "1"}});
  const auto younger = zvh.take("gemeente", {{"name-dob", jan}});
  REQUIRE(older.component.match);
  REQUIRE(younger.component.match);
  REQUIRE(*older.component.match != *younger.component.match);
  CHECK(younger.component.oldest == first_closed.row);  // the older signal, in the younger match

  const auto joins = zvh.take("ggz", {{"bsn", "1"}, {"name-dob", jan}});
  CHECK_FALSE(joins.match_is_new);
  CHECK(joins.component.match == older.component.match);
  CHECK(joins.component.signals == 5);
  CHECK(joins.component.partners == 4);
  CHECK(joins.component.certainty == Certainty::certain);
  CHECK(joins.component.created_at == older.component.created_at);
  CHECK(joins.component.updated_at == zvh.region.now());
  for (const auto& id : {*older.component.match, *younger.component.match}) {
    const auto found = look(*zvh.store, [&](store::Transaction& tx) { return tx.match(id); });
    REQUIRE(found);
    CHECK(found->component.match == older.component.match);
    CHECK(found->signals.size() == 5);
  }
}

TEST_CASE("linking: contents may open in a match that the arrival is not part of", "[core]") {
  Receiver zvh;
  zvh.region.replace(standing_of(
      "zvh", policy_of("zvh"), with_partner(region_document(), "politie", "status", "suspended")));
  const auto one = zvh.take("ggz", {{"bsn", "1"}, {"name-dob", jan}});
  const auto two = zvh.take("politie", {{"bsn", "1"}, {"name-dob", jan}});
  CHECK(two.component.match);
  CHECK_FALSE(zvh.is_open(one.row));
  zvh.region.replace(standing_of("zvh", policy_of("zvh")));
  const auto stranger = zvh.take("gemeente", {{"bsn", "2"}, {"name-dob", jan}});
  CHECK_FALSE(stranger.component.match);
  CHECK(stranger.openings.opened.size() == 2);
  CHECK(zvh.is_open(one.row));
  const auto theirs = zvh.component_of(one.row);
  CHECK(theirs.id != stranger.component.id);
  CHECK(theirs.open == 2);
  CHECK(theirs.updated_at == zvh.region.now());
}
