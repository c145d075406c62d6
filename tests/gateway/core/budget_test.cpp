// Budgets of 24 hours, and rates that are worth a warning.
#include "gateway/core/budget.hpp"

#include <catch2/catch.hpp>
#include <random>

#include "core_fixture.hpp"

using namespace sluis;
using namespace sluis::gateway;
using config::Code;
using config::Timestamp;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

Timestamp at(const std::string& text) {
  return config::parse_time(text).value();
}

/// Ten a day, in a store of its own.
struct Counter {
  config::Result<Budget::Spent> spend(std::uint64_t n, Timestamp now) {
    std::optional<config::Result<Budget::Spent>> spent;
    store::test::act(*store, [&](store::Transaction& tx) { spent = budget.spend(tx, n, now); });
    return *spent;
  }
  bool fits(std::uint64_t n, Timestamp now) {
    return store::test::look(*store,
                             [&](store::Transaction& tx) { return budget.check(tx, n, now).ok(); });
  }
  std::vector<store::Counted> slots() {
    return store::test::look(*store, [](store::Transaction& tx) { return tx.counted("b", 0); });
  }
  store::test::Opened store;
  Budget budget{"b", 10};
};

}  // namespace

TEST_CASE("budget: what was counted counts for 24 hours, whatever the calendar says", "[core]") {
  struct Case {
    std::string name, first;
  };
  const auto c = GENERATE(values<Case>({
      {"just before midnight in UTC", "2026-11-23T23:59:59Z"},
      {"just before midnight in Amsterdam", "2026-11-23T22:59:59Z"},
      {"the evening before summer time begins", "2027-03-27T22:59:59Z"},
      {"the evening before it ends", "2026-10-24T21:59:59Z"},
      {"at the first moment of a slot", "2026-11-23T10:00:00Z"},
      {"at the last", "2026-11-23T10:09:59.999Z"},
  }));
  DYNAMIC_SECTION(c.name) {
    Counter counter;
    const auto first = at(c.first);
    REQUIRE(counter.spend(10, first).ok());
    for (const auto later : {milliseconds(1), milliseconds(minutes(2)), milliseconds(hours(2)),
                             milliseconds(hours(23)), milliseconds(hours(24))})
      CHECK_FALSE(counter.fits(1, first + later));
    CHECK(counter.fits(10, first + hours(24) + slot_length));
    CHECK(counter.spend(10, first + hours(24) + slot_length).ok());
  }
}

TEST_CASE("budget: no 24 hours pass it, wherever they begin", "[core]") {
  Counter counter;
  std::mt19937 random(GENERATE(1U, 2U, 3U));
  auto now = at("2026-11-20T00:00:00Z");
  std::vector<std::pair<Timestamp, std::uint64_t>> taken;
  for (int i = 0; i < 400; ++i) {
    now += seconds(random() % 7'000);
    const std::uint64_t n = 1 + random() % 4;
    if (counter.spend(n, now).ok()) taken.emplace_back(now, n);
  }
  REQUIRE(taken.size() > 50);
  for (std::size_t i = 0; i < taken.size(); ++i) {
    std::uint64_t total = 0;
    for (std::size_t j = i; j < taken.size() && taken[j].first - taken[i].first <= hours(24); ++j)
      total += taken[j].second;
    CHECK(total <= 10);
  }
}

TEST_CASE("budget: a refusal says when it fits, to the second", "[core]") {
  Counter counter;
  const auto start = at("2026-11-23T10:03:00Z");
  REQUIRE(counter.spend(4, start).ok());
  REQUIRE(counter.spend(6, start + hours(2)).ok());
  const auto now = start + hours(3);
  for (const std::uint64_t n : {1, 4, 5, 10}) {
    CAPTURE(n);
    const auto refused = counter.spend(n, now);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.failure().code == Code::over_budget);
    const auto wait = seconds(refused.failure().retry_after_seconds);
    CHECK(wait == (n <= 4 ? hours(21) : hours(23)) + minutes(7));
    CHECK_FALSE(counter.fits(n, now + wait - seconds(1)));
    CHECK(counter.fits(n, now + wait));
  }
  CHECK(counter.spend(11, now).failure().retry_after_seconds == 0);  // never
}

TEST_CASE("budget: a clock that is put back frees nothing", "[core]") {
  Counter counter;
  const auto start = at("2026-11-23T10:00:00Z");
  REQUIRE(counter.spend(6, start).ok());
  const auto back = start - GENERATE(as<milliseconds>(), minutes(1), hours(3), hours(24 * 40));
  CHECK_FALSE(counter.fits(5, back));
  REQUIRE(counter.spend(4, back).ok());
  CHECK_FALSE(counter.fits(1, back));
  CHECK_FALSE(counter.fits(1, back + hours(24)));
  // What lay ahead has been moved to the time as it is now: it does not count until then.
  CHECK(counter.fits(10, back + hours(24) + slot_length));
}

TEST_CASE("budget: a clock that ran ahead and is put right finds what was counted", "[core]") {
  Counter counter;
  const auto start = at("2026-11-23T10:00:00Z");
  REQUIRE(counter.spend(10, start).ok());
  REQUIRE(counter.spend(1, start + hours(24 * 5)).ok());
  CHECK_FALSE(counter.fits(1, start + minutes(5)));
}

TEST_CASE("budget: survives a restart, and forgets after seven days", "[core]") {
  Counter counter;
  const auto start = at("2026-11-23T10:00:00Z");
  REQUIRE(counter.spend(10, start).ok());
  counter.store.reopen();
  CHECK_FALSE(counter.fits(1, start + hours(12)));
  for (int day = 2; day < 12; ++day) REQUIRE(counter.spend(1, start + hours(24 * day)).ok());
  const auto slots = counter.slots();
  CHECK(slots.size() == 8);
  CHECK(slots.front().n == 1);
}

TEST_CASE("rates: each rule rings once in a slot, by the count that passes it", "[core]") {
  Counter counter;
  counter.budget = Budget("b", 100'000);
  const auto ask = [&](std::uint64_t n, Timestamp now, RateLimits limits) {
    std::vector<std::string> rung;
    store::test::act(*counter.store, [&](store::Transaction& tx) {
      const auto spent = counter.budget.spend(tx, n, now).value();
      rung = rate_alarms(tx, counter.budget, spent, now, limits);
    });
    return rung;
  };
  using Rules = std::vector<std::string>;
  const RateLimits limits{1'000, 10};
  auto now = at("2026-11-20T10:00:00Z");
  SECTION("the bound") {
    CHECK(ask(1'000, now, limits) == Rules{});
    CHECK(ask(1, now, limits) == Rules{"bound/1000/PT10M"});
    CHECK(ask(500, now + minutes(9), limits) == Rules{});
    CHECK(ask(1'001, now + minutes(10), limits) == Rules{"bound/1000/PT10M"});
  }
  SECTION("half a day's budget, where that is less") {
    counter.budget = Budget("b", 800);
    CHECK(ask(400, now, limits) == Rules{});
    CHECK(ask(1, now, limits) == Rules{"bound/400/PT10M"});
  }
  SECTION("never below a hundred") {
    counter.budget = Budget("b", 10);
    CHECK(ask(10, now, RateLimits{1, 1}) == Rules{});
  }
  SECTION("its own habit, once it has one") {
    CHECK(ask(30, now, limits) == Rules{});
    CHECK(ask(400, now + hours(23), limits) == Rules{});  // not a day yet
    CHECK(ask(12, now + hours(25), limits) == Rules{});
    now += hours(24 * 7);
    CHECK(ask(300, now, RateLimits{0, 1}) == Rules{});  // 400 is within the seven days
    now += hours(24);
    CHECK(ask(301, now + minutes(40), RateLimits{0, 1}) == Rules{"habit/300/PT10M"});
    now += hours(24 * 6) + minutes(30);
    CHECK(ask(3'000, now, limits) == Rules{"bound/1000/PT10M"});
    CHECK(ask(11, now, limits) == Rules{"habit/3010/PT10M"});
    CHECK(ask(11, now, limits) == Rules{});
  }
  SECTION("neither, where both are off") {
    CHECK(ask(30, now, RateLimits{0, 0}) == Rules{});
    CHECK(ask(9'000, now + hours(30), RateLimits{0, 0}) == Rules{});
  }
}
