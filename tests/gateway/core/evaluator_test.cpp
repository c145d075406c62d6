// The client of the threshold VOPRF, against holders that answer with their real shares. What one
// batch does (evaluation_round.hpp) shows in whom it asks.
#include "gateway/core/evaluator.hpp"

#include <algorithm>
#include <boost/asio/detached.hpp>
#include <catch2/catch.hpp>

#include "core_fixture.hpp"

using namespace sluis;
using namespace sluis::gateway;
using namespace sluis::gateway::test;
using config::Code;
using Names = std::vector<std::string>;

namespace {

std::vector<crypto::Bytes> inputs(std::size_t count, const std::string& name = "input ") {
  std::vector<crypto::Bytes> made;
  for (std::size_t i = 0; i < count; ++i)
    made.push_back(crypto::concat({crypto::as_view(name + std::to_string(i))}));
  return made;
}

struct Client : Gateway {
  explicit Client(const std::string& self = "ggz", const config::Json& document = region_document())
      : Gateway(self, policy_of(self), document) {}
  config::Result<Evaluator::Outputs> ask(std::size_t count, const std::string& use = "tag") {
    std::optional<config::Result<Evaluator::Outputs>> outcome;
    run(put(count, use, outcome));
    return std::move(*outcome);
  }
  Task<void> put(std::size_t count, std::string use,
                 std::optional<config::Result<Evaluator::Outputs>>& into) {
    auto outputs = co_await evaluator.evaluate(key_name(use), inputs(count));
    into.emplace(std::move(outputs));
  }
  FakePeers peers;
  Evaluator evaluator{io.get_executor(), region, peers, curve, patient};
};

/// That these are F(x) of `inputs`, at every place that is looked at.
void check_outputs(const config::Result<Evaluator::Outputs>& outputs, std::size_t count,
                   const std::string& use = "tag") {
  REQUIRE(outputs.ok());
  REQUIRE(outputs->size() == count);
  const auto in = inputs(count);
  for (std::size_t i = 0; i < count; i += std::max<std::size_t>(1, count / 7)) {
    CAPTURE(i);
    CHECK((*outputs)[i] == single_key_output(use, in[i]));
  }
}

Names sorted(Names names) {
  std::ranges::sort(names);
  return names;
}

}  // namespace

TEST_CASE("evaluator: the outputs are those of a single server with the whole key", "[core]") {
  Client client;
  const auto use = GENERATE(as<std::string>(), "tag", "lock");
  check_outputs(client.ask(3, use), 3, use);
  CHECK(sorted(client.peers.asked_holders()) == Names{"politie", "veilig-thuis"});
  for (const auto& asked : client.peers.asked) {
    CHECK(asked.request.generation == 1);
    CHECK(asked.request.holders == std::vector{partner("veilig-thuis"), partner("politie")});
  }
}

TEST_CASE("evaluator: the same input is blinded afresh each time", "[core]") {
  Client client;
  (void)client.ask(1);
  (void)client.ask(1);
  REQUIRE(client.peers.asked.size() == 4);
  CHECK(client.peers.asked[0].request.blinded == client.peers.asked[1].request.blinded);
  CHECK(client.peers.asked[0].request.blinded != client.peers.asked[2].request.blinded);
}

TEST_CASE("evaluator: a holder that fails is replaced, and nobody is asked twice", "[core]") {
  struct Case {
    std::string name, down, lying;
    Names asked;
  };
  const auto c = GENERATE(values<Case>({
      {"the first is down", "veilig-thuis", "", {"gemeente", "politie", "veilig-thuis"}},
      {"the second is down", "politie", "", {"gemeente", "politie", "veilig-thuis"}},
      {"the third is not needed", "gemeente", "", {"politie", "veilig-thuis"}},
      {"the first gives a wrong proof",
       "",
       "veilig-thuis",
       {"gemeente", "politie", "veilig-thuis"}},
      {"the second gives a wrong proof", "", "politie", {"gemeente", "politie", "veilig-thuis"}},
  }));
  DYNAMIC_SECTION(c.name) {
    Client client;
    if (!c.down.empty()) client.peers.failing[c.down] = Code::unavailable;
    if (!c.lying.empty()) client.peers.lying.insert(c.lying);
    // What was answered for the first set counts in the second: the outputs are right all the same.
    check_outputs(client.ask(3), 3);
    CHECK(sorted(client.peers.asked_holders()) == c.asked);
  }
}

TEST_CASE("evaluator: a holder with a wrong proof is named in the log", "[core]") {
  Client client;
  client.peers.lying.insert("politie");
  LogLines said;
  check_outputs(client.ask(2), 2);
  CHECK(said.text().find("holder politie: bad-proof") != std::string::npos);
  CHECK(said.text().find("gemeente") == std::string::npos);
}

TEST_CASE("evaluator: with fewer than t holders it says which failed, and no address", "[core]") {
  Client client;
  client.peers.failing["veilig-thuis"] = Code::unavailable;
  client.peers.lying.insert("politie");
  const auto outcome = client.ask(2);
  REQUIRE_FALSE(outcome.ok());
  CHECK(outcome.failure().code == Code::holders_unreachable);
  CHECK(outcome.failure().detail.find("veilig-thuis (unavailable)") != std::string::npos);
  CHECK(outcome.failure().detail.find("politie (bad-proof)") != std::string::npos);
  CHECK(outcome.failure().detail.find("as the test has it") == std::string::npos);
  SECTION("and once they are back it works again") {
    client.peers.failing.clear();
    client.peers.lying.clear();
    check_outputs(client.ask(2), 2);
  }
}

TEST_CASE("evaluator: a day's budget that is used up is said so", "[core]") {
  Client client;
  client.peers.failing["veilig-thuis"] = Code::over_budget;
  SECTION("unless enough others answer") {
    check_outputs(client.ask(1), 1);
  }
  SECTION("when none is left") {
    client.peers.failing["gemeente"] = Code::unavailable;
    CHECK(client.ask(1).failure().code == Code::over_budget);
  }
}

TEST_CASE("evaluator: a holder uses its own share and asks one other", "[core]") {
  Client client(GENERATE(as<std::string>(), "politie", "gemeente"));
  check_outputs(client.ask(40), 40);
  CHECK(client.peers.asked_holders() == Names{"veilig-thuis"});
}

TEST_CASE("evaluator: a suspended holder is not asked", "[core]") {
  Client client("ggz", with_partner(region_document(), "politie", "status", "suspended"));
  check_outputs(client.ask(1), 1);
  CHECK(sorted(client.peers.asked_holders()) == Names{"gemeente", "veilig-thuis"});
}

TEST_CASE("evaluator: an unknown key reaches nobody", "[core]") {
  Client client;
  auto ask = [&]() -> Task<void> {
    KeyName name{key_name("tag").domain, config::EpochId::parse("2030a").value(), "tag"};
    auto in = inputs(1);
    const auto outcome = co_await client.evaluator.evaluate(std::move(name), std::move(in));
    CHECK(outcome.failure().code == Code::holders_unreachable);
  };
  client.run(ask());
  CHECK(client.peers.asked.empty());
}

TEST_CASE("evaluator: many inputs go in batches of at most 1,024, in order", "[core]") {
  Client client("politie");
  check_outputs(client.ask(2500), 2500);
  std::vector<std::size_t> sizes;
  for (const auto& asked : client.peers.asked) sizes.push_back(asked.request.blinded.size());
  std::ranges::sort(sizes);
  CHECK(sizes == std::vector<std::size_t>{452, 1024, 1024});
}

TEST_CASE("evaluator: nothing to evaluate asks nobody", "[core]") {
  Client client;
  check_outputs(client.ask(0), 0);
  CHECK(client.peers.asked.empty());
}

TEST_CASE("evaluator: concurrent requests share batches, and each gets its own", "[core]") {
  Client client("politie");
  constexpr std::size_t callers = 12;
  std::vector<std::optional<config::Result<Evaluator::Outputs>>> outcomes(callers);
  std::size_t ended = 0;
  for (std::size_t i = 0; i < callers; ++i)
    asio::co_spawn(client.io, client.put(i + 1, "tag", outcomes[i]),
                   [&](std::exception_ptr) { ++ended; });
  client.run_until([&] { return ended == callers; });
  for (std::size_t i = 0; i < callers; ++i) check_outputs(*outcomes[i], i + 1);
  CHECK(client.peers.asked.size() <= 3);
  std::size_t elements = 0;
  for (const auto& asked : client.peers.asked) elements += asked.request.blinded.size();
  CHECK(elements == callers * (callers + 1) / 2);
}

TEST_CASE("evaluator: what arrives while a batch is under way goes with the next", "[core]") {
  Client client("politie");
  Bell bell(client.io.get_executor());
  bool held = true;
  client.peers.before["veilig-thuis"] = [&]() -> Task<void> {
    while (held)
      co_await bell.wait_until(std::chrono::steady_clock::now() + std::chrono::milliseconds(5));
  };
  std::vector<std::optional<config::Result<Evaluator::Outputs>>> outcomes(10);
  std::size_t ended = 0;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    asio::co_spawn(client.io, client.put(2, "tag", outcomes[i]),
                   [&](std::exception_ptr) { ++ended; });
    client.settle();
  }
  CHECK(client.peers.asked.size() == 2);  // no more than two batches of a key at once
  held = false;
  client.run_until([&] { return ended == outcomes.size(); });
  for (const auto& outcome : outcomes) check_outputs(*outcome, 2);
  CHECK(client.peers.asked.size() == 3);
  CHECK(client.peers.asked.back().request.blinded.size() == 16);
}
