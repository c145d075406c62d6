#include "gateway/core/query.hpp"

#include <boost/asio/detached.hpp>
#include <catch2/catch.hpp>

#include "core_fixture.hpp"
#include "counting_store.hpp"
#include "gateway/core/linking.hpp"
#include "signal_maker.hpp"

using namespace sluis;
using namespace sluis::gateway;
using namespace sluis::gateway::test;
using config::Code;
using config::Json;
using Answer = config::Result<Json>;

namespace {

const std::string open_bsn = "111222333", closed_bsn = "123456782", unknown_bsn = "987654329";

PersonQuery about(const std::string& bsn, const std::string& case_id = "zaak-1") {
  PersonQuery query{{}, "persoonsgerichte-aanpak", case_id};
  query.person.bsn.emplace(bsn);
  return query;
}

/// zvh, with a match of two partners about one person and a closed signal about another.
struct Asked : Gateway {
  explicit Asked(const std::string& policy = policy_of("zvh")) : Gateway("zvh", policy) {
    for (const auto& [from, bsn] :
         {std::pair{"ggz", open_bsn}, {"politie", open_bsn}, {"ggz", closed_bsn}}) {
      SignalPlan plan{.from = from, .keys = {{"bsn", bsn}}};
      const auto row = make_row(region, plan, true_output);
      store::test::act(*store, [&](store::Transaction& tx) {
        take_in(tx, region, *region.standing(), row, region.now());
      });
    }
  }
  Task<void> put(PersonQuery question, std::string role, std::optional<Answer>& into) {
    Caller caller{"0b0b0b0b", "regie-1", std::move(role)};
    auto trace = Trace::fresh();
    into.emplace(co_await query.ask(std::move(question), std::move(caller), std::move(trace)));
  }
  Answer ask(PersonQuery question, const std::string& role = "procesregisseur") {
    std::optional<Answer> answer;
    run(put(std::move(question), role, answer));
    return std::move(*answer);
  }
  Answer list(const std::string& role = "procesregisseur", const std::string& cursor = "") {
    Caller caller{"0b0b0b0b", "regie-1", role};
    return run(query.matches(cursor, 10, std::move(caller), Trace::fresh()));
  }
  FakePeers peers;
  store::test::CountingStore counted{*store};
  Evaluator evaluator{io.get_executor(), region, peers, curve, patient};
  Query query{region, counted, evaluator, recorder};
};

}  // namespace

TEST_CASE("query: shows what is open, of what the rule lets this role see", "[core]") {
  Asked zvh;
  const auto answer = zvh.ask(about(open_bsn));
  REQUIRE(answer.ok());
  REQUIRE((*answer)["matches"].size() == 1);
  const auto& match = (*answer)["matches"][0];
  CHECK(config::is_uuid(match["id"].get<std::string>()));
  CHECK(match["certainty"] == "certain");
  CHECK(match["ambiguous"] == false);
  REQUIRE(match["signals"].size() == 2);
  CHECK(match["signals"][0]["partner"] == "ggz");
  CHECK(match["signals"][0]["certainty"] == "certain");
  CHECK(match["signals"][0]["contact"] == Json{{"name", "Dienst"}});
  CHECK_FALSE(match["signals"][0].contains("severity"));  // "shows" names contact alone
  const auto log = records(*zvh.store, "person.query");
  REQUIRE(log.size() == 1);
  CHECK(log[0]["outcome"] == "permit");
  CHECK(log[0]["count"] == 2);
  CHECK(log[0]["rule"] == "regie");
  CHECK(log[0]["purpose"] == "persoonsgerichte-aanpak");
  CHECK(log[0].contains("subject"));
  CHECK(log[0].contains("case"));
}

TEST_CASE("query: a closed person and an unknown one read and cost the same", "[core]") {
  Asked zvh;
  std::vector<std::string> answers, calls;
  std::vector<std::size_t> evaluations;
  REQUIRE(zvh.ask(about(unknown_bsn)).ok());  // the first count of a slot removes old ones
  for (const auto& bsn : {closed_bsn, unknown_bsn}) {
    zvh.counted.calls.clear();
    zvh.peers.asked.clear();
    answers.push_back(zvh.ask(about(bsn)).value().dump());
    calls.push_back(zvh.counted.calls);
    std::size_t elements = 0;
    for (const auto& asked : zvh.peers.asked) elements += asked.request.blinded.size();
    evaluations.push_back(elements);
  }
  CHECK(Json::parse(answers[0])["matches"] == Json::array());
  CHECK(answers[0] == answers[1]);
  CHECK(evaluations[0] == 2);
  CHECK(evaluations[0] == evaluations[1]);
  CHECK(calls[0].find("open_group") != std::string::npos);
  CHECK(calls[0] == calls[1]);
  const auto log = records(*zvh.store, "person.query");
  REQUIRE(log.size() == 3);
  CHECK(log[1]["count"] == 0);
  CHECK(log[1].dump().size() == log[2].dump().size());
}

TEST_CASE("query: a person who contradicts a signal does not see it", "[core]") {
  Asked zvh;
  SignalPlan plan{.from = "gemeente",
                  .keys = {{"bsn", open_bsn}, {"name-dob", "JANSEN|J|1980-01-01"}}};
  plan.reveal = 1;
  const auto row = make_row(zvh.region, plan, true_output);
  store::test::act(*zvh.store, [&](store::Transaction& tx) {
    take_in(tx, zvh.region, *zvh.region.standing(), row, zvh.region.now());
  });
  const auto named = [](const std::string& bsn) {
    PersonQuery query{{}, "persoonsgerichte-aanpak", "zaak-1"};
    if (!bsn.empty()) query.person.bsn.emplace(bsn);
    query.person.family_name.emplace("Jansen");
    query.person.given_names.emplace("Jan");
    query.person.birth_date.emplace("1980-01-01");
    return query;
  };
  const auto by_name = zvh.ask(named("")).value();
  REQUIRE(by_name["matches"].size() == 1);
  // Only what is linked directly: the others of its match share the BSN alone.
  REQUIRE(by_name["matches"][0]["signals"].size() == 1);
  CHECK(by_name["matches"][0]["signals"][0]["certainty"] == "probable");
  CHECK(by_name["matches"][0]["certainty"] == "certain");
  CHECK(zvh.ask(named(unknown_bsn)).value()["matches"].empty());
}

TEST_CASE("query: each refusal has its code and is recorded", "[core]") {
  struct Case {
    std::string name, role;
    std::function<void(PersonQuery&)> change;
    Code code;
  };
  const auto c = GENERATE(values<Case>({
      {"another role", "sender", [](PersonQuery&) {}, Code::forbidden},
      {"another purpose", "procesregisseur", [](PersonQuery& q) { q.purpose = "toezicht"; },
       Code::forbidden},
      {"no case", "procesregisseur", [](PersonQuery& q) { q.case_id.clear(); }, Code::forbidden},
      {"nobody", "procesregisseur", [](PersonQuery& q) { q.person = Person{}; }, Code::invalid},
  }));
  DYNAMIC_SECTION(c.name) {
    Asked zvh;
    auto question = about(open_bsn);
    c.change(question);
    const auto answer = zvh.ask(std::move(question), c.role);
    REQUIRE_FALSE(answer.ok());
    CHECK(answer.failure().code == c.code);
    CHECK(zvh.peers.asked.empty());
    const auto log = records(*zvh.store, "person.query");
    REQUIRE(log.size() == 1);
    CHECK(log[0]["outcome"] == "deny");
    CHECK(log[0]["rule"] == config::code_name(c.code));
    CHECK_FALSE(log[0].contains("subject"));
  }
}

TEST_CASE("query: 24 hours have a number of questions, also for those side by side", "[core]") {
  Asked zvh;  // five a day
  std::vector<std::optional<Answer>> answers(8);
  for (auto& answer : answers)
    asio::co_spawn(zvh.io, zvh.put(about(unknown_bsn), "procesregisseur", answer), asio::detached);
  zvh.run_until(
      [&] { return std::ranges::all_of(answers, [](const auto& a) { return a.has_value(); }); });
  std::size_t answered = 0;
  for (const auto& answer : answers) {
    answered += answer->ok() ? 1 : 0;
    if (!answer->ok()) CHECK(answer->failure().code == Code::over_budget);
  }
  CHECK(answered == 5);
  CHECK(records(*zvh.store, "person.query").size() == 8);
  zvh.clock.advance(std::chrono::hours(12));  // past midnight
  const auto refused = zvh.ask(about(unknown_bsn)).failure();
  CHECK(refused.code == Code::over_budget);
  CHECK(refused.retry_after_seconds == 12 * 3600 + 600);
  zvh.clock.advance(std::chrono::seconds(refused.retry_after_seconds));
  CHECK(zvh.ask(about(unknown_bsn)).ok());
}

TEST_CASE("query: without holders nothing is answered, and no question is spent", "[core]") {
  Asked zvh;
  zvh.peers.failing = {{"politie", Code::unavailable}, {"gemeente", Code::unavailable}};
  for (int i = 0; i < 6; ++i)
    CHECK(zvh.ask(about(open_bsn)).failure().code == Code::holders_unreachable);
  zvh.peers.failing.clear();
  CHECK(zvh.ask(about(open_bsn)).ok());
}

TEST_CASE("query: matches lists those with something open, to those who may see", "[core]") {
  Asked zvh;
  const auto answer = zvh.list();
  REQUIRE(answer.ok());
  REQUIRE((*answer)["matches"].size() == 1);
  const auto& match = (*answer)["matches"][0];
  CHECK(match["partners"] == Json{"ggz", "politie"});
  CHECK(match["signals"][0]["contact"] == Json{{"name", "Dienst"}});
  CHECK((*answer)["nextCursor"] == nullptr);
  CHECK(records(*zvh.store, "match.list")[0]["count"] == 2);
  CHECK(zvh.list("sender").failure().code == Code::forbidden);
  CHECK(zvh.list("procesregisseur", "no-cursor").failure().code == Code::invalid);
}
