// Holders that are slow, fail and come back: whom a round asks, and what it does with the answers.
#include <algorithm>
#include <boost/asio/detached.hpp>
#include <catch2/catch.hpp>

#include "core_fixture.hpp"
#include "gateway/core/evaluator.hpp"
#include "gateway/core/holder_history.hpp"

using namespace sluis;
using namespace sluis::gateway;
using namespace sluis::gateway::test;
using config::Code;
using Names = std::vector<std::string>;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using Outcome = std::optional<config::Result<Evaluator::Outputs>>;

namespace {

/// Everybody who has not answered at once is late.
const HedgeLimits at_once{milliseconds(1), milliseconds(0), milliseconds(1),
                          milliseconds(1), hours(1),        hours(1)};
/// Nobody is ever late, and who failed is doubted for an hour.
const HedgeLimits never{hours(1), milliseconds(0), hours(1), hours(1), hours(1), hours(1)};

std::vector<crypto::Bytes> inputs(std::size_t count) {
  std::vector<crypto::Bytes> made;
  for (std::size_t i = 0; i < count; ++i)
    made.push_back(crypto::concat({crypto::as_view("input " + std::to_string(i))}));
  return made;
}

/// ggz, which holds nothing; holders are held up until they are let go.
struct Client : Gateway {
  explicit Client(const HedgeLimits& limits, const config::Json& document = region_document())
      : Gateway("ggz", policy_of("ggz"), document),
        evaluator(io.get_executor(), region, peers, curve, limits) {
    for (const std::string holder : {"veilig-thuis", "politie", "gemeente"})
      peers.before[holder] = [this, holder]() -> Task<void> {
        while (held.contains(holder)) {
          const auto soon = std::chrono::steady_clock::now() + milliseconds(2);
          Bell bell(io.get_executor());
          co_await bell.wait_until(soon);
        }
      };
  }
  void begin(Outcome& outcome) { asio::co_spawn(io, put(outcome), asio::detached); }
  config::Result<Evaluator::Outputs> ask() {
    Outcome outcome;
    run(put(outcome));
    return std::move(*outcome);
  }
  Task<void> put(Outcome& into) {
    auto in = inputs(3);
    auto outputs = co_await evaluator.evaluate(key_name("tag"), std::move(in));
    into.emplace(std::move(outputs));
  }
  void stop() {
    held.clear();
    run(evaluator.stop());
  }
  /// Whom the last round asked.
  Names asked_since(std::size_t from) const {
    auto names = peers.asked_holders();
    names.erase(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(from));
    std::ranges::sort(names);
    return names;
  }

  std::set<std::string> held;
  FakePeers peers;
  Evaluator evaluator;
};

void check_outputs(const config::Result<Evaluator::Outputs>& outputs) {
  REQUIRE(outputs.ok());
  const auto in = inputs(3);
  for (std::size_t i = 0; i < in.size(); ++i)
    CHECK((*outputs)[i] == single_key_output("tag", in[i]));
}

}  // namespace

TEST_CASE("hedging: another is asked in the place of a slow holder, and its answer fits",
          "[core]") {
  Client client(at_once);
  const auto slow = GENERATE(as<std::string>(), "veilig-thuis", "politie");
  client.held = {slow};
  check_outputs(client.ask());
  CHECK(client.asked_since(0) == Names{"gemeente", "politie", "veilig-thuis"});
  SECTION("from then on it is asked last") {
    check_outputs(client.ask());
    REQUIRE(client.peers.asked.size() >= 5);
    CHECK(client.peers.asked[3].holder != slow);
    CHECK(client.peers.asked[4].holder != slow);
  }
  SECTION("and stop waits for the answer that nobody waits for") {
    bool stopped = false;
    auto stop = [&]() -> Task<void> {
      co_await client.evaluator.stop();
      stopped = true;
    };
    asio::co_spawn(client.io, stop(), asio::detached);
    client.settle();
    CHECK_FALSE(stopped);
    client.held.clear();
    client.run_until([&] { return stopped; });
  }
  client.stop();
}

TEST_CASE("hedging: when all are slow one more is asked, and any t count", "[core]") {
  Client client(at_once);
  client.held = {"veilig-thuis", "politie", "gemeente"};
  Outcome outcome;
  client.begin(outcome);
  client.run_until([&] { return client.peers.asked.size() == 3; });
  client.settle();
  CHECK(client.peers.asked.size() == 3);
  CHECK_FALSE(outcome);
  const auto slowest = GENERATE(as<std::string>(), "veilig-thuis", "politie", "gemeente");
  client.held = {slowest};
  client.run_until([&] { return outcome.has_value(); });
  check_outputs(*outcome);
  client.stop();
  CHECK(client.peers.asked.size() == 3);
}

TEST_CASE("hedging: nobody is asked in the place of one who is in time", "[core]") {
  Client client(never);
  client.held = {"politie"};
  Outcome outcome;
  client.begin(outcome);
  client.settle();
  CHECK(client.peers.asked.size() == 2);
  client.held.clear();
  client.run_until([&] { return outcome.has_value(); });
  check_outputs(*outcome);
  CHECK(client.asked_since(0) == Names{"politie", "veilig-thuis"});
}

TEST_CASE("hedging: a dead holder and a slow one leave one too few, who is waited for", "[core]") {
  Client client(at_once);
  client.peers.failing["veilig-thuis"] = Code::unavailable;
  client.held = {"politie"};
  Outcome outcome;
  client.begin(outcome);
  client.run_until([&] { return client.peers.asked.size() == 3; });
  client.settle();
  CHECK_FALSE(outcome);
  SECTION("and its answer counts") {
    client.held.clear();
    client.run_until([&] { return outcome.has_value(); });
    check_outputs(*outcome);
  }
  SECTION("and its failure ends it") {
    client.peers.failing["politie"] = Code::unavailable;
    client.held.clear();
    client.run_until([&] { return outcome.has_value(); });
    REQUIRE_FALSE(outcome->ok());
    CHECK(outcome->failure().code == Code::holders_unreachable);
  }
  client.stop();
}

TEST_CASE("hedging: a slow holder's wrong proof is nobody's answer", "[core]") {
  Client client(at_once);
  client.held = {"politie"};
  client.peers.lying = {"politie"};
  check_outputs(client.ask());
  client.stop();
}

TEST_CASE("hedging: a holder that failed is asked last, one that is needed all the same",
          "[core]") {
  Client client(never);
  client.peers.failing["veilig-thuis"] = Code::unavailable;
  check_outputs(client.ask());
  CHECK(client.peers.asked.size() == 3);
  check_outputs(client.ask());
  CHECK(client.asked_since(3) == Names{"gemeente", "politie"});
  client.peers.failing = {{"politie", Code::unavailable}};
  check_outputs(client.ask());  // veilig-thuis is back, and the only one left
  CHECK(client.asked_since(5) == Names{"gemeente", "politie", "veilig-thuis"});
  client.peers.failing.clear();
  check_outputs(client.ask());  // and having answered it stands where it stood
  CHECK(client.asked_since(8) == Names{"gemeente", "veilig-thuis"});
}

TEST_CASE("hedging: over budget at the holders that are left says when to come back", "[core]") {
  Client client(never);
  client.peers.failing = {{"veilig-thuis", Code::over_budget}, {"gemeente", Code::over_budget}};
  client.peers.retry_after = {{"veilig-thuis", 700}, {"gemeente", 300}};
  const auto outcome = client.ask();
  REQUIRE_FALSE(outcome.ok());
  CHECK(outcome.failure().code == Code::over_budget);
  CHECK(outcome.failure().retry_after_seconds == 300);
}

TEST_CASE("history: patience is the 99th percentile of recent answers, within its limits",
          "[core]") {
  const HedgeLimits limits;
  HolderHistory history(limits);
  const auto politie = partner("politie");
  CHECK(history.patience(politie, 0) == limits.unknown);
  CHECK(history.patience(politie, 1000) == limits.unknown + milliseconds(500));
  for (int i = 0; i < 16; ++i) history.answered(politie, milliseconds(10));
  CHECK(history.patience(politie, 0) == limits.least);
  CHECK(history.patience(politie, 1000) == limits.least + milliseconds(500));
  CHECK(history.patience(partner("gemeente"), 0) == limits.unknown);
  for (int i = 0; i < 120; ++i) history.answered(politie, milliseconds(400));
  CHECK(history.patience(politie, 0) == milliseconds(400));
  history.answered(politie, seconds(60));  // one of 128 is beyond the percentile
  CHECK(history.patience(politie, 0) == milliseconds(400));
  history.answered(politie, seconds(60));
  CHECK(history.patience(politie, 0) == limits.most);
  for (int i = 0; i < 128; ++i) history.answered(politie, milliseconds(200));
  CHECK(history.patience(politie, 0) == milliseconds(200));
}

TEST_CASE("history: doubt grows with failures in a row, ends by itself, and with an answer",
          "[core]") {
  HolderHistory history;
  const auto politie = partner("politie");
  const HolderHistory::Clock::time_point start{hours(1)};
  CHECK_FALSE(history.doubtful(politie, start));
  for (int i = 0; i < 20; ++i) history.failed(politie, start);  // side by side
  CHECK(history.doubtful(politie, start + milliseconds(999)));
  CHECK_FALSE(history.doubtful(politie, start + seconds(1)));
  history.failed(politie, start + seconds(1));
  CHECK(history.doubtful(politie, start + milliseconds(2'999)));
  CHECK_FALSE(history.doubtful(politie, start + seconds(3)));
  auto now = start + seconds(3);
  for (int i = 0; i < 40; ++i) {
    history.failed(politie, now);
    now += seconds(30);
    CHECK_FALSE(history.doubtful(politie, now));  // never longer
  }
  history.failed(politie, now);
  history.answered(politie, milliseconds(5));
  CHECK_FALSE(history.doubtful(politie, now));
  history.failed(politie, now);
  CHECK_FALSE(history.doubtful(politie, now + seconds(1)));  // from the start again
}
