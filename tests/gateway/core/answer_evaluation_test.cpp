#include "gateway/core/answer_evaluation.hpp"

#include <boost/asio/detached.hpp>
#include <catch2/catch.hpp>

#include "core_fixture.hpp"
#include "crypto/threshold.hpp"

using namespace sluis;
using namespace sluis::gateway;
using namespace sluis::gateway::test;
using config::Code;
using config::Json;
using Answer = config::Result<crypto::Evaluation>;

namespace {

/// politie, holder number 2, with 10 elements a day for ggz (tag, lock) and for zvh (tag).
struct Holder : Gateway {
  explicit Holder(const Json& document = region_document())
      : Gateway("politie", policy_of("politie"), document) {}
  explicit Holder(const std::string& policy, RateLimits rates = {})
      : Gateway("politie", policy), evaluations(region, *store, curve, recorder, rates) {}
  Answer ask(const EvaluationRequest& request, const std::string& peer = "ggz") {
    std::optional<Answer> outcome;
    run(put(request, peer, outcome));
    return std::move(*outcome);
  }
  Task<void> put(EvaluationRequest request, std::string peer, std::optional<Answer>& into) {
    auto trace = Trace::fresh();
    auto id = partner(peer);
    into.emplace(co_await evaluations.answer(std::move(id), std::move(request), std::move(trace)));
  }
  std::uint64_t used(const std::string& name) {
    return store::test::look(*store, [&](store::Transaction& tx) {
      std::uint64_t sum = 0;
      for (const auto& slot : tx.counted(name, 0)) sum += slot.n;
      return sum;
    });
  }
  AnswerEvaluation evaluations{region, *store, curve, recorder};
};

crypto::BlindBatch blinded(std::size_t count) {
  std::vector<crypto::Bytes> inputs;
  for (std::size_t i = 0; i < count; ++i)
    inputs.push_back(crypto::concat({crypto::as_view("input " + std::to_string(i))}));
  return crypto::BlindBatch::blind(inputs).value();
}

EvaluationRequest request(std::size_t count, const std::string& use = "tag",
                          const std::vector<std::string>& holders = {"gemeente", "politie"}) {
  EvaluationRequest made{key_name(use), 1, {}, blinded(count).elements()};
  for (const auto& holder : holders) made.holders.push_back(partner(holder));
  return made;
}

}  // namespace

TEST_CASE("answer: verifies under the holder's weighted key, and is counted", "[core]") {
  Holder politie;
  const auto asked = request(3);
  const auto answer = politie.ask(asked);
  REQUIRE(answer.ok());
  const std::vector<std::uint32_t> set{2, 3};
  const auto own = crypto::Element::base_mul(dealt("tag").shares[1].reveal()).value();
  CHECK(crypto::verify(crypto::weighted_public(own, 2, set).bytes(), asked.blinded, *answer));
  CHECK(politie.used("evaluate/ggz/zvh/tag") == 3);
  const auto log = records(*politie.store);
  REQUIRE(log.size() == 1);
  CHECK(log[0]["action"] == "evaluation.answer");
  CHECK(log[0]["outcome"] == "permit");
  CHECK(log[0]["count"] == 3);
  CHECK(log[0]["rule"] == "for-ggz");
  CHECK(log[0]["counterparty"] == "ggz");
  CHECK(log[0]["object"] == Json{{"kind", "key"}, {"id", "zvh/2026b/tag"}});
}

TEST_CASE("answer: each refusal has its code, is recorded, and costs no budget", "[core]") {
  struct Case {
    std::string name, peer;
    std::function<void(EvaluationRequest&)> change;
    Code code;
    std::string pointer = {};
  };
  const auto c = GENERATE(values<Case>({
      {"the recipient asks for lock", "zvh", [](EvaluationRequest& r) { r.key = key_name("lock"); },
       Code::forbidden},
      {"a partner without a rule", "gemeente", [](EvaluationRequest&) {}, Code::forbidden},
      {"an unknown domain", "ggz",
       [](EvaluationRequest& r) { r.key.domain = config::DomainId::parse("om").value(); },
       Code::forbidden},
      {"an unknown epoch", "ggz",
       [](EvaluationRequest& r) { r.key.epoch = config::EpochId::parse("2030a").value(); },
       Code::forbidden},
      {"an older generation", "ggz", [](EvaluationRequest& r) { r.generation = 0; },
       Code::generation},
      {"a generation to come", "ggz", [](EvaluationRequest& r) { r.generation = 2; },
       Code::generation},
      {"one holder too many", "ggz",
       [](EvaluationRequest& r) { r.holders.push_back(partner("veilig-thuis")); }, Code::invalid,
       "/holders"},
      {"one holder too few", "ggz",
       [](EvaluationRequest& r) { r.holders.erase(r.holders.begin()); }, Code::invalid, "/holders"},
      {"one holder twice", "ggz",
       [](EvaluationRequest& r) {
         r.holders = {partner("politie"), partner("politie")};
       },
       Code::invalid, "/holders"},
      {"without the one asked", "ggz",
       [](EvaluationRequest& r) { r.holders[1] = partner("veilig-thuis"); }, Code::invalid,
       "/holders"},
      {"a partner that is no holder", "ggz",
       [](EvaluationRequest& r) { r.holders[0] = partner("ggz"); }, Code::invalid, "/holders"},
      {"the identity", "ggz", [](EvaluationRequest& r) { r.blinded[1].fill(0); }, Code::invalid,
       "/blinded/1"},
      {"no canonical element", "ggz", [](EvaluationRequest& r) { r.blinded[2].fill(0xff); },
       Code::invalid, "/blinded/2"},
      {"more than a day's budget at once", "ggz",
       [](EvaluationRequest& r) { r.blinded = blinded(11).elements(); }, Code::over_budget},
  }));
  DYNAMIC_SECTION(c.name) {
    Holder politie;
    auto asked = request(3);
    c.change(asked);
    const auto answer = politie.ask(asked, c.peer);
    REQUIRE_FALSE(answer.ok());
    CHECK(answer.failure().code == c.code);
    CHECK(answer.failure().pointer == c.pointer);
    CHECK(politie.used("evaluate/ggz/zvh/tag") == 0);
    const auto log = records(*politie.store);
    REQUIRE(log.size() == 1);
    CHECK(log[0]["outcome"] == "deny");
    CHECK(log[0]["rule"] == config::code_name(c.code));
    CHECK(log[0]["counterparty"] == c.peer);
  }
}

TEST_CASE("answer: not permitted and not there read the same", "[core]") {
  Holder politie;
  auto elsewhere = request(1);
  elsewhere.key.domain = config::DomainId::parse("om").value();
  const auto not_there = politie.ask(elsewhere).failure();
  const auto not_permitted = politie.ask(request(1, "lock"), "zvh").failure();
  CHECK(not_there.code == not_permitted.code);
  CHECK(not_there.detail == not_permitted.detail);
}

TEST_CASE("answer: after the directory has expired nothing is evaluated", "[core]") {
  Holder politie;
  politie.clock.advance(std::chrono::days(300));
  CHECK(politie.ask(request(1)).failure().code == Code::expired);
}

TEST_CASE("answer: an epoch that is not in force any more is not there", "[core]") {
  Holder politie;
  politie.clock.advance(std::chrono::days(100));  // past 2027-02-01
  CHECK(politie.ask(request(1)).failure().code == Code::forbidden);
}

TEST_CASE("answer: the recipient gets tags", "[core]") {
  Holder politie;
  CHECK(politie.ask(request(1), "zvh").ok());
  CHECK(politie.used("evaluate/zvh/zvh/tag") == 1);
}

TEST_CASE("answer: a budget is one for each use, and of any 24 hours", "[core]") {
  Holder politie;
  CHECK(politie.ask(request(6)).ok());
  CHECK(politie.ask(request(5)).failure().code == Code::over_budget);
  CHECK(politie.ask(request(4)).ok());
  const auto refused = politie.ask(request(1)).failure();
  CHECK(refused.code == Code::over_budget);
  CHECK(refused.retry_after_seconds == 24 * 3600 + 600);
  CHECK(politie.ask(request(10, "lock")).ok());
  politie.clock.advance(std::chrono::hours(11));  // 23:00 UTC: the next day in Amsterdam
  CHECK(politie.ask(request(1)).failure().code == Code::over_budget);
  politie.clock.advance(std::chrono::hours(13) + std::chrono::minutes(10));
  CHECK(politie.ask(request(10)).ok());
}

TEST_CASE("answer: a restart leaves the budget as it was", "[core]") {
  Holder politie;
  CHECK(politie.ask(request(8)).ok());
  politie.store.reopen();
  const Recorder recorder{politie.region, *politie.store};
  AnswerEvaluation again{politie.region, *politie.store, politie.curve, recorder};
  const auto ask = [&](std::size_t n) {
    auto peer = partner("ggz");
    auto asked = request(n);
    return politie.run(again.answer(std::move(peer), std::move(asked), Trace::fresh()));
  };
  CHECK(ask(3).failure().code == Code::over_budget);
  CHECK(ask(2).ok());
}

TEST_CASE("answer: requests side by side cannot pass the budget together", "[core]") {
  Holder politie;
  std::vector<std::optional<Answer>> outcomes(16);
  std::size_t ended = 0;
  for (auto& outcome : outcomes)
    asio::co_spawn(politie.io, politie.put(request(3), "ggz", outcome),
                   [&](std::exception_ptr) { ++ended; });
  politie.run_until([&] { return ended == outcomes.size(); });
  std::size_t permitted = 0;
  for (const auto& outcome : outcomes) {
    permitted += outcome->ok() ? 1 : 0;
    if (!outcome->ok()) CHECK(outcome->failure().code == Code::over_budget);
  }
  CHECK(permitted == 3);
  CHECK(politie.used("evaluate/ggz/zvh/tag") == 9);
  CHECK(records(*politie.store).size() == outcomes.size());
}

TEST_CASE("answer: an unusual rate is recorded once, said without a person, stops nothing",
          "[core]") {
  auto policy = Json::parse(policy_of("politie"));
  for (auto& rule : policy["evaluate"]) rule["perDay"]["tag"] = 1'000;
  Holder politie(policy.dump(), RateLimits{120, 0});
  LogLines said;
  for (int i = 0; i < 4; ++i) REQUIRE(politie.ask(request(50)).ok());
  const auto alarms = records(*politie.store, "evaluation.alarm");
  REQUIRE(alarms.size() == 1);
  CHECK(alarms[0]["outcome"] == "error");
  CHECK(alarms[0]["counterparty"] == "ggz");
  CHECK(alarms[0]["actor"]["id"] == "ggz");
  CHECK(alarms[0]["count"] == 150);
  CHECK(alarms[0]["rule"] == "bound/120/PT10M");
  CHECK(alarms[0]["object"] == Json{{"kind", "key"}, {"id", "zvh/2026b/tag"}});
  CHECK(records(*politie.store, "evaluation.answer").size() == 4);
  CHECK(said.text().find("partner ggz, key zvh/2026b/tag: rule bound/120/PT10M") !=
        std::string::npos);
  CHECK(said.text().find('\n') == said.text().size() - 1);  // one line
  CHECK(politie.ask(request(50), "zvh").ok());
  CHECK(records(*politie.store, "evaluation.alarm").size() == 1);  // another partner's own count
  politie.clock.advance(std::chrono::minutes(10));
  for (int i = 0; i < 3; ++i) REQUIRE(politie.ask(request(50)).ok());
  CHECK(records(*politie.store, "evaluation.alarm").size() == 2);
}

TEST_CASE("answer: reaching the last tenth of a day's budget is recorded once", "[core]") {
  auto policy = Json::parse(policy_of("politie"));
  for (auto& rule : policy["evaluate"]) rule["perDay"]["tag"] = 200;
  Holder politie(policy.dump(), RateLimits{0, 0});
  for (int i = 0; i < 9; ++i) REQUIRE(politie.ask(request(20)).ok());
  CHECK(records(*politie.store, "evaluation.alarm").empty());
  REQUIRE(politie.ask(request(10)).ok());
  REQUIRE(politie.ask(request(5)).ok());
  const auto alarms = records(*politie.store, "evaluation.alarm");
  REQUIRE(alarms.size() == 1);
  CHECK(alarms[0]["rule"] == "near-budget/200/P1D");
}

TEST_CASE("answer: what cannot be recorded does not leave", "[core]") {
  Holder politie;
  politie.store.sequencer.refuse = true;
  CHECK_THROWS_AS(politie.ask(request(1)), store::Unavailable);
  politie.store.sequencer.refuse = false;
  CHECK(politie.used("evaluate/ggz/zvh/tag") == 0);
}
