// Who is let in, who is refused, and how it is told.
#include "gateway/net/tls.hpp"

#include <openssl/err.h>

#include <catch2/catch.hpp>

#include "gateway/net/blocking.hpp"
#include "gateway/net/tls_context.hpp"
#include "tests/gateway/net/net_fixture.hpp"

namespace sluis::test {
namespace {

using net::ClientCert;

/// The certificate that a client shows.
enum class Own { right, none, of_a_stranger, expired, without_oin };

/// A region's authority, another one, and zvh's server.
struct World {
  TemporaryFolder folder;
  Authority region{folder, "region"};
  Authority stranger{folder, "stranger"};
  Authority::Pair zvh = region.issue(oin_zvh);

  net::ServerTls server_tls(ClientCert asked) {
    auto loaded = net::ServerTls::load({zvh.certificate, zvh.key, region.file()}, asked);
    REQUIRE(loaded);
    return *loaded;
  }
  std::optional<Authority::Pair> own(Own kind) {
    switch (kind) {
      case Own::none:
        return std::nullopt;
      case Own::of_a_stranger:
        return stranger.issue(oin_ggz);
      case Own::expired:
        return region.issue(oin_ggz, expired_yesterday());
      case Own::without_oin:
        return region.issue("");
      default:
        return region.issue(oin_ggz);
    }
  }
  std::unique_ptr<Server> server(ClientCert asked) { return serve(server_tls(asked)); }
  static std::unique_ptr<Server> serve(net::ServerTls tls) {
    return std::make_unique<Server>(demo_router(), Server::Options{std::move(tls), {}, 1});
  }
  net::ClientTls client(const std::optional<Authority::Pair>& own) {
    net::ClientTlsFiles files{region.file(), std::nullopt, std::nullopt};
    if (own) {
      files.certificate = own->certificate;
      files.key = own->key;
    }
    auto loaded = net::ClientTls::load(files);
    REQUIRE(loaded);
    return *loaded;
  }
};

config::Result<net::ClientResponse> whoami(const std::string& url, const net::ClientTls& tls) {
  net::ClientRequest request;
  request.target = "/whoami";
  const auto origin = net::Origin::parse(url);
  REQUIRE(origin);
  return net::fetch(*origin, tls, std::move(request));
}

/// The last word of a TLS handshake done with OpenSSL alone: its alert, or empty.
std::string alert_of(std::uint16_t port, int max_version,
                     const std::optional<Authority::Pair>& own) {
  const net::ContextPtr context(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_max_proto_version(context.get(), max_version);
  if (own) {
    REQUIRE(SSL_CTX_use_certificate_chain_file(context.get(), own->certificate.c_str()) == 1);
    REQUIRE(SSL_CTX_use_PrivateKey_file(context.get(), own->key.c_str(), SSL_FILETYPE_PEM) == 1);
  }
  RawClient raw(port);
  const std::unique_ptr<SSL, net::OpensslFree<SSL_free>> ssl(SSL_new(context.get()));
  SSL_set_fd(ssl.get(), raw.descriptor());
  ERR_clear_error();
  char byte = 0;
  if (SSL_connect(ssl.get()) == 1) SSL_read(ssl.get(), &byte, 1);
  const int reason = ERR_GET_REASON(ERR_get_error());
  ERR_clear_error();
  if (reason < SSL_AD_REASON_OFFSET) return "";
  return SSL_alert_desc_string_long(reason - SSL_AD_REASON_OFFSET);
}

TEST_CASE("TLS: a partner's OIN is seen by the handler", "[net]") {
  World world;
  auto server = world.server(ClientCert::required);
  const auto answer = whoami(server->url(), world.client(world.region.issue(oin_ggz)));
  REQUIRE(answer);
  CHECK(answer->status == 200);
  CHECK(answer->body == std::string(oin_ggz) + ",,127.0.0.1");
  REQUIRE(answer->header("Strict-Transport-Security") != nullptr);
  CHECK(server->refused().empty());
}

TEST_CASE("TLS: a required certificate that is not usable is refused by TLS itself", "[net]") {
  World world;
  auto server = world.server(ClientCert::required);
  struct Case {
    Own own;
    std::string reason;
    std::string alert;
  };
  const auto c = GENERATE(values<Case>({
      {Own::none, "certificate-required", "certificate required"},
      {Own::of_a_stranger, "certificate-unknown-authority", "unknown CA"},
      {Own::expired, "certificate-expired", "certificate expired"},
  }));
  DYNAMIC_SECTION(c.reason) {
    const auto own = world.own(c.own);
    const auto refused = whoami(server->url(), world.client(own));
    REQUIRE_FALSE(refused);
    CHECK(refused.failure().code == Code::unavailable);
    CHECK(refused.failure().detail.find("refused our certificate") != std::string::npos);
    CHECK(eventually([&] { return server->refused().size() == 1; }));
    CHECK(server->refused().front() == std::pair<std::string, std::string>(c.reason, "127.0.0.1"));
    const auto alert = alert_of(server->port(), TLS1_3_VERSION, own);
    CHECK((alert == c.alert || (c.alert == "certificate required" && alert == "unknown")));
  }
}

TEST_CASE("TLS: an authority with the same name and another key is unknown", "[net]") {
  World world;
  TemporaryFolder elsewhere;
  Authority impostor(elsewhere, "region");
  auto server = world.server(ClientCert::required);
  CHECK_FALSE(whoami(server->url(), world.client(impostor.issue(oin_ggz))));
  CHECK(eventually([&] { return server->refused().size() == 1; }));
  CHECK(server->refused().front().first == "certificate-unknown-authority");
}

TEST_CASE("TLS: 1.3 or nothing", "[net]") {
  World world;
  auto server = world.server(ClientCert::required);
  CHECK(alert_of(server->port(), TLS1_2_VERSION, std::nullopt) == "protocol version");
  CHECK(eventually([&] { return server->refused().size() == 1; }));
  CHECK(server->refused().back().first == "tls-protocol");
  RawClient plain(server->port());
  REQUIRE(plain.send("GET /hello HTTP/1.1\r\nHost: h\r\n\r\n"));
  CHECK(plain.rest().find("HTTP/1.1") == std::string::npos);
  CHECK(eventually([&] { return server->refused().size() == 2; }));
  CHECK(server->refused().back().first == "tls-protocol");
}

TEST_CASE("TLS: a client that leaves is no refusal", "[net]") {
  World world;
  auto server = world.server(ClientCert::required);
  { RawClient client(server->port()); }
  {
    RawClient client(server->port());
    client.send("\x16\x03\x01");
  }
  CHECK(eventually([&] { return server->listener().connections() == 0; }));
  CHECK(server->refused().empty());
}

TEST_CASE("TLS: an optional certificate that is not usable is said to the handler", "[net]") {
  World world;
  auto server = world.server(ClientCert::optional);
  struct Case {
    Own own;
    std::string answer;
  };
  const auto c = GENERATE(values<Case>({
      {Own::right, std::string(oin_ggz) + ","},
      {Own::none, "nobody,certificate-required"},
      {Own::of_a_stranger, "nobody,certificate-unknown-authority"},
      {Own::expired, "nobody,certificate-expired"},
      {Own::without_oin, "nobody,certificate-without-oin"},
  }));
  DYNAMIC_SECTION(c.answer) {
    const auto tls = world.client(world.own(c.own));
    // The second one would be a resumed session, if there were one to resume.
    for (int i = 0; i < 2; ++i) {
      const auto answer = whoami(server->url(), tls);
      REQUIRE(answer);
      CHECK(answer->body == c.answer + ",127.0.0.1");
    }
    CHECK(server->refused().empty());
  }
}

TEST_CASE("TLS: without a client certificate asked for, none is missed", "[net]") {
  World world;
  auto server = world.server(ClientCert::none);
  const auto answer = whoami(server->url(), world.client(std::nullopt));
  REQUIRE(answer);
  CHECK(answer->body == "nobody,,127.0.0.1");
}

TEST_CASE("TLS: the client refuses a server that is not the one it wants", "[net]") {
  World world;
  const auto ggz = world.client(world.region.issue(oin_ggz));
  SECTION("the right one") {
    auto server = world.server(ClientCert::required);
    CHECK(whoami(server->url(), ggz.expecting(oin_zvh)));
    const auto by_name = "https://localhost:" + std::to_string(server->port());
    CHECK(whoami(by_name, ggz.expecting(oin_zvh)));
  }
  SECTION("another OIN") {
    auto server = world.server(ClientCert::required);
    const auto refused = whoami(server->url(), ggz.expecting(oin_ggz));
    REQUIRE_FALSE(refused);
    CHECK(refused.failure().detail ==
          "the certificate of 127.0.0.1:" + std::to_string(server->port()) + " does not bear OIN " +
              oin_ggz);
  }
  SECTION("another authority, another host, or expired") {
    struct Case {
      Authority::Pair server;
      std::string words;
    };
    const Case cases[] = {
        {world.stranger.issue(oin_zvh), "unable to get local issuer certificate"},
        {world.region.issue(oin_zvh, valid_now(), {"DNS:elsewhere"}), "IP address mismatch"},
        {world.region.issue(oin_zvh, expired_yesterday()), "certificate has expired"},
    };
    for (const Case& c : cases) {
      INFO(c.words);
      auto tls = net::ServerTls::load({c.server.certificate, c.server.key, world.region.file()},
                                      ClientCert::required);
      REQUIRE(tls);
      auto server = World::serve(*tls);
      const auto refused = whoami(server->url(), ggz);
      REQUIRE_FALSE(refused);
      CHECK(refused.failure().code == Code::unavailable);
      CHECK(refused.failure().detail.find(c.words) != std::string::npos);
    }
  }
  SECTION("plain HTTP") {
    Server server(demo_router());
    const auto refused = whoami("https://127.0.0.1:" + std::to_string(server.port()), ggz);
    REQUIRE_FALSE(refused);
    CHECK(refused.failure().detail.starts_with("no TLS with 127.0.0.1:"));
  }
}

/// How many of the connections so far resumed a session.
int resumed(const net::ServerTls& tls) {
  return static_cast<int>(SSL_CTX_sess_hits(tls.context()->asio().native_handle()));
}

TEST_CASE("TLS: sessions are resumed, with the same OIN, until they are dropped", "[net]") {
  World world;
  auto tls = world.server_tls(ClientCert::required);
  Server server(demo_router(), Server::Options{tls, {}, 1});
  const auto origin = net::Origin::parse(server.url());
  REQUIRE(origin);
  asio::io_context context(1);
  net::ClientLimits limits;
  limits.idle_ms = 1ms;
  net::HttpClient client(context, *origin,
                         world.client(world.region.issue(oin_ggz)).expecting(oin_zvh), limits);
  const auto ask = [&] {
    net::ClientRequest request;
    request.target = "/whoami";
    request.headers = {{"Connection", "close"}};
    auto answer = run(context, client.send(std::move(request)));
    REQUIRE(answer);
    CHECK(answer->body == std::string(oin_ggz) + ",,127.0.0.1");
  };
  ask();
  CHECK(resumed(tls) == 0);
  ask();
  ask();
  CHECK(resumed(tls) == 2);
  tls.drop_sessions(oin_zvh);
  ask();
  CHECK(resumed(tls) == 3);
  tls.drop_sessions(oin_ggz);
  CHECK(tls.context()->sessions().size() == 0);
  ask();
  CHECK(resumed(tls) == 3);

  // After a reload with another authority nothing of before is of use.
  REQUIRE(tls.reload({world.zvh.certificate, world.zvh.key, world.stranger.file()}));
  net::ClientRequest request;
  request.target = "/whoami";
  request.headers = {{"Connection", "close"}};
  CHECK_FALSE(run(context, client.send(std::move(request))));
}

TEST_CASE("TLS: the sessions that are kept are bounded, the oldest goes", "[net]") {
  net::SessionCache cache(2);
  const net::ContextPtr context(SSL_CTX_new(TLS_server_method()));
  cache.attach(context.get());
  CHECK(cache.size() == 0);
  World world;
  auto tls = world.server_tls(ClientCert::none);
  Server server(demo_router(), Server::Options{tls, {}, 1});
  const auto client = world.client(std::nullopt);
  for (int i = 0; i < 5; ++i) REQUIRE(whoami(server.url(), client));
  CHECK(tls.context()->sessions().size() == 5);
}

TEST_CASE("TLS: a certificate that ends while its connection lives ends it", "[net]") {
  World world;
  auto server = world.server(ClientCert::required);
  const auto now = std::chrono::system_clock::now();
  const auto brief = world.region.issue(oin_ggz, {now - 1h, now + 2s});
  const auto origin = net::Origin::parse(server->url());
  REQUIRE(origin);
  asio::io_context context(1);
  net::HttpClient client(context, *origin, world.client(brief));
  CHECK(eventually([&] {
    net::ClientRequest request;
    request.target = "/whoami";
    return !run(context, client.send(std::move(request)));
  }));
  CHECK(eventually([&] { return !server->refused().empty(); }));
  CHECK(server->refused().front().first == "certificate-expired");
}

TEST_CASE("TLS: files that do not fit are named", "[net]") {
  World world;
  const auto other = world.region.issue(oin_ggz);
  const auto missing = world.folder / "missing.pem";
  struct Case {
    net::TlsFiles files;
    std::string named;
  };
  const Case cases[] = {
      {{missing, world.zvh.key, world.region.file()}, "missing.pem"},
      {{world.zvh.certificate, missing, world.region.file()}, "missing.pem"},
      {{world.zvh.certificate, world.zvh.key, missing}, "missing.pem"},
      {{world.zvh.certificate, other.key, world.region.file()}, other.key.filename()},
      {{world.zvh.certificate, world.zvh.key, std::nullopt}, "no authorities"},
  };
  auto tls = world.server_tls(ClientCert::required);
  const auto before = tls.context();
  for (const Case& c : cases) {
    const auto loaded = net::ServerTls::load(c.files, ClientCert::required);
    REQUIRE_FALSE(loaded);
    CHECK(loaded.failure().code == Code::invalid);
    CHECK(loaded.failure().detail.find(c.named) != std::string::npos);
    CHECK_FALSE(tls.reload(c.files));
    CHECK(tls.context() == before);
  }
  CHECK(std::chrono::abs(tls.expires() - valid_now().not_after) < 1min);
}

TEST_CASE("TLS: silence in the handshake is bounded", "[net]") {
  World world;
  net::SessionLimits limits;
  limits.handshake_ms = 50ms;
  Server server(demo_router(), {world.server_tls(ClientCert::required), limits, 1});
  RawClient client(server.port());
  CHECK(client.ended());
}

TEST_CASE("TLS: drain ends an idle connection with a goodbye", "[net]") {
  World world;
  auto server = world.server(ClientCert::none);
  const net::ContextPtr context(SSL_CTX_new(TLS_client_method()));
  RawClient raw(server->port());
  const std::unique_ptr<SSL, net::OpensslFree<SSL_free>> ssl(SSL_new(context.get()));
  SSL_set_fd(ssl.get(), raw.descriptor());
  REQUIRE(SSL_connect(ssl.get()) == 1);
  const std::string request = "GET /hello HTTP/1.1\r\nHost: h\r\n\r\n";
  REQUIRE(SSL_write(ssl.get(), request.data(), static_cast<int>(request.size())) > 0);
  std::array<char, 4'096> answer{};
  REQUIRE(SSL_read(ssl.get(), answer.data(), static_cast<int>(answer.size())) > 0);
  const auto start = std::chrono::steady_clock::now();
  CHECK(server->drain(5s));
  CHECK(std::chrono::steady_clock::now() - start < 2s);
  const int end = SSL_read(ssl.get(), answer.data(), 1);
  CHECK(SSL_get_error(ssl.get(), end) == SSL_ERROR_ZERO_RETURN);
}

}  // namespace
}  // namespace sluis::test
