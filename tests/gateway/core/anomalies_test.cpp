// The rules that make an officer look: each speaks when it must, says why, and is silent otherwise.
#include "gateway/core/anomalies.hpp"

#include <catch2/catch.hpp>

#include "core_fixture.hpp"

using namespace sluis;
using namespace sluis::gateway;
using namespace sluis::gateway::test;
using std::chrono::hours;
using std::chrono::minutes;
using store::test::act;

namespace {

std::vector<LinkageKey> person(const std::string& bsn) {
  std::vector<LinkageKey> keys;
  keys.push_back({"bsn", WipedText(bsn)});
  return keys;
}

/// zvh on a Monday, 13:00 in the region; the fixture's clock begins on a Saturday.
struct Watched : Gateway {
  Watched() : Gateway("zvh") { clock.advance(hours(48)); }
  void ask(const std::string& caller, const std::string& bsn, bool has_case = true) {
    act(*store, [&](store::Transaction& tx) {
      const Caller who{"0a0b0c0d", caller, "procesregisseur"};
      auto record =
          recorder.start("person.query", audit::Outcome::permit, actor_of(who), Trace::fresh());
      const auto keys = person(bsn);
      recorder.append(tx, record, keys);
      anomalies.after_query(tx, record, keys, has_case);
    });
  }
  std::vector<config::Json> found(const std::string& rule) {
    auto list = records(*store, "anomaly");
    std::erase_if(list, [&](const auto& record) { return record["rule"] != rule; });
    return list;
  }
  Anomalies anomalies{region, *store, recorder};
};

}  // namespace

TEST_CASE("anomalies: an ordinary question is none", "[core]") {
  Watched zvh;
  for (int i = 0; i < 19; ++i) zvh.ask("regie", "bsn-" + std::to_string(i));
  CHECK(records(*zvh.store, "anomaly").empty());
}

TEST_CASE("anomalies: a question without a case, once an hour for each caller", "[core]") {
  Watched zvh;
  zvh.ask("regie", "1", false);
  zvh.ask("regie", "2", false);
  zvh.ask("nacht", "3", false);
  const auto found = zvh.found("no-case");
  REQUIRE(found.size() == 2);
  CHECK(found[0]["actor"]["id"] == "regie");
  CHECK(found[0]["outcome"] == "error");
  CHECK(found[0]["object"]["kind"] == "record");
  CHECK(found[0]["object"]["id"] == records(*zvh.store, "person.query")[0]["id"]);
  CHECK_FALSE(found[0].contains("subject"));
  zvh.clock.advance(hours(1));
  zvh.ask("regie", "4", false);
  CHECK(zvh.found("no-case").size() == 3);
}

TEST_CASE("anomalies: the same person again and again, whoever asks", "[core]") {
  Watched zvh;
  for (int i = 0; i < 5; ++i) zvh.ask(i % 2 == 0 ? "regie" : "nacht", "1");
  zvh.ask("regie", "2");
  CHECK(zvh.found("same-person").empty());
  zvh.ask("regie", "1");
  const auto found = zvh.found("same-person");
  REQUIRE(found.size() == 1);
  CHECK(found[0]["count"] == 6);
  CHECK(found[0].contains("subject"));  // so that the person's own trace has it
  zvh.clock.advance(hours(24));
  zvh.ask("regie", "1");
  CHECK(zvh.found("same-person").size() == 1);
}

TEST_CASE("anomalies: far above a caller's own habit, once there is one", "[core]") {
  Watched zvh;
  for (int i = 0; i < 100; ++i) zvh.ask("new", "n-" + std::to_string(i));
  CHECK(zvh.found("above-habit").empty());  // no habit yet
  for (int i = 0; i < 4; ++i) zvh.ask("regie", "r-" + std::to_string(i));
  zvh.clock.advance(hours(24));
  for (int i = 0; i < 20; ++i) zvh.ask("regie", "s-" + std::to_string(i));
  CHECK(zvh.found("above-habit").empty());  // five times four is not more than five times
  zvh.ask("regie", "one more");
  const auto found = zvh.found("above-habit");
  REQUIRE(found.size() == 1);
  CHECK(found[0]["count"] == 21);
  CHECK(found[0]["actor"]["id"] == "regie");
}

TEST_CASE("anomalies: at night and in the weekend", "[core]") {
  Watched zvh;
  zvh.clock.advance(hours(6) + minutes(59));  // Monday 19:59 in Amsterdam
  zvh.ask("regie", "1");
  CHECK(zvh.found("outside-hours").empty());
  zvh.clock.advance(minutes(1));
  zvh.ask("regie", "2");
  CHECK(zvh.found("outside-hours").size() == 1);
  zvh.clock.advance(hours(11));  // Tuesday 07:00
  zvh.ask("regie", "3");
  CHECK(zvh.found("outside-hours").size() == 1);
  zvh.clock.advance(hours(4 * 24 + 5));  // Saturday 12:00
  zvh.ask("regie", "4");
  CHECK(zvh.found("outside-hours").size() == 2);
}

TEST_CASE("anomalies: a clock that jumps, and one that only drifts", "[core]") {
  Watched zvh;
  auto steady = std::chrono::steady_clock::time_point{};
  const auto look = [&](std::chrono::seconds moved, std::chrono::seconds passed) {
    zvh.clock.advance(moved);
    steady += passed;
    zvh.run(zvh.anomalies.look_at_clock(steady));
  };
  using std::chrono::seconds;
  look(seconds(0), seconds(0));
  look(seconds(61), seconds(2));  // within the minute
  look(seconds(3600), seconds(3600));
  CHECK(zvh.found("clock-jump").empty());
  look(seconds(86'401), seconds(1));
  look(seconds(-86'399), seconds(1));
  look(seconds(1), seconds(1));
  const auto found = zvh.found("clock-jump");
  REQUIRE(found.size() == 2);
  CHECK(found[0]["count"] == 86'400);
  CHECK(found[0]["object"]["id"] == "ahead");
  CHECK(found[1]["object"]["id"] == "back");
}
