#include "gateway/net/client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <catch2/catch.hpp>

#include "gateway/net/blocking.hpp"
#include "tests/gateway/net/net_fixture.hpp"

namespace sluis::test {
namespace {

/// A server that says, for each connection in turn, what the test wrote down: one string for each
/// read; then it closes.
class ScriptedServer {
 public:
  explicit ScriptedServer(std::vector<std::vector<std::string>> script)
      : listening_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(::bind(listening_, reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(::listen(listening_, 16) == 0);
    ::getsockname(listening_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, script = std::move(script)] {
      for (const auto& answers : script) {
        const int connection = ::accept(listening_, nullptr, nullptr);
        if (connection < 0) return;
        ++connections;
        for (const std::string& answer : answers) {
          std::array<char, 65'536> request{};
          if (::recv(connection, request.data(), request.size(), 0) <= 0) break;
          ++requests;
          ::send(connection, answer.data(), answer.size(), MSG_NOSIGNAL);
        }
        ::close(connection);
        ++closed;
      }
    });
  }
  ~ScriptedServer() {
    ::shutdown(listening_, SHUT_RDWR);
    thread_.join();
    ::close(listening_);
  }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

  std::atomic<int> connections = 0;
  std::atomic<int> requests = 0;
  std::atomic<int> closed = 0;

 private:
  int listening_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

net::Origin origin(const std::string& url) {
  const auto parsed = net::Origin::parse(url);
  REQUIRE(parsed);
  return *parsed;
}

net::ClientRequest get(std::string target, bool idempotent = false) {
  net::ClientRequest request;
  request.target = std::move(target);
  request.idempotent = idempotent;
  return request;
}

TEST_CASE("HttpClient: connections are kept and used again", "[net]") {
  Server server(demo_router());
  asio::io_context context(1);
  net::HttpClient client(context, origin(server.url()), std::nullopt);
  for (int i = 0; i < 5; ++i) {
    const auto answer = run(context, client.send(get("/hello")));
    REQUIRE(answer);
    CHECK(answer->body == "hello");
  }
  CHECK(server.listener().connections() == 1);
  net::ClientRequest post;
  post.method = "POST";
  post.target = "/echo";
  post.body = "payload";
  post.content_type = "text/plain";
  CHECK(run(context, client.send(std::move(post)))->body == "payload");
  net::ClientRequest head = get("/hello");
  head.method = "HEAD";
  CHECK(run(context, client.send(std::move(head)))->body.empty());
  CHECK(run(context, client.send(get("/nothing")))->status == 404);
  CHECK(server.listener().connections() == 1);
}

/// GET /item/{i} for every i at once; gives how many had their own answer.
Task<int> many_at_once(asio::io_context& context, net::HttpClient& client, int count) {
  int right = 0;
  int done = 0;
  auto one = [&](int i) -> Task<void> {
    const auto answer = co_await client.send(get("/v1/items/" + std::to_string(i)));
    if (answer && answer->body == std::to_string(i)) ++right;
    ++done;
  };
  for (int i = 0; i < count; ++i) {
    asio::co_spawn(context.get_executor(), one(i), [](std::exception_ptr) {});
  }
  net::Timer timer(context.get_executor());
  while (done < count) {
    timer.expires_after(1ms);
    co_await timer.async_wait(gateway::use_task);
  }
  co_return right;
}

TEST_CASE("HttpClient: 64 requests in flight, over 8 connections and over 64", "[net]") {
  Server server(demo_router(), {std::nullopt, {}, 2});
  asio::io_context context(1);
  net::ClientLimits limits;
  limits.connections = GENERATE(1U, 8U, 64U);
  net::HttpClient client(context, origin(server.url()), std::nullopt, limits);
  CHECK(run(context, many_at_once(context, client, 64)) == 64);
  CHECK(server.listener().connections() <= limits.connections);
  CHECK(run(context, many_at_once(context, client, 640)) == 640);
  CHECK(server.listener().connections() <= limits.connections);
}

TEST_CASE("HttpClient: 64 in flight over mutual TLS", "[net]") {
  TemporaryFolder folder;
  Authority region(folder, "region");
  const auto zvh = region.issue(oin_zvh);
  const auto ggz = region.issue(oin_ggz);
  auto server_tls =
      net::ServerTls::load({zvh.certificate, zvh.key, region.file()}, net::ClientCert::required);
  REQUIRE(server_tls);
  auto client_tls = net::ClientTls::load({region.file(), ggz.certificate, ggz.key});
  REQUIRE(client_tls);
  // Not about time: 64 handshakes at once take long on a busy machine.
  net::SessionLimits patient;
  patient.handshake_ms = 60s;
  Server server(demo_router(), {*server_tls, patient, 2});
  asio::io_context context(1);
  net::ClientLimits limits;
  limits.connections = 64;
  limits.connect_ms = 60s;
  limits.request_ms = 60s;
  net::HttpClient client(context, origin(server.url()), client_tls->expecting(oin_zvh), limits);
  CHECK(run(context, many_at_once(context, client, 64)) == 64);
  CHECK(run(context, many_at_once(context, client, 640)) == 640);
  CHECK(server.refused().empty());
}

TEST_CASE("HttpClient: a kept connection that has ended is noticed or tried once more", "[net]") {
  SECTION("noticed: any request goes over a fresh one") {
    ScriptedServer server({{ok}, {ok}});
    asio::io_context context(1);
    net::HttpClient client(context, origin(server.url()), std::nullopt);
    REQUIRE(run(context, client.send(get("/"))));
    REQUIRE(eventually([&] { return server.closed == 1; }));
    CHECK(run(context, client.send(get("/"))));
    CHECK(server.connections == 2);
  }
  SECTION("unnoticed, idempotent: once more, on a fresh one") {
    ScriptedServer server({{ok, ""}, {ok}});
    asio::io_context context(1);
    net::HttpClient client(context, origin(server.url()), std::nullopt);
    REQUIRE(run(context, client.send(get("/"))));
    const auto again = run(context, client.send(get("/", true)));
    REQUIRE(again);
    CHECK(again->body == "ok");
    CHECK(server.requests == 3);
  }
  SECTION("unnoticed, not idempotent: it fails") {
    ScriptedServer server({{ok, ""}, {ok}});
    asio::io_context context(1);
    net::HttpClient client(context, origin(server.url()), std::nullopt);
    REQUIRE(run(context, client.send(get("/"))));
    const auto again = run(context, client.send(get("/")));
    REQUIRE_FALSE(again);
    CHECK(again.failure().detail.find("ended the connection") != std::string::npos);
    CHECK(server.requests == 2);
  }
  SECTION("a fresh connection that ends is not tried again") {
    ScriptedServer server({{""}, {ok}});
    asio::io_context context(1);
    net::HttpClient client(context, origin(server.url()), std::nullopt);
    CHECK_FALSE(run(context, client.send(get("/", true))));
    CHECK(server.requests == 1);
  }
  SECTION("an answer that began is not tried again") {
    ScriptedServer server({{ok, "HTTP/1.1 200 OK\r\n"}, {ok}});
    asio::io_context context(1);
    net::HttpClient client(context, origin(server.url()), std::nullopt);
    REQUIRE(run(context, client.send(get("/"))));
    CHECK_FALSE(run(context, client.send(get("/", true))));
    CHECK(server.requests == 2);
  }
}

TEST_CASE("HttpClient: what went wrong is said", "[net]") {
  struct Case {
    std::string name;
    std::string answer;
    std::string words;
  };
  const auto c = GENERATE(values<Case>({
      {"not HTTP", "SSH-2.0-x\r\n\r\n", "is not whole HTTP/1.1"},
      {"half an answer", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", "is not whole"},
      {"too large", "HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n", "is over 1000 bytes"},
      {"nothing", "", "ended the connection"},
  }));
  DYNAMIC_SECTION(c.name) {
    ScriptedServer server({{c.answer}});
    net::ClientLimits limits;
    limits.response_bytes = 1'000;
    const auto answer = net::fetch(origin(server.url()), std::nullopt, get("/"), limits);
    REQUIRE_FALSE(answer);
    CHECK(answer.failure().code == Code::unavailable);
    CHECK(answer.failure().detail.find(c.words) != std::string::npos);
    CHECK(answer.failure().detail.find("127.0.0.1:") != std::string::npos);
  }
}

TEST_CASE("HttpClient: nobody there, no such name, no TLS settings", "[net]") {
  std::uint16_t free_port = 0;
  {
    asio::io_context context(1);
    net::Listener listener(context, "127.0.0.1:0", std::nullopt, demo_router());
    REQUIRE(listener.open());
    free_port = listener.port();
  }
  const auto nobody = "127.0.0.1:" + std::to_string(free_port);
  const auto refused = net::fetch(origin("http://" + nobody), std::nullopt, get("/"));
  REQUIRE_FALSE(refused);
  CHECK(refused.failure().detail == "connection refused by " + nobody);

  Server server(demo_router());
  const auto no_settings = net::fetch(origin("https://127.0.0.1:" + std::to_string(server.port())),
                                      std::nullopt, get("/"));
  REQUIRE_FALSE(no_settings);
  CHECK(no_settings.failure().detail.starts_with("no TLS settings"));

  CHECK_FALSE(net::fetch(origin("http://no-such-host.invalid"), std::nullopt, get("/")));
}

/// A router whose GET /never takes longer than anyone here waits.
std::shared_ptr<net::Router> never() {
  auto router = demo_router();
  router->add("GET", "/never", [](net::Request) -> Task<net::Response> {
    net::Timer timer(co_await asio::this_coro::executor, 500ms);
    co_await timer.async_wait(gateway::use_task);
    co_return net::Response{};
  });
  return router;
}

TEST_CASE("HttpClient: an answer that does not come in time", "[net]") {
  Server server(never());
  net::ClientLimits limits;
  limits.request_ms = 50ms;
  limits.connections = 1;
  asio::io_context context(1);
  net::HttpClient client(context, origin(server.url()), std::nullopt, limits);
  const auto late = run(context, client.send(get("/never", true)));
  REQUIRE_FALSE(late);
  CHECK(late.failure().detail ==
        "no answer from 127.0.0.1:" + std::to_string(server.port()) + " in time");
  // The place that it held is free again.
  CHECK(run(context, client.send(get("/hello"))));
}

TEST_CASE("HttpClient: who waits for a connection waits in order, and not for ever", "[net]") {
  Server server(never());
  net::ClientLimits limits;
  limits.request_ms = 100ms;
  limits.connections = 1;
  limits.waiting = 2;
  asio::io_context context(1);
  net::HttpClient client(context, origin(server.url()), std::nullopt, limits);
  std::vector<std::string> ended;
  auto one = [&](std::string name, std::string target) -> Task<void> {
    const auto answer = co_await client.send(get(std::move(target)));
    ended.push_back(name + ": " + (answer ? "answered" : answer.failure().detail));
  };
  const auto spawn = [&](std::string name, std::string target) {
    asio::co_spawn(context.get_executor(), one(std::move(name), std::move(target)),
                   [](std::exception_ptr) {});
  };
  spawn("first", "/never");
  spawn("second", "/hello");
  spawn("third", "/hello");
  spawn("fourth", "/hello");
  while (ended.size() < 4) context.run_one_for(1s);
  CHECK(ended[0].starts_with("fourth: 2 requests wait already for"));
  std::sort(ended.begin() + 1, ended.end());
  CHECK(ended[1].starts_with("first: no answer from"));
  CHECK(ended[2].starts_with("second: "));
  CHECK(ended[3].starts_with("third: "));
}

TEST_CASE("HttpClient: close ends what is under way and everything after", "[net]") {
  Server server(never());
  asio::io_context context(1);
  net::ClientLimits limits;
  limits.connections = 1;
  net::HttpClient client(context, origin(server.url()), std::nullopt, limits);
  std::vector<std::string> ended;
  auto one = [&](std::string target) -> Task<void> {
    const auto answer = co_await client.send(get(std::move(target), true));
    ended.push_back(answer ? "answered" : answer.failure().detail);
  };
  asio::co_spawn(context.get_executor(), one("/never"), [](std::exception_ptr) {});
  asio::co_spawn(context.get_executor(), one("/hello"), [](std::exception_ptr) {});
  context.run_for(30ms);
  CHECK(ended.empty());
  client.close();
  while (ended.size() < 2) REQUIRE(context.run_one_for(1s) > 0);
  for (const auto& end : ended) CHECK(end.find("closed") != std::string::npos);
  CHECK_FALSE(run(context, client.send(get("/hello"))));
  CHECK(eventually([&] { return server.listener().connections() == 0; }));
}

TEST_CASE("HttpClient: a request outlives its client, and fails", "[net]") {
  Server server(never());
  asio::io_context context(1);
  auto client = std::make_unique<net::HttpClient>(context, origin(server.url()), std::nullopt);
  auto sent = client->send(get("/never"));
  client.reset();
  CHECK_FALSE(run(context, std::move(sent)));
}

TEST_CASE("HttpClient: early refusal of a large body is read", "[net]") {
  Server server(demo_router());
  net::ClientRequest request;
  request.method = "POST";
  request.target = "/large";
  request.body.assign(20'000'000, 'x');
  const auto answer = net::fetch(origin(server.url()), std::nullopt, std::move(request));
  REQUIRE(answer);
  CHECK(answer->status == 413);
}

TEST_CASE("HttpClient: a request that is not one is our own bug", "[net]") {
  Server server(demo_router());
  CHECK_THROWS_AS(net::fetch(origin(server.url()), std::nullopt, get("/a b")),
                  std::invalid_argument);
}

TEST_CASE("BlockingClient: its connection is kept between requests", "[net]") {
  Server server(demo_router());
  net::BlockingClient client(origin(server.url()), std::nullopt);
  for (int i = 0; i < 3; ++i) {
    const auto answer = client.send(get("/hello"));
    REQUIRE(answer);
    CHECK(answer->body == "hello");
  }
  CHECK(server.listener().connections() == 1);
}

}  // namespace
}  // namespace sluis::test
