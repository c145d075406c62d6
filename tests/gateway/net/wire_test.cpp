#include "gateway/net/wire.hpp"

#include <catch2/catch.hpp>
#include <regex>
#include <stdexcept>

namespace sluis::gateway::net {
namespace {

TEST_CASE("wire: a response, to the byte but for its date", "[net]") {
  Response response;
  response.content_type = "text/plain";
  response.body = "hi";
  response.headers = {{"X", "y"}};
  const std::regex date("Date: [A-Z][a-z]{2}, \\d{2} [A-Z][a-z]{2} \\d{4} [0-9:]{8} GMT\r\n");
  const auto whole = wire(response, {});
  CHECK(std::regex_search(whole, date));
  CHECK(std::regex_replace(whole, date, "") ==
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\nX: y\r\n\r\nhi");
  const auto head = wire(response, {true, true});
  CHECK(std::regex_replace(head, date, "") ==
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\nX: y\r\n"
        "Connection: close\r\n\r\n");
}

TEST_CASE("wire: 204 announces no length", "[net]") {
  Response response;
  response.status = 204;
  CHECK(wire(response, {}).find("Content-Length") == std::string::npos);
}

TEST_CASE("wire: a request", "[net]") {
  CHECK(wire("POST", "/a?b=c", "h:1", {{"X", "y"}}, "text/plain", "hi") ==
        "POST /a?b=c HTTP/1.1\r\nHost: h:1\r\nX: y\r\nContent-Type: text/plain\r\n"
        "Content-Length: 2\r\n\r\nhi");
  CHECK(wire("GET", "/", "h:1", {}, "", "") == "GET / HTTP/1.1\r\nHost: h:1\r\n\r\n");
  CHECK(wire("POST", "/", "h:1", {}, "", "").find("Content-Length: 0") != std::string::npos);
}

TEST_CASE("wire: nothing breaks out of its line", "[net]") {
  const auto header =
      GENERATE(values<Header>({{"X", "a\r\nY: b"}, {"X", "a\nb"}, {"X y", "a"}, {"", "a"}}));
  Response response;
  response.headers = {header};
  CHECK_THROWS_AS(wire(response, {}), std::invalid_argument);
  CHECK_THROWS_AS(wire("GET", "/", "h", {header}, "", ""), std::invalid_argument);
  const auto target = GENERATE(as<std::string>{}, "", "a", "/a b", "/a\r\nX: y", "/a#b");
  CHECK_THROWS_AS(wire("GET", target, "h", {}, "", ""), std::invalid_argument);
  CHECK_THROWS_AS(wire("GET /x", "/", "h", {}, "", ""), std::invalid_argument);
}

}  // namespace
}  // namespace sluis::gateway::net
