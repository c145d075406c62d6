#include "gateway/net/listener.hpp"

#include <atomic>
#include <catch2/catch.hpp>

#include "tests/gateway/net/net_fixture.hpp"

namespace sluis::test {
namespace {

const std::string get_hello = "GET /hello HTTP/1.1\r\nHost: h\r\n\r\n";

/// GET /slow answers once `release()` was called.
struct SlowRoute {
  SlowRoute() {
    router->add("GET", "/slow", [this](net::Request) -> Task<net::Response> {
      ++inside;
      net::Timer timer(co_await asio::this_coro::executor);
      while (!released) {
        timer.expires_after(2ms);
        co_await timer.async_wait(gateway::use_task);
      }
      net::Response response;
      response.body = "done";
      co_return response;
    });
  }
  std::shared_ptr<net::Router> router = demo_router();
  std::atomic<int> inside = 0;
  std::atomic<bool> released = false;
};

TEST_CASE("Listener: says which address it cannot have, and what to do", "[net]") {
  asio::io_context context(1);
  net::Listener first(context, "127.0.0.1:0", std::nullopt, demo_router());
  REQUIRE(first.open());
  const auto taken = "127.0.0.1:" + std::to_string(first.port());
  net::Listener second(context, taken, std::nullopt, demo_router());
  const auto in_use = second.open();
  REQUIRE_FALSE(in_use);
  CHECK(in_use.failure().code == Code::unavailable);
  CHECK(in_use.failure().detail.find(taken) != std::string::npos);
  CHECK(in_use.failure().detail.find("choose another address") != std::string::npos);

  const auto address =
      GENERATE(as<std::string>{}, "", "127.0.0.1", "localhost:80", "127.0.0.1:", "127.0.0.1:65536",
               "127.0.0.1:8x", "::1:80", "[127.0.0.1]:80");
  net::Listener malformed(context, address, std::nullopt, demo_router());
  const auto refused = malformed.open();
  REQUIRE_FALSE(refused);
  CHECK(refused.failure().code == Code::invalid);
}

TEST_CASE("Listener: an address of another machine is unavailable", "[net]") {
  asio::io_context context(1);
  net::Listener listener(context, "192.0.2.1:8443", std::nullopt, demo_router());
  const auto opened = listener.open();
  REQUIRE_FALSE(opened);
  CHECK(opened.failure().code == Code::unavailable);
}

TEST_CASE("Listener: drain waits for the answer under way and ends what is idle", "[net]") {
  SlowRoute slow;
  Server server(slow.router);
  RawClient idle(server.port());
  REQUIRE(idle.send(get_hello));
  CHECK(idle.answer().starts_with("HTTP/1.1 200"));
  RawClient silent(server.port());
  RawClient busy(server.port());
  REQUIRE(busy.send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n"));
  REQUIRE(eventually([&] { return slow.inside == 1; }));

  std::atomic<bool> drained = false;
  bool clean = false;
  std::thread drainer([&] {
    clean = server.drain(10s);
    drained = true;
  });
  CHECK(idle.ended());
  CHECK(silent.ended());
  CHECK_FALSE(drained);
  slow.released = true;
  const auto answer = busy.answer();
  CHECK(answer.ends_with("done"));
  CHECK(answer.find("Connection: close") != std::string::npos);
  CHECK(busy.ended());
  drainer.join();
  CHECK(clean);
  CHECK(server.listener().connections() == 0);
}

TEST_CASE("Listener: drain lets a request that is arriving arrive", "[net]") {
  Server server(demo_router());
  RawClient client(server.port());
  REQUIRE(client.send(get_hello));
  CHECK(client.answer().starts_with("HTTP/1.1 200"));
  REQUIRE(
      client.send("POST /large HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nExpect: "
                  "100-continue\r\n\r\n"));
  CHECK(client.answer().starts_with("HTTP/1.1 100"));
  std::thread drainer([&] { CHECK(server.drain(10s)); });
  REQUIRE(client.send("1234"));
  CHECK(client.answer().starts_with("HTTP/1.1 200"));
  CHECK(client.ended());
  drainer.join();
}

TEST_CASE("Listener: at the deadline what remains is closed, and said", "[net]") {
  SlowRoute slow;
  Server server(slow.router);
  RawClient busy(server.port());
  REQUIRE(busy.send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n"));
  REQUIRE(eventually([&] { return slow.inside == 1; }));
  CHECK_FALSE(server.drain(20ms));
  CHECK(busy.ended());
  slow.released = true;
  CHECK(server.drain(5s));
}

TEST_CASE("Listener: after stop_accepting nobody new comes in", "[net]") {
  Server server(demo_router());
  RawClient before(server.port());
  REQUIRE(before.send(get_hello));
  CHECK(before.answer().starts_with("HTTP/1.1 200"));
  server.listener().stop_accepting();
  const auto origin = net::Origin::parse(server.url());
  REQUIRE(origin);
  CHECK(eventually([&] {
    asio::io_context context(1);
    net::HttpClient client(context, *origin, std::nullopt);
    net::ClientRequest request;
    request.target = "/hello";
    auto answer = run(context, client.send(std::move(request)));
    return !answer && answer.failure().detail.starts_with("connection refused by 127.0.0.1:");
  }));
  REQUIRE(before.send(get_hello));
  CHECK(before.answer().starts_with("HTTP/1.1 200"));
}

TEST_CASE("Listener: connections over the limit are closed, and there is room again", "[net]") {
  net::SessionLimits limits;
  limits.connections = 2;
  Server server(demo_router(), {std::nullopt, limits, 1});
  auto first = std::make_unique<RawClient>(server.port());
  RawClient second(server.port());
  REQUIRE(first->send(get_hello));
  CHECK(first->answer().starts_with("HTTP/1.1 200"));
  REQUIRE(second.send(get_hello));
  CHECK(second.answer().starts_with("HTTP/1.1 200"));
  RawClient third(server.port());
  CHECK(third.ended());
  first.reset();
  CHECK(eventually([&] { return server.listener().connections() == 1; }));
  RawClient fourth(server.port());
  REQUIRE(fourth.send(get_hello));
  CHECK(fourth.answer().starts_with("HTTP/1.1 200"));
}

TEST_CASE("Listener: several io_contexts share one port", "[net]") {
  Server server(demo_router(), {std::nullopt, {}, 3});
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 30; ++i) clients.push_back(std::make_unique<RawClient>(server.port()));
  for (auto& client : clients) REQUIRE(client->send(get_hello));
  for (auto& client : clients) CHECK(client->answer().starts_with("HTTP/1.1 200"));
  CHECK(server.listener().connections() == 30);
  CHECK(server.drain(5s));
  CHECK(server.listener().connections() == 0);
}

TEST_CASE("Listener: an io_context that ends takes its connections with it", "[net]") {
  auto context = std::make_unique<asio::io_context>(1);
  auto listener =
      std::make_unique<net::Listener>(*context, "127.0.0.1:0", std::nullopt, demo_router());
  REQUIRE(listener->open());
  listener->start();
  RawClient client(listener->port());
  REQUIRE(client.send("GET /hello HTTP/1.1\r\n"));
  context->run_for(50ms);
  CHECK(listener->connections() == 1);
  listener.reset();
  CHECK_NOTHROW(context.reset());
  CHECK(client.ended());
}

}  // namespace
}  // namespace sluis::test
