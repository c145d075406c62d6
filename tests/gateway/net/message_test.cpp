#include "gateway/net/message.hpp"

#include <catch2/catch.hpp>

namespace sluis::gateway::net {
namespace {

using config::Code;

TEST_CASE("Request: headers are found in any case of letters", "[net]") {
  Request request;
  request.headers = {{"content-TYPE", "a"}, {"X", "1"}, {"x", "2"}};
  REQUIRE(request.header("Content-Type") != nullptr);
  CHECK(*request.header("Content-Type") == "a");
  CHECK(*request.header("x") == "1");
  CHECK(request.header("content") == nullptr);
}

TEST_CASE("Request: query parameters are decoded and refused in doubt", "[net]") {
  struct Case {
    std::string query;
    std::optional<std::string> value;
    bool refused;
  };
  const auto c = GENERATE(values<Case>({
      {"", std::nullopt, false},
      {"other=1", std::nullopt, false},
      {"name=", "", false},
      {"name", "", false},
      {"name=a%20b+c", "a b c", false},
      {"x=1&na%6de=%C3%A9&", "\xC3\xA9", false},
      {"name=1&name=2", std::nullopt, true},
      {"name=%", std::nullopt, true},
      {"name=%4", std::nullopt, true},
      {"name=%zz", std::nullopt, true},
      {"name=%00", std::nullopt, true},
      {"name=%C3", std::nullopt, true},
  }));
  DYNAMIC_SECTION(c.query) {
    Request request;
    request.query = c.query;
    const auto found = request.query_parameter("name");
    REQUIRE(found.ok() == !c.refused);
    if (found) {
      CHECK(*found == c.value);
    } else {
      CHECK(found.failure().code == Code::invalid);
      CHECK(found.failure().pointer == "?name");
    }
  }
}

TEST_CASE("Request: an unknown query parameter is refused, and not repeated", "[net]") {
  Request request;
  request.query = "limit=1&cursor=2";
  CHECK(request.only_query_parameters({"limit", "cursor"}));
  request.query = "limit=1&bsn=123456782";
  const auto unknown = request.only_query_parameters({"limit", "cursor"});
  REQUIRE_FALSE(unknown);
  CHECK(unknown.failure().detail.find("bsn") == std::string::npos);
  CHECK(unknown.failure().pointer == "?");
  request.query = "limit=1&limit=1";
  const auto twice = request.only_query_parameters({"limit"});
  REQUIRE_FALSE(twice);
  CHECK(twice.failure().pointer == "?limit");
}

TEST_CASE("Response: json, and headers that replace each other", "[net]") {
  auto response = Response::json(202, config::Json{{"a", 1}});
  CHECK(response.status == 202);
  CHECK(response.content_type == "application/json");
  CHECK(response.body == R"({"a":1})");
  response.set_header("Retry-After", "5");
  response.set_header("retry-after", "9");
  REQUIRE(response.headers.size() == 1);
  CHECK(response.headers[0].second == "9");
  CHECK(response.has_header("RETRY-AFTER"));
}

}  // namespace
}  // namespace sluis::gateway::net
