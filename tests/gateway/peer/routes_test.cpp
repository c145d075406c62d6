// /peer/v1 without a network: what the routes answer, and what they record.
#include "gateway/peer/routes.hpp"

#include <catch2/catch.hpp>

#include "core_fixture.hpp"
#include "crypto/element.hpp"
#include "gateway/peer/wire.hpp"
#include "tests/gateway/temporary_folder.hpp"

using namespace sluis;
using namespace sluis::gateway;
using namespace sluis::gateway::test;
using config::Json;

namespace {

constexpr auto oin_ggz = "00000099000000002000", oin_politie = "00000099000000004000";

/// politie, a holder with ten elements a day for ggz.
struct Politie : Gateway {
  explicit Politie(const Json& document = region_document())
      : Gateway("politie", policy_of("politie"), document) {
    peer::add_routes(router, {io.get_executor(), region, evaluations, receive, keys, recorder});
  }
  net::Response call(const std::string& method, const std::string& path,
                     std::optional<std::string> oin, std::string body = {}) {
    net::Request request;
    request.method = method;
    request.path = "/peer/v1/" + path;
    request.peer_oin = std::move(oin);
    request.body = std::move(body);
    if (method == "POST") request.headers = {{"Content-Type", "application/json"}};
    return run(router.dispatch(std::move(request)));
  }
  net::Response evaluate(std::size_t count, std::optional<std::string> oin = oin_ggz) {
    EvaluationRequest asked{key_name("tag"), 1, {partner("politie"), partner("gemeente")}, {}};
    for (std::size_t i = 0; i < count; ++i) {
      const auto scalar = crypto::random_scalar();
      asked.blinded.push_back(crypto::Element::base_mul(scalar.reveal()).value().bytes());
    }
    return call("POST", "evaluations", std::move(oin), peer::evaluation_request(asked));
  }
  AnswerEvaluation evaluations{region, *store, curve, recorder};
  Receive receive{region, *store, curve, recorder};
  sluis::test::TemporaryFolder folder;
  FakePeers peers;
  KeyKeeper keys{io.get_executor(),
                 region,
                 peers,
                 curve,
                 *store,
                 recorder,
                 KeyFiles::open(folder / "keys", region.keys()->store_key).value(),
                 folder.path()};
  net::Router router;
};

std::string code_of(const net::Response& response) {
  return Json::parse(response.body)["code"];
}

}  // namespace

TEST_CASE("peer routes: an active partner is served", "[peer]") {
  Politie politie;
  CHECK(politie.call("GET", "health", oin_ggz).status == 200);
  const auto directory = politie.call("GET", "directory", oin_ggz);
  CHECK(directory.status == 200);
  CHECK(directory.body == politie.region.standing()->directory->text());
  const auto evaluated = politie.evaluate(3);
  REQUIRE(evaluated.status == 200);
  CHECK(peer::read_evaluation_answer(evaluated.body, 1, 3).ok());
}

TEST_CASE("peer routes: who is no active partner learns nothing more, and is recorded", "[peer]") {
  struct Case {
    std::string name;
    std::optional<std::string> oin;
    std::string recorded;
  };
  const auto c = GENERATE(values<Case>({
      {"without an OIN", std::nullopt, "none"},
      {"with one that is none", "1234", "none"},
      {"with one that nobody has", "00000099000000007000", "00000099000000007000"},
      {"a suspended partner's", oin_ggz, oin_ggz},
  }));
  DYNAMIC_SECTION(c.name) {
    Politie politie(with_partner(region_document(), "ggz", "status", "suspended"));
    for (const auto* path : {"health", "directory"}) {
      const auto answer = politie.call("GET", path, c.oin);
      CHECK(answer.status == 403);
      CHECK(code_of(answer) == "forbidden");
      CHECK(Json::parse(answer.body)["detail"] == Json::parse(answer.body)["title"]);
    }
    const auto log = records(*politie.store, "peer.connect");
    REQUIRE(log.size() == 2);
    CHECK(log[0]["outcome"] == "deny");
    CHECK(log[0]["actor"]["id"] == c.recorded);
  }
}

TEST_CASE("peer routes: over budget says when to come back", "[peer]") {
  Politie politie;
  REQUIRE(politie.evaluate(10).status == 200);
  const auto refused = politie.evaluate(1);
  CHECK(refused.status == 429);
  CHECK(code_of(refused) == "over-budget");
  CHECK(refused.headers.front() == net::Header{"Retry-After", "87000"});  // 24 hours, ten minutes
  const auto never = politie.evaluate(11);
  CHECK(never.status == 429);
  CHECK_FALSE(never.has_header("Retry-After"));
}

TEST_CASE("peer routes: what cannot be read is refused by its place, and recorded", "[peer]") {
  Politie politie;
  const auto evaluation = politie.call("POST", "evaluations", oin_ggz, R"({"domain":"zvh"})");
  CHECK(evaluation.status == 400);
  CHECK(Json::parse(evaluation.body)["errors"][0]["pointer"] != "");
  CHECK(records(*politie.store, "evaluation.answer").size() == 1);
  const auto envelopes = politie.call("POST", "envelopes", oin_ggz, "[]");
  CHECK(envelopes.status == 400);
  CHECK(records(*politie.store, "envelope.receive").at(0)["counterparty"] == "ggz");
}

TEST_CASE("peer routes: what could not be recorded has not happened", "[peer]") {
  Politie politie;
  politie.store.sequencer.refuse = true;
  CHECK(politie.evaluate(1).status == 503);
  CHECK(politie.call("GET", "health", std::nullopt).status == 503);
  CHECK(politie.call("GET", "health", oin_politie).status == 200);  // needs no record
}
