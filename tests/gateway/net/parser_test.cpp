#include "gateway/net/parser.hpp"

#include <catch2/catch.hpp>
#include <random>

namespace sluis::gateway::net {
namespace {

constexpr std::size_t header_bytes = 1'024;

/// Feeds `bytes` in pieces of `step`, as a connection would; gives what was not taken.
template <class Parser>
std::string feed_in_steps(Parser& parser, std::string_view bytes, std::size_t step) {
  std::string waiting;
  while (!bytes.empty() && !parser.done() && parser.malformed() == Malformed::none) {
    const auto piece = bytes.substr(0, step);
    bytes.remove_prefix(piece.size());
    waiting.append(piece);
    waiting.erase(0, parser.feed(waiting));
  }
  return waiting.append(bytes);
}

struct Read {
  Malformed malformed = Malformed::none;
  std::optional<Request> request;
  std::string body;
  std::string rest;
};

Read read_request(std::string_view bytes, std::size_t step, std::size_t body_bytes = 64) {
  RequestParser parser(header_bytes);
  Read read;
  std::string waiting;
  bool in_head = true;
  for (;;) {
    waiting.erase(0, parser.feed(waiting));
    if (parser.malformed() != Malformed::none) break;
    if (in_head && parser.head_done()) {
      in_head = false;
      parser.allow_body(body_bytes);
      if (auto head = parser.take_head()) read.request = *std::move(head);
      continue;
    }
    if (parser.done() || bytes.empty()) break;
    waiting.append(bytes.substr(0, step));
    bytes.remove_prefix(std::min(step, bytes.size()));
  }
  read.malformed = parser.malformed();
  if (read.malformed == Malformed::none && parser.done()) read.body = parser.take_body();
  read.rest = waiting.append(bytes);
  return read;
}

TEST_CASE("RequestParser: the same request, however it is cut", "[net]") {
  const auto step = GENERATE(1U, 2U, 3U, 7U, 1'000U);
  const auto read = read_request(
      "POST /a%20b?x=1&y HTTP/1.1\r\nHost: h\r\nX-Mark: one, two\r\nContent-Length: 5\r\n\r\n"
      "helloGET / HTTP/1.1\r\n",
      step);
  REQUIRE(read.malformed == Malformed::none);
  REQUIRE(read.request);
  CHECK(read.request->method == "POST");
  CHECK(read.request->path == "/a%20b");
  CHECK(read.request->query == "x=1&y");
  CHECK(*read.request->header("x-mark") == "one, two");
  CHECK(read.body == "hello");
  CHECK(read.rest == "GET / HTTP/1.1\r\n");
}

TEST_CASE("RequestParser: chunked bodies, with extensions and trailers", "[net]") {
  const auto step = GENERATE(1U, 5U, 1'000U);
  const auto read = read_request(
      "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nHost: evil\r\n\r\n",
      step);
  REQUIRE(read.malformed == Malformed::none);
  CHECK(read.body == "abcde");
  CHECK(*read.request->header("Host") == "h");
}

TEST_CASE("RequestParser: what is not one clear request gives none", "[net]") {
  struct Case {
    std::string name;
    std::string bytes;
  };
  const auto c = GENERATE(values<Case>({
      {"both lengths",
       "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: "
       "chunked\r\n\r\n"},
      {"both, the other way round",
       "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
       "chunked\r\nContent-Length: 1\r\n\r\n"},
      {"a length and an unknown coding",
       "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
       "gzip\r\nContent-Length: 1\r\n\r\n"},
      {"two lengths",
       "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: "
       "2\r\n\r\n"},
      {"the same length twice",
       "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: "
       "1\r\nContent-Length: 1\r\n\r\n"},
      {"a negative length", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n"},
      {"a coding that is not chunked",
       "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
       "gzip\r\n\r\n"},
      {"chunked twice",
       "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked, "
       "chunked\r\n\r\n"},
      {"chunked in HTTP/1.0", "POST / HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"},
      {"no Host", "GET / HTTP/1.1\r\n\r\n"},
      {"two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"},
      {"two Authorizations",
       "GET / HTTP/1.1\r\nHost: a\r\nAuthorization: 1\r\nauthorization: "
       "2\r\n\r\n"},
      {"a space before the colon", "GET / HTTP/1.1\r\nHost : a\r\n\r\n"},
      {"a line feed alone", "GET / HTTP/1.1\nHost: a\n\n"},
      {"HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
      {"no path", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"an authority", "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"TLS", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11)},
      {"a zero byte", std::string("GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n", 28)},
  }));
  const auto step = GENERATE(1U, 1'000U);
  DYNAMIC_SECTION(c.name << " in steps of " << step) {
    CHECK_FALSE(read_request(c.bytes, step).request);
  }
}

TEST_CASE("RequestParser: an absolute target is its path", "[net]") {
  const auto read = read_request("GET HTTP://other/x?y=1 HTTP/1.1\r\nHost: h\r\n\r\n", 1'000);
  REQUIRE(read.request);
  CHECK(read.request->path == "/x");
  CHECK(read.request->query == "y=1");
}

TEST_CASE("RequestParser: the header's limit holds over all pieces", "[net]") {
  const auto step = GENERATE(1U, 10U, 100U, 10'000U);
  std::string bytes = "GET / HTTP/1.1\r\nHost: h\r\n";
  for (int i = 0; i < 100; ++i) bytes += "X-Field: a value of some length\r\n";
  const auto many = read_request(bytes + "\r\n", step);
  CHECK(many.malformed == Malformed::header_too_large);
  const auto one = read_request("GET /" + std::string(5'000, 'a'), step);
  CHECK(one.malformed == Malformed::header_too_large);
}

TEST_CASE("RequestParser: the body's limit holds, announced or not", "[net]") {
  const auto step = GENERATE(1U, 1'000U);
  const std::string head = "POST / HTTP/1.1\r\nHost: h\r\n";
  const auto chunk = "20\r\n" + std::string(32, 'x') + "\r\n";
  const auto fits = head + "Transfer-Encoding: chunked\r\n\r\n" + chunk + chunk + "0\r\n\r\n";
  CHECK(read_request(fits, step, 64).body.size() == 64);
  CHECK(read_request(fits, step, 63).malformed == Malformed::body_too_large);
}

TEST_CASE("RequestParser: announces the body before it is there", "[net]") {
  RequestParser parser(header_bytes);
  parser.feed("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\nExpect: 100-Continue\r\n\r\n");
  REQUIRE(parser.head_done());
  CHECK(parser.announced().body);
  CHECK(parser.announced().length == 9U);
  CHECK(parser.expects_continue());
  CHECK_FALSE(parser.expects_something_else());
  CHECK(parser.keep_alive());
  parser.next();
  parser.feed("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nExpect: tea\r\n\r\n");
  REQUIRE(parser.done());
  CHECK_FALSE(parser.announced().body);
  CHECK(parser.expects_something_else());
  CHECK_FALSE(parser.keep_alive());
}

TEST_CASE("RequestParser: noise ends, and never in more than it was given", "[net]") {
  std::mt19937 random(1);  // NOLINT(cert-msc*): the same noise every time
  const std::string valid =
      "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes = valid;
    for (int flips = 0; flips < 3; ++flips) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    const auto read = read_request(bytes, 1 + random() % 9);
    REQUIRE(read.body.size() <= 64);
  }
}

TEST_CASE("ResponseParser: the same answer, however it is cut", "[net]") {
  const auto step = GENERATE(1U, 2U, 7U, 1'000U);
  ResponseParser parser(header_bytes, 64, false);
  const auto rest = feed_in_steps(parser,
                                  "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 202 Accepted\r\nX: y\r\n"
                                  "Content-Length: 2\r\n\r\nokHTTP",
                                  step);
  REQUIRE(parser.done());
  CHECK(parser.keep_alive());
  const auto response = parser.take();
  CHECK(response.status == 202);
  CHECK(response.body == "ok");
  CHECK(*response.header("x") == "y");
  CHECK(rest == "HTTP");
}

TEST_CASE("ResponseParser: an answer without a length ends with its connection", "[net]") {
  ResponseParser parser(header_bytes, 64, false);
  feed_in_steps(parser, "HTTP/1.1 200 OK\r\n\r\nall of it", 3);
  CHECK_FALSE(parser.done());
  parser.feed_end();
  REQUIRE(parser.done());
  CHECK_FALSE(parser.keep_alive());
  CHECK(parser.take().body == "all of it");
}

TEST_CASE("ResponseParser: half an answer is none", "[net]") {
  const auto bytes = GENERATE(as<std::string>{}, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab",
                              "HTTP/1.1 200 OK\r\nContent-Le",
                              "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab");
  ResponseParser parser(header_bytes, 64, false);
  feed_in_steps(parser, bytes, 4);
  parser.feed_end();
  CHECK_FALSE(parser.done());
  CHECK(parser.malformed() == Malformed::bad_request);
}

TEST_CASE("ResponseParser: limits, and what is not HTTP", "[net]") {
  struct Case {
    std::string bytes;
    Malformed malformed;
  };
  const auto c = GENERATE(values<Case>({
      {"HTTP/1.1 200 OK\r\nContent-Length: 65\r\n\r\n", Malformed::body_too_large},
      {"HTTP/1.1 200 OK\r\n\r\n" + std::string(65, 'x'), Malformed::body_too_large},
      {"SSH-2.0-OpenSSH\r\n\r\n", Malformed::bad_request},
      {"HTTP/1.1 101 Switching Protocols\r\n\r\n", Malformed::bad_request},
  }));
  const auto step = GENERATE(1U, 1'000U);
  ResponseParser parser(header_bytes, 64, false);
  feed_in_steps(parser, c.bytes, step);
  CHECK(parser.malformed() == c.malformed);
  CHECK_FALSE(parser.done());

  std::string endless = "HTTP/1.1 200 OK\r\n";
  for (int i = 0; i < 100; ++i) endless += "X-Field: a value of some length\r\n";
  ResponseParser second(header_bytes, 64, false);
  feed_in_steps(second, endless, step);
  CHECK(second.malformed() == Malformed::header_too_large);
}

TEST_CASE("ResponseParser: the answer to HEAD has no body", "[net]") {
  ResponseParser parser(header_bytes, 64, true);
  feed_in_steps(parser, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", 1'000);
  REQUIRE(parser.done());
  CHECK(parser.take().body.empty());
}

}  // namespace
}  // namespace sluis::gateway::net
