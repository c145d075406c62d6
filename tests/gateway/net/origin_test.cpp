#include <catch2/catch.hpp>

#include "gateway/net/client.hpp"

namespace sluis::gateway::net {
namespace {

TEST_CASE("Origin: what a server's URL may be", "[net]") {
  struct Case {
    std::string url;
    bool tls;
    std::string host;
    std::uint16_t port;
    std::string authority;
  };
  const auto c = GENERATE(values<Case>({
      {"https://127.0.0.1:17411", true, "127.0.0.1", 17411, "127.0.0.1:17411"},
      {"https://gateway.example", true, "gateway.example", 443, "gateway.example:443"},
      {"http://localhost/", false, "localhost", 80, "localhost:80"},
      {"https://[::1]:8443/", true, "::1", 8443, "[::1]:8443"},
  }));
  DYNAMIC_SECTION(c.url) {
    const auto origin = Origin::parse(c.url);
    REQUIRE(origin);
    CHECK(origin->tls == c.tls);
    CHECK(origin->host == c.host);
    CHECK(origin->port == c.port);
    CHECK(origin->authority() == c.authority);
  }
}

TEST_CASE("Origin: what it may not be", "[net]") {
  const auto url =
      GENERATE(as<std::string>{}, "", "127.0.0.1:1", "ftp://a", "https://", "https://a:0",
               "https://a:65536", "https://a:b", "https://a:", "https://a/path", "https://user@a",
               "https://[::1", "https://[x]", "https://[::1]x", "https://a b");
  DYNAMIC_SECTION(url) {
    const auto origin = Origin::parse(url);
    REQUIRE_FALSE(origin);
    CHECK(origin.failure().code == config::Code::invalid);
  }
}

}  // namespace
}  // namespace sluis::gateway::net
