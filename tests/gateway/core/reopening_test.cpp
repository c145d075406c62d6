#include "gateway/core/reopening.hpp"

#include <catch2/catch.hpp>

#include "gateway/core/linking.hpp"
#include "signal_maker.hpp"

using namespace sluis;
using namespace sluis::gateway;
using namespace sluis::gateway::test;
using config::Json;

namespace {

Json without(const std::string& partner) {
  return with_partner(region_document(), partner, "status", "suspended");
}

/// zvh, with politie and ggz signalling the same person while politie may be suspended.
struct Receiver : Gateway {
  explicit Receiver(const Json& document = region_document())
      : Gateway("zvh", policy_of("zvh"), document) {
    run(reopening.look());
  }
  std::int64_t take(const std::string& from, const std::string& bsn) {
    SignalPlan plan{.from = from, .keys = {{"bsn", bsn}}};
    const auto row = make_row(region, plan);
    std::int64_t kept = 0;
    store::test::act(*store, [&](store::Transaction& tx) {
      kept = take_in(tx, region, *region.standing(), row, region.now()).row;
    });
    return kept;
  }
  bool is_open(std::int64_t row) {
    return store::test::look(*store, [row](store::Transaction& tx) {
      return tx.received_signal(row)->opened_at.has_value();
    });
  }
  std::uint32_t open_in_match_of(std::int64_t row) {
    return store::test::look(*store, [row](store::Transaction& tx) {
      return tx.component(tx.received_signal(row)->component).open;
    });
  }
  void stand_on(const Json& document) {
    region.replace(standing_of("zvh", policy_of("zvh"), document));
    run(reopening.look());
  }
  Reopening reopening{region, *store, recorder};
};

}  // namespace

TEST_CASE("reopening: when a suspension ends, what waited for that partner opens", "[core]") {
  Receiver zvh(without("politie"));
  std::vector<std::int64_t> rows;
  for (int i = 0; i < 40; ++i) {  // more than one act looks at
    rows.push_back(zvh.take("politie", std::to_string(i)));
    rows.push_back(zvh.take("ggz", std::to_string(i)));
  }
  const auto alone = zvh.take("politie", "nobody else");
  for (const auto row : rows) REQUIRE_FALSE(zvh.is_open(row));
  SECTION("once the directory says so") {
    zvh.stand_on(region_document());
  }
  SECTION("also where the gateway was down meanwhile") {
    zvh.region.replace(standing_of("zvh", policy_of("zvh")));
    zvh.store.reopen();
    Recorder recorder(zvh.region, *zvh.store);
    Reopening again(zvh.region, *zvh.store, recorder);
    zvh.run(again.look());
  }
  for (const auto row : rows) CHECK(zvh.is_open(row));
  CHECK_FALSE(zvh.is_open(alone));
  CHECK(zvh.open_in_match_of(rows[0]) == 2);
  const auto log = records(*zvh.store, "content.open");
  CHECK(log.size() == rows.size());
  CHECK(log[0]["rule"] == "bsn/2");
}

TEST_CASE("reopening: what did not change is not looked at", "[core]") {
  Receiver zvh;
  const auto one = zvh.take("politie", "1");
  zvh.stand_on(without("ggz"));
  const auto two = zvh.take("ggz", "1");
  zvh.stand_on(without("ggz"));
  CHECK_FALSE(zvh.is_open(one));
  CHECK_FALSE(zvh.is_open(two));
  CHECK(records(*zvh.store, "content.open").empty());
  zvh.stand_on(region_document());
  CHECK(zvh.is_open(one));
  CHECK(zvh.is_open(two));
}

TEST_CASE("reopening: what has expired stays closed", "[core]") {
  Receiver zvh(without("politie"));
  const auto one = zvh.take("politie", "1");
  const auto two = zvh.take("ggz", "1");
  zvh.clock.advance(std::chrono::hours(24 * 181));
  zvh.stand_on(region_document());
  CHECK_FALSE(zvh.is_open(one));
  CHECK_FALSE(zvh.is_open(two));
}
