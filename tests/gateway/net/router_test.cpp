#include "gateway/net/router.hpp"

#include <catch2/catch.hpp>
#include <stdexcept>

#include "tests/gateway/net/net_fixture.hpp"

namespace sluis::test {
namespace {

Task<net::Response> params(net::Request request) {
  net::Response response;
  for (const auto& [name, value] : request.params) response.body += name + "=" + value + ";";
  co_return response;
}

net::Request request(std::string method, std::string path, std::string body = {},
                     std::string content_type = {}) {
  net::Request made;
  made.method = std::move(method);
  made.path = std::move(path);
  made.body = std::move(body);
  if (!content_type.empty()) made.headers.emplace_back("Content-Type", content_type);
  return made;
}

net::Response dispatch(const net::Router& router, net::Request made) {
  asio::io_context context(1);
  return run(context, router.dispatch(std::move(made)));
}

TEST_CASE("Router: the pattern with the fewest parameters answers", "[net]") {
  net::Router router;
  router.add("GET", "/tile/{rest*}", params);
  router.add("GET", "/items/{id}", params);
  router.add("GET", "/items/all", params);
  router.add("GET", "/items/{id}/parts/{part}", params);
  struct Case {
    std::string path;
    std::string pattern;
    std::string params;
  };
  const auto c = GENERATE(values<Case>({
      {"/items/7", "/items/{id}", "id=7;"},
      {"/items/a%2Fb%20c", "/items/{id}", "id=a/b c;"},
      {"/items/all", "/items/all", ""},
      {"/items/7/parts/8", "/items/{id}/parts/{part}", "id=7;part=8;"},
      {"/tile/0/x001/234", "/tile/{rest*}", "rest=0/x001/234;"},
  }));
  DYNAMIC_SECTION(c.path) {
    const auto* route = router.find("GET", c.path);
    REQUIRE(route != nullptr);
    CHECK(route->pattern == c.pattern);
    CHECK(dispatch(router, request("GET", c.path)).body == c.params);
  }
}

TEST_CASE("Router: what no pattern names is not there", "[net]") {
  const auto router = demo_router();
  const auto path = GENERATE(as<std::string>{}, "", "hello", "/", "/hello/", "/HELLO", "//hello",
                             "/v1/items/", "/v1/items/a/b", "/v1/items/%", "/v1/items/%00", "*");
  DYNAMIC_SECTION(path) {
    CHECK(dispatch(*router, request("GET", path)).status == 404);
  }
}

TEST_CASE("Router: refuses before the body is read", "[net]") {
  const auto router = demo_router();
  struct Case {
    std::string name;
    net::Request head;
    net::Announced announced;
    int status;  // 0: goes on
  };
  const auto json = "application/json";
  const auto c = GENERATE_COPY(values<Case>({
      {"fits", request("POST", "/echo", {}, json), {true, 64}, 0},
      {"with a parameter",
       request("POST", "/echo", {}, "Text/Plain ; charset=utf-8"),
       {true, 1},
       0},
      {"chunked", request("POST", "/echo", {}, json), {true, std::nullopt}, 0},
      {"no body, no type", request("POST", "/echo"), {false, 0}, 0},
      {"too long", request("POST", "/echo", {}, json), {true, 65}, 413},
      {"another type", request("POST", "/echo", {}, "text/html"), {true, 1}, 415},
      {"no type", request("POST", "/echo"), {true, 1}, 415},
      {"another method", request("DELETE", "/hello"), {false, 0}, 405},
      {"nothing there", request("GET", "/nothing"), {false, 0}, 404},
      {"HEAD as GET", request("HEAD", "/hello"), {false, 0}, 0},
  }));
  DYNAMIC_SECTION(c.name) {
    const auto refusal = router->refuse(c.head, c.announced);
    CHECK((refusal ? refusal->status : 0) == c.status);
  }
}

TEST_CASE("Router: 405 says what the path takes", "[net]") {
  const auto router = demo_router();
  const auto refusal = router->refuse(request("PUT", "/hello"), {});
  REQUIRE(refusal);
  REQUIRE(refusal->has_header("Allow"));
  CHECK(refusal->headers.front().second == "GET, HEAD");
}

TEST_CASE("Router: a handler that throws is a 500 that says nothing", "[net]") {
  const auto response = dispatch(*demo_router(), request("GET", "/throws"));
  CHECK(response.status == 500);
  CHECK(response.body.find("secret") == std::string::npos);
}

TEST_CASE("Router: a pattern that is malformed or there twice is our own bug", "[net]") {
  net::Router router;
  router.add("GET", "/a", params);
  const auto pattern =
      GENERATE(as<std::string>{}, "", "a", "/a", "/{}", "/{*}", "/{a*}/b", "/x{a}");
  DYNAMIC_SECTION(pattern) {
    CHECK_THROWS_AS(router.add("GET", pattern, params), std::invalid_argument);
  }
}

TEST_CASE("Router: every answer gets the security headers, unless it has its own", "[net]") {
  const auto router = demo_router();
  net::Response plain;
  router->decorate(plain, false);
  CHECK(plain.has_header("API-Version"));
  CHECK(plain.has_header("Cache-Control"));
  CHECK(plain.has_header("X-Content-Type-Options"));
  CHECK(plain.has_header("Content-Security-Policy"));
  CHECK_FALSE(plain.has_header("Strict-Transport-Security"));

  net::Response own;
  own.set_header("cache-control", "max-age=60");
  router->decorate(own, true);
  CHECK(own.has_header("Strict-Transport-Security"));
  CHECK(own.headers.front().second == "max-age=60");
  CHECK(std::count_if(own.headers.begin(), own.headers.end(), [](const net::Header& header) {
          return net::same_token(header.first, "Cache-Control");
        }) == 1);
}

}  // namespace
}  // namespace sluis::test
