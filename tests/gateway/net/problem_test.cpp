#include "gateway/net/problem.hpp"

#include <catch2/catch.hpp>

namespace sluis::gateway::net {
namespace {

using config::Code;
using config::Json;

TEST_CASE("problem: every code has its status", "[net]") {
  struct Case {
    Code code;
    int status;
    bool retry;
  };
  const auto c = GENERATE(values<Case>({
      {Code::invalid, 400, false},
      {Code::too_large, 413, false},
      {Code::unauthenticated, 401, false},
      {Code::forbidden, 403, false},
      {Code::not_found, 404, false},
      {Code::conflict, 409, false},
      {Code::generation, 409, false},
      {Code::over_budget, 429, false},
      {Code::expired, 403, false},
      {Code::bad_signature, 400, false},
      {Code::id_reused, 409, false},
      {Code::unknown_seal_key, 409, false},
      {Code::holders_unreachable, 503, true},
      {Code::bad_proof, 502, false},
      {Code::unavailable, 503, true},
      {Code::internal, 500, false},
  }));
  DYNAMIC_SECTION(config::code_name(c.code)) {
    const auto response = problem(c.code);
    CHECK(response.status == c.status);
    CHECK(response.content_type == "application/problem+json");
    CHECK(response.has_header("Retry-After") == c.retry);
    const auto body = Json::parse(response.body);
    CHECK(body["status"] == c.status);
    CHECK(body["code"] == config::code_name(c.code));
    CHECK(body["title"] == config::public_message(c.code));
    CHECK(body["detail"] == body["title"]);
    CHECK_FALSE(body.contains("errors"));
  }
}

TEST_CASE("problem: errors say where in the input they are", "[net]") {
  const auto response = problem(Code::invalid, "two faults",
                                {config::error(Code::invalid, "not a BSN", "/subject/bsn"),
                                 config::error(Code::invalid, "not a number", "?limit")});
  const auto body = Json::parse(response.body);
  CHECK(body["detail"] == "two faults");
  REQUIRE(body["errors"].size() == 2);
  CHECK(body["errors"][0] == Json{{"in", "body"},
                                  {"pointer", "/subject/bsn"},
                                  {"code", "invalid"},
                                  {"detail", "not a BSN"}});
  CHECK(body["errors"][1] ==
        Json{{"in", "query"}, {"name", "limit"}, {"code", "invalid"}, {"detail", "not a number"}});
}

TEST_CASE("problem: one error is a whole answer, and says when to come back", "[net]") {
  auto why = config::error(Code::over_budget, "used up");
  CHECK_FALSE(problem(why).has_header("Retry-After"));
  why.retry_after_seconds = 4321;
  const auto response = problem(why);
  CHECK(response.status == 429);
  CHECK(response.headers == std::vector<Header>{{"Retry-After", "4321"}});
  CHECK(Json::parse(response.body)["detail"] == "used up");
  CHECK_FALSE(Json::parse(response.body).contains("errors"));
  const auto placed = Json::parse(problem(config::error(Code::invalid, "no", "/holders")).body);
  CHECK(placed["errors"][0]["pointer"] == "/holders");
}

TEST_CASE("problem: a detail that is not UTF-8 does not cost the answer", "[net]") {
  CHECK_NOTHROW(Json::parse(problem(Code::invalid, "\xff").body));
}

}  // namespace
}  // namespace sluis::gateway::net
