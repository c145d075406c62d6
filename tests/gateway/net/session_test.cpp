// What a connection does with bytes, over plain TCP.
#include <sys/socket.h>

#include <catch2/catch.hpp>
#include <random>

#include "tests/gateway/net/net_fixture.hpp"

namespace sluis::test {
namespace {

int status(const std::string& answer) {
  return answer.size() > 12 ? std::stoi(answer.substr(9, 3)) : 0;
}
bool ends_with_body(const std::string& answer, const std::string& body) {
  return answer.ends_with("\r\n\r\n" + body);
}
bool has(const std::string& answer, std::string_view text) {
  return answer.find(text) != std::string::npos;
}

const std::string get_hello = "GET /hello HTTP/1.1\r\nHost: h\r\n\r\n";
const std::string post_echo =
    "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\n12345";

TEST_CASE("session: a connection is kept, and its answers have every header", "[net]") {
  Server server(demo_router());
  RawClient client(server.port());
  for (int i = 0; i < 3; ++i) {
    REQUIRE(client.send(i == 1 ? post_echo : get_hello));
    const auto answer = client.answer();
    CHECK(status(answer) == 200);
    CHECK(ends_with_body(answer, i == 1 ? "12345" : "hello"));
    for (const auto header :
         {"Date: ", "Cache-Control: no-store", "X-Content-Type-Options: nosniff",
          "frame-ancestors 'none'", "API-Version: 1.0.0"}) {
      CHECK(has(answer, header));
    }
    CHECK_FALSE(has(answer, "Strict-Transport-Security"));
    CHECK_FALSE(has(answer, "Connection: close"));
  }
  CHECK(server.listener().connections() == 1);
}

TEST_CASE("session: pipelined requests are answered in order", "[net]") {
  Server server(demo_router());
  RawClient client(server.port());
  std::string many;
  for (int i = 0; i < 500; ++i) {
    many += "GET /v1/items/" + std::to_string(i) + " HTTP/1.1\r\nHost: h\r\n\r\n";
    many += post_echo;
  }
  std::thread sender([&] { client.send(many); });
  for (int i = 0; i < 500; ++i) {
    CHECK(ends_with_body(client.answer(), std::to_string(i)));
    CHECK(ends_with_body(client.answer(), "12345"));
  }
  sender.join();
}

TEST_CASE("session: a byte at a time", "[net]") {
  Server server(demo_router());
  RawClient client(server.port());
  const int on = 1;
  ::setsockopt(client.descriptor(), IPPROTO_TCP, 1 /* TCP_NODELAY */, &on, sizeof on);
  for (const char byte : post_echo) REQUIRE(client.send({&byte, 1}));
  CHECK(ends_with_body(client.answer(), "12345"));
}

TEST_CASE("session: HEAD is GET without the body", "[net]") {
  Server server(demo_router());
  RawClient client(server.port());
  REQUIRE(client.send("HEAD /hello HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"));
  const auto answer = client.rest();
  CHECK(status(answer) == 200);
  CHECK(has(answer, "Content-Length: 5\r\n"));
  CHECK(answer.ends_with("\r\n\r\n"));
}

TEST_CASE("session: refusals, and whether the connection goes on", "[net]") {
  struct Case {
    std::string name;
    std::string bytes;
    int status;
    bool kept;
  };
  const auto c = GENERATE(values<Case>({
      {"nothing there", "GET /no HTTP/1.1\r\nHost: h\r\n\r\n", 404, true},
      {"another method", "DELETE /hello HTTP/1.1\r\nHost: h\r\n\r\n", 405, true},
      {"a handler that throws", "GET /throws HTTP/1.1\r\nHost: h\r\n\r\n", 500, true},
      {"no such expectation", "GET /hello HTTP/1.1\r\nHost: h\r\nExpect: tea\r\n\r\n", 417, true},
      {"another type",
       "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Type: a/b\r\nContent-Length: "
       "2\r\n\r\nhi",
       415, false},
      {"too large",
       "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Type: text/plain\r\nContent-Length: "
       "65\r\n\r\n",
       413, false},
      {"too large in chunks",
       "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Type: text/plain\r\n"
       "Transfer-Encoding: chunked\r\n\r\n41\r\n",
       413, false},
      {"both lengths",
       "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n"
       "Transfer-Encoding: chunked\r\n\r\n",
       400, false},
      {"a wrong chunk",
       "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Type: text/plain\r\n"
       "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
       400, false},
      {"no Host", "GET /hello HTTP/1.1\r\n\r\n", 400, false},
      {"not HTTP", "\x16\x03\x01 hello\r\n\r\n", 400, false},
      {"a large header", "GET /hello HTTP/1.1\r\nHost: h\r\nX: " + std::string(17'000, 'x'), 431,
       false},
      {"close", "GET /hello HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", 200, false},
      {"HTTP/1.0", "GET /hello HTTP/1.0\r\n\r\n", 200, false},
  }));
  DYNAMIC_SECTION(c.name) {
    Server server(demo_router());
    RawClient client(server.port());
    REQUIRE(client.send(c.bytes));
    const auto answer = client.answer();
    CHECK(status(answer) == c.status);
    CHECK(has(answer, "X-Content-Type-Options: nosniff"));
    if (c.status >= 400) CHECK(has(answer, "Content-Type: application/problem+json"));
    // Told before the answer; a handler's own failure is its own to tell.
    CHECK(server.refused_requests().size() == (c.status >= 400 && c.status != 500 ? 1 : 0));
    CHECK(has(answer, "Connection: close") == !c.kept);
    if (c.kept) {
      REQUIRE(client.send(get_hello));
      CHECK(status(client.answer()) == 200);
    } else {
      CHECK(client.ended());
    }
  }
}

TEST_CASE("session: a body over the limit is refused before it is sent, and can still be read",
          "[net]") {
  Server server(demo_router());
  RawClient client(server.port());
  REQUIRE(client.send("POST /large HTTP/1.1\r\nHost: h\r\nContent-Length: 50000000\r\n\r\n"));
  CHECK(status(client.answer()) == 413);

  // One that sends on all the same finds the answer too, not a reset.
  RawClient stubborn(server.port());
  REQUIRE(stubborn.send("POST /large HTTP/1.1\r\nHost: h\r\nContent-Length: 3000000\r\n\r\n"));
  CHECK(stubborn.send(std::string(3'000'000, 'x')));
  CHECK(status(stubborn.answer()) == 413);
}

TEST_CASE("session: a body up to the limit is taken", "[net]") {
  Server server(demo_router());
  RawClient client(server.port());
  REQUIRE(client.send("POST /large HTTP/1.1\r\nHost: h\r\nContent-Length: 1048576\r\n\r\n"));
  REQUIRE(client.send(std::string(1'048'576, 'x')));
  CHECK(ends_with_body(client.answer(), "1048576"));
  REQUIRE(client.send("POST /large HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"));
  for (int i = 0; i < 16; ++i)
    REQUIRE(client.send("10000\r\n" + std::string(65'536, 'x') + "\r\n"));
  REQUIRE(client.send("0\r\n\r\n"));
  CHECK(ends_with_body(client.answer(), "1048576"));
}

TEST_CASE("session: a request that is cut off is told, an idle connection that ends is not",
          "[net]") {
  Server server(demo_router());
  {
    RawClient idle(server.port());
    REQUIRE(idle.send(get_hello));
    REQUIRE(status(idle.answer()) == 200);
  }
  CHECK(eventually([&] { return server.listener().connections() == 0; }));
  CHECK(server.refused_requests().empty());
  for (const auto& part : {post_echo.substr(0, post_echo.size() - 2), post_echo.substr(0, 30)}) {
    const auto before = server.refused_requests().size();
    {
      RawClient client(server.port());
      REQUIRE(client.send(part));
    }
    REQUIRE(eventually([&] { return server.refused_requests().size() == before + 1; }));
    CHECK(server.refused_requests().back().first == "cut-off");
  }
}

TEST_CASE("session: 100-continue is answered, unless the body would be refused", "[net]") {
  Server server(demo_router());
  const std::string head =
      "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Type: text/plain\r\nExpect: 100-continue\r\n";
  RawClient client(server.port());
  REQUIRE(client.send(head + "Content-Length: 5\r\n\r\n"));
  CHECK(client.answer() == "HTTP/1.1 100 Continue\r\n\r\n");
  REQUIRE(client.send("12345"));
  CHECK(ends_with_body(client.answer(), "12345"));
  REQUIRE(client.send(head + "Content-Length: 65\r\n\r\n"));
  CHECK(status(client.answer()) == 413);
}

TEST_CASE("session: slow and silent connections are ended", "[net]") {
  net::SessionLimits limits;
  limits.idle_ms = 300ms;
  limits.request_ms = 150ms;
  auto server = std::make_unique<Server>(demo_router(), Server::Options{std::nullopt, limits, 1});
  struct Case {
    std::string name;
    std::string bytes;
  };
  const auto c = GENERATE(values<Case>({
      {"says nothing", ""},
      {"half a header", "GET /hello HTTP/1.1\r\nHost: h\r\n"},
      {"half a body", "POST /large HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n1234"},
  }));
  DYNAMIC_SECTION(c.name) {
    RawClient client(server->port());
    REQUIRE(client.send(c.bytes));
    CHECK(client.ended());
  }
  SECTION("a drop at a time does not help") {
    RawClient client(server->port());
    const auto start = std::chrono::steady_clock::now();
    while (client.send("x") && std::chrono::steady_clock::now() - start < 5s) {
      std::this_thread::sleep_for(10ms);
    }
    CHECK(std::chrono::steady_clock::now() - start < 4s);
  }
  SECTION("after an answer") {
    RawClient client(server->port());
    REQUIRE(client.send(get_hello));
    CHECK(status(client.answer()) == 200);
    CHECK(client.ended());
  }
}

TEST_CASE("session: one that does not read its answer is ended", "[net]") {
  auto router = std::make_shared<net::Router>();
  router->add("GET", "/", [](net::Request) -> Task<net::Response> {
    net::Response response;
    response.body.assign(32'000'000, 'x');
    co_return response;
  });
  net::SessionLimits limits;
  limits.write_ms = 100ms;
  Server server(router, {std::nullopt, limits, 1});
  RawClient client(server.port());
  REQUIRE(client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
  CHECK(eventually([&] { return server.listener().connections() == 1; }));
  CHECK(eventually([&] { return server.listener().connections() == 0; }));
}

TEST_CASE("session: noise ends, and the server goes on", "[net]") {
  Server server(demo_router());
  std::mt19937 random(2);  // NOLINT(cert-msc*): the same noise every time
  for (int round = 0; round < 50; ++round) {
    RawClient client(server.port());
    std::string bytes(random() % 2'000, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    client.send(bytes);
    ::shutdown(client.descriptor(), SHUT_WR);
    client.rest();
  }
  CHECK(eventually([&] { return server.listener().connections() == 0; }));
  RawClient client(server.port());
  REQUIRE(client.send(get_hello));
  CHECK(status(client.answer()) == 200);
}

TEST_CASE("session: a header that a handler breaks is a 500", "[net]") {
  auto router = std::make_shared<net::Router>();
  router->add("GET", "/", [](net::Request) -> Task<net::Response> {
    net::Response response;
    response.set_header("X", "a\r\nY: b");
    co_return response;
  });
  Server server(router);
  RawClient client(server.port());
  REQUIRE(client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
  const auto answer = client.answer();
  CHECK(status(answer) == 500);
  CHECK_FALSE(has(answer, "Y: b"));
}

}  // namespace
}  // namespace sluis::test
