// Sending to a gateway that is played by a handler.
#include <atomic>
#include <catch2/catch.hpp>
#include <mutex>
#include <set>

#include "gateway/cli/send_report.hpp"
#include "tests/gateway/cli/cli_fixture.hpp"
#include "tests/gateway/net/net_fixture.hpp"

using namespace sluis;
using config::Json;
using test::contains;
using test::run_sluis;
namespace net = gateway::net;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

Json accepted(std::size_t line, int status) {
  return {{"line", line},
          {"status", status},
          {"signal",
           {{"partners",
             {{{"partner", "zvh"}, {"shared", true}, {"rule", "ggz-zvh"}, {"text", "gedeeld"}},
              {{"partner", "om"},
               {"shared", false},
               {"rule", nullptr},
               {"reason", "no-rule"},
               {"text", "geen regel staat dit toe"}}}}}}};
}

/// A gateway that keeps the lines it accepted, and whose moods a test sets.
struct Gateway {
  std::atomic<int> passing_answers{0};  // so many requests get 503 first
  std::atomic<int> passing_lines{0};    // so many lines get 503 first
  std::atomic<int> status{0};           // every request gets this instead
  std::size_t most_lines = 1000;
  std::mutex mutex;
  std::set<std::string> kept;
  std::size_t requests = 0, largest = 0;
  std::string token;

  net::Response answer(const net::Request& request) {
    const std::scoped_lock lock(mutex);
    ++requests;
    token = *request.header("Authorization");
    if (status != 0) return net::Response::json(status, {{"code", "forbidden"}, {"detail", "no"}});
    if (passing_answers-- > 0) return net::Response::json(503, {{"code", "unavailable"}});
    const auto lines = lines_of(request.body);
    if (lines.size() > most_lines || request.body.size() > 1000) {
      return net::Response::json(413, {{"code", "too-large"}});
    }
    largest = std::max(largest, lines.size());
    net::Response response;
    response.content_type = "application/x-ndjson";
    for (std::size_t i = 0; i < lines.size(); ++i) {
      response.body += answer_line(i + 1, lines[i]).dump() + "\n";
    }
    return response;
  }
  Json answer_line(std::size_t number, const std::string& line) {
    if (contains(line, "bad")) {
      return {
          {"line", number},
          {"status", 400},
          {"problem",
           {{"code", "invalid"},
            {"detail", "does not fit"},
            {"errors", {{{"in", "body"}, {"pointer", "/theme"}, {"detail", "unknown theme"}}}}}}};
    }
    if (passing_lines-- > 0) {
      return {{"line", number}, {"status", 503}, {"problem", {{"code", "holders-unreachable"}}}};
    }
    return accepted(number, kept.insert(line).second ? 202 : 200);
  }
};

struct Setup {
  test::TemporaryFolder folder;
  test::Authority authority{folder, "ca"};
  Gateway gateway;
  std::unique_ptr<test::Server> server;
  std::string url;

  Setup() {
    const auto pair = authority.issue(test::oin_ggz);
    auto router = std::make_shared<net::Router>();
    auto handler = [this](net::Request request) -> gateway::Task<net::Response> {
      co_return gateway.answer(request);
    };
    router->add("POST", "/v1/signals", handler, {4U << 20U, {}});
    test::Server::Options options;
    const net::TlsFiles files{pair.certificate, pair.key, std::nullopt};
    options.tls = net::ServerTls::load(files, net::ClientCert::none).value();
    server = std::make_unique<test::Server>(router, std::move(options));
    url = server->url();
    test::put(folder / "token", "sluis_secret\n");
    test::set_mode(folder / "token", 0600);
  }

  test::Ran send(const std::string& text, std::vector<std::string> more = {}) {
    test::put(folder / "signals.jsonl", text);
    std::vector<std::string> arguments{
        "send", (folder / "signals.jsonl").string(), "--url",        url,
        "--ca", authority.file().string(),           "--token-file", (folder / "token").string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_sluis(arguments);
  }
};

std::string numbered(int count) {
  std::string text;
  for (int i = 1; i <= count; ++i) text += "{\"n\":" + std::to_string(i) + "}\n";
  return text;
}

}  // namespace

TEST_CASE("send: every line arrives once, in batches, and the summary says so", "[cli][send]") {
  Setup setup;
  const auto ran = setup.send(numbered(25), {"--batch", "10"});
  CAPTURE(ran.out, ran.err);
  CHECK(ran.status == 0);
  CHECK(setup.gateway.kept.size() == 25);
  CHECK(setup.gateway.requests == 3);
  CHECK(setup.gateway.largest == 10);
  CHECK(setup.gateway.token == "Bearer sluis_secret");
  CHECK(contains(ran.out, "accepted 25, already there 0, refused 0, not sent 0"));
  CHECK(contains(ran.out, "shared, rule ggz-zvh"));
  CHECK(contains(ran.out, "not shared: geen regel staat dit toe"));
  CHECK_FALSE(contains(ran.out, "\x1b"));
  CHECK(ran.err.empty());

  const auto again = setup.send(numbered(25), {"--json"});
  CHECK(again.status == 0);
  const auto said = Json::parse(again.out);
  CHECK(said["accepted"] == 0);
  CHECK(said["alreadyThere"] == 25);
  CHECK(said["partners"][1]["partner"] == "zvh");
  CHECK(said["partners"][1]["shared"][0]["count"] == 25);
}

TEST_CASE("send: refused lines are counted by code, and named by number alone", "[cli][send]") {
  Setup setup;
  const auto ran = setup.send("{\"n\":1}\n\n{\"bad\":\"Heijnen\"}\n{\"n\":2}\n");
  CHECK(ran.status == 4);
  CHECK(contains(ran.out, "accepted 2, already there 0, refused 1, not sent 0"));
  CHECK(contains(ran.out, "refused, invalid: 1 (line 3)"));
  CHECK(contains(ran.out, "in /theme"));
  CHECK_FALSE(contains(ran.out + ran.err, "Heijnen"));
}

TEST_CASE("send: what is refused for now is sent again", "[cli][send]") {
  Setup setup;
  SECTION("whole requests") {
    setup.gateway.passing_answers = 3;
  }
  SECTION("some lines") {
    setup.gateway.passing_lines = 7;
  }
  const auto ran = setup.send(numbered(20), {"--batch", "5"});
  CAPTURE(ran.out, ran.err);
  CHECK(ran.status == 0);
  CHECK(setup.gateway.kept.size() == 20);
  CHECK(contains(ran.out, "accepted 20,"));
  CHECK(contains(ran.err, "waiting: the gateway "));
  CHECK(contains(ran.err, "for up to 3600 s without progress"));
}

TEST_CASE("send: a gateway that takes less at once gets less at once", "[cli][send]") {
  Setup setup;
  setup.gateway.most_lines = 3;
  const auto ran = setup.send(numbered(20) + "{\"long\":\"" + std::string(2000, 'x') + "\"}\n");
  CHECK(ran.status == 4);
  CHECK(setup.gateway.kept.size() == 20);
  CHECK(setup.gateway.largest <= 3);
  CHECK(contains(ran.out, "refused, too-large: 1 (line 21)"));
}

TEST_CASE("send: when patience is over it says how to go on", "[cli][send]") {
  Setup setup;
  setup.gateway.passing_answers = 1000000;
  const auto ran = setup.send(numbered(20), {"--batch", "5", "--retry", "1"});
  CHECK(ran.status == 3);
  CHECK(contains(ran.out, "not sent 20"));
  CHECK(contains(ran.out, "the same command goes on"));
  CHECK(contains(ran.err, "503"));
}

TEST_CASE("send: a gateway that says no is not asked twice", "[cli][send]") {
  Setup setup;
  setup.gateway.status = 403;
  const auto ran = setup.send(numbered(20), {"--batch", "5", "--in-flight", "1"});
  CHECK(ran.status == 4);
  CHECK(setup.gateway.requests == 1);
  CHECK(contains(ran.err, "403, forbidden, no"));
  CHECK(contains(ran.out, "not sent 20"));
}

TEST_CASE("send: nobody there", "[cli][send]") {
  Setup setup;
  setup.server.reset();
  const auto ran = setup.send(numbered(3), {"--retry", "0"});
  CHECK(ran.status == 3);
  CHECK(contains(ran.out, "not sent 3"));
}

TEST_CASE("send: a gateway that another authority vouches for is not trusted", "[cli][send]") {
  Setup setup;
  test::Authority other(setup.folder, "other");
  const auto ran = run_sluis({"send", (setup.folder / "token").string(), "--url", setup.url, "--ca",
                              other.file().string(), "--token-file",
                              (setup.folder / "token").string(), "--retry", "0"});
  CHECK(ran.status == 3);
  CHECK(setup.gateway.requests == 0);
}

TEST_CASE("send: lines are cut into batches by number and size", "[cli][send]") {
  std::istringstream file("a\nbb\r\n\n   \nccc\ndddd\ne");
  gateway::cli::Lines lines(file, {3, 7});
  const auto first = lines.next();
  REQUIRE(first.size() == 2);
  CHECK(first[1].number == 2);
  CHECK(gateway::cli::body_of(first) == "a\nbb\n");
  const auto second = lines.next();
  REQUIRE(second.size() == 1);
  CHECK(second[0].number == 5);
  const auto third = lines.next();
  REQUIRE(third.size() == 2);
  CHECK(third[0].text == "dddd");
  CHECK(lines.next().empty());
}
