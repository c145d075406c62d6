// Bad input to /v1: refused with its own status, code and place, recorded, and nothing changed.
#include <algorithm>
#include <catch2/catch.hpp>
#include <sstream>

#include "tests/functional/canary.hpp"
#include "tests/functional/region.hpp"

namespace sluis::test {

namespace {

constexpr auto theme = "verward-hoog-risico-gedrag";
constexpr auto json_type = "application/json", lines_type = "application/x-ndjson";

struct Expected {
  int status;
  std::string code;
  std::vector<std::string> pointers = {};
  /// Which record tells of it: its action, and its rule.
  std::string action = "signal.submit", rule = {};
};

/// One region for all of these: none of them changes anything.
struct Fixture {
  Fixture() { region.start(); }

  [[nodiscard]] Json signal() { return aviary.signal(aviary.person(), theme); }

  void check(std::string_view partner, const Call& call, const std::optional<std::string>& token,
             const Expected& expected) {
    const auto rule = expected.rule.empty() ? expected.code : expected.rule;
    const auto kept = region.kept(partner);
    const auto before = count(region.records(partner), expected.action, "deny", rule);
    const auto answer = region.api(partner, call, token);
    INFO(call.method << " " << call.path << ": " << answer.status << " " << answer.body
                     << answer.failure);
    CHECK(answer.status == expected.status);
    CHECK(answer.code() == expected.code);
    CHECK(answer.pointers() == expected.pointers);
    CHECK(answer.header("API-Version") != "");
    // What is not waited for by the one who was refused comes a moment later.
    CHECK(poll_until(within(std::chrono::seconds(60)), [&] {
      return count(region.records(partner), expected.action, "deny", rule) == before + 1;
    }));
    CHECK(region.kept(partner) == kept);
  }

  Aviary aviary{11};
  TestRegion region;
};

Fixture& fixture() {
  static Fixture made;
  return made;
}

Call post(std::string body, std::string type = json_type) {
  return {"POST", "/v1/signals", std::move(body), std::move(type)};
}

std::string nested(unsigned deep) {
  std::string text;
  for (unsigned i = 0; i < deep; ++i) text += "{\"a\":";
  return text + "1" + std::string(deep, '}');
}

std::string replaced(const Json& signal, const std::string& what, const std::string& with) {
  auto text = signal.dump();
  const auto at = text.find(what);
  if (at == std::string::npos) throw std::logic_error("nothing to replace");
  return text.replace(at, what.size(), with);
}

}  // namespace

TEST_CASE("refusal: a signal that is not one is 400, with a pointer to each fault", "[refusal]") {
  auto& f = fixture();
  struct Case {
    std::string name, pointer;
    Json value;
  };
  const auto c = GENERATE(values<Case>({
      {"a BSN that fails the eleven-proof", "/person/bsn", "900000005"},
      {"a BSN of ten digits", "/person/bsn", "9000000041"},
      {"a BSN that is a number", "/person/bsn", 900000004},
      {"an unknown theme", "/theme", "tuinonderhoud"},
      {"an unknown severity", "/severity", "erg"},
      {"an unknown purpose", "/purpose", "nieuwsgierigheid"},
      {"a time in the future", "/observedAt", "2999-01-01T00:00:00Z"},
      {"a time that is none", "/observedAt", "gisteren"},
      {"a field too many", "/extra", true},
      {"a field too many in the person", "/person/shoeSize", 43},
      {"a field too many in the contact", "/contact/fax", "+31430000000"},
      {"an id that is no UUID", "/id", "1"},
      {"a payload that is a list", "/payload", Json::array()},
      {"a name that is too long", "/person/familyName", std::string(201, 'a')},
  }));
  DYNAMIC_SECTION(c.name) {
    auto signal = f.signal();
    signal[Json::json_pointer(c.pointer)] = c.value;
    f.check("ggz", post(signal.dump()), f.region.token("ggz"), {400, "invalid", {c.pointer}});
  }
}

TEST_CASE("refusal: every fault of a signal is told at once", "[refusal]") {
  auto& f = fixture();
  auto signal = f.signal();
  signal["person"]["bsn"] = "123456789";
  signal["theme"] = "tuinonderhoud";
  signal["observedAt"] = "2999-01-01T00:00:00Z";
  signal["extra"] = 1;
  const auto answer = f.region.api("ggz", post(signal.dump()));
  CHECK(answer.status == 400);
  auto pointers = answer.pointers();
  std::ranges::sort(pointers);
  CHECK(pointers == std::vector<std::string>{"/extra", "/observedAt", "/person/bsn", "/theme"});
}

TEST_CASE("refusal: what is no JSON of ours is 400, what is too large 413, another type 415",
          "[refusal]") {
  auto& f = fixture();
  const auto whole = f.signal();
  std::string many;
  for (int i = 0; i < 1025; ++i) many += "{}\n";
  struct Case {
    std::string name, body;
    Expected expected;
    std::string type = json_type;
  };
  const auto c = GENERATE_COPY(values<Case>({
      {"nothing", "", {400, "invalid", {""}}},
      {"half of it", whole.dump().substr(0, 100), {400, "invalid", {""}}},
      {"33 levels deep",
       replaced(whole, "{\"nested\"", "{\"b\":" + nested(31) + ",\"nested\""),
       {400, "invalid", {""}}},
      {"a key twice",
       replaced(whole, "\"severity\"", "\"theme\":\"x\",\"theme\""),
       {400, "invalid", {"/theme"}}},
      {"bad UTF-8", replaced(whole, "\"hoog\"", "\"ho\xffog\""), {400, "invalid", {""}}},
      {"a number that no double holds",
       replaced(whole, "{\"nested\"", "{\"n\":1e400,\"nested\""),
       {400, "invalid", {""}}},
      {"one signal above 64 KB",
       replaced(whole, "{\"nested\"", "{\"n\":\"" + std::string(65'536, 'x') + "\",\"nested\""),
       {413, "too-large", {""}}},
      {"1,025 lines", many, {413, "too-large", {""}}, lines_type},
      {"more than 4 MB",
       std::string(4 * 1024 * 1024 + 1, ' '),
       {413, "too-large", {}, "api.request"},
       lines_type},
      {"no line", "\n\n", {400, "invalid", {""}}, lines_type},
      {"another content type",
       whole.dump(),
       {415, "unsupported-media-type", {}, "api.request"},
       "text/plain"},
  }));
  DYNAMIC_SECTION(c.name) {
    f.check("ggz", post(c.body, c.type), f.region.token("ggz"), c.expected);
  }
}

TEST_CASE("refusal: 32 levels are taken", "[refusal]") {
  auto& f = fixture();
  const auto body = replaced(f.signal(), "{\"nested\"", "{\"b\":" + nested(30) + ",\"nested\"");
  CHECK(f.region.api("ggd", post(body)).status == 202);
  f.region.wait_delivered();
}

TEST_CASE("refusal: in ndjson each line stands alone", "[refusal]") {
  auto& f = fixture();
  const auto good = f.signal(), other = f.signal();
  auto bad = f.signal();
  bad["theme"] = "tuinonderhoud";
  const auto kept = f.region.kept("gemeente");
  const auto before = count(f.region.records("gemeente"), "signal.submit", "deny", "invalid");
  const auto answer = f.region.api(
      "gemeente",
      post(good.dump() + "\n" + bad.dump() + "\n{\n\n" + other.dump() + "\n", lines_type));
  REQUIRE(answer.status == 200);
  std::vector<Json> lines;
  std::istringstream in(answer.body);
  for (std::string line; std::getline(in, line);) lines.push_back(Json::parse(line));
  REQUIRE(lines.size() == 4);
  CHECK(lines[0]["status"] == 202);
  CHECK(lines[0]["id"] == good["id"]);
  CHECK(lines[1]["status"] == 400);
  CHECK(lines[1]["problem"]["errors"][0]["pointer"] == "/theme");
  CHECK(lines[2]["status"] == 400);
  CHECK(lines[3]["status"] == 202);
  CHECK(lines[3]["line"] == 5);
  CHECK(f.region.kept("gemeente").sent == kept.sent + 2);
  f.region.wait_delivered();
  // One record for the two lines that were none: a batch of rubbish is one act.
  const auto records = f.region.records("gemeente");
  CHECK(count(records, "signal.submit", "deny", "invalid") == before + 1);
  CHECK(std::ranges::any_of(
      records, [](const Json& r) { return r.value("count", 0) == 2 && r["outcome"] == "deny"; }));
}

TEST_CASE("refusal: who may not is told so, and it is recorded", "[refusal]") {
  auto& f = fixture();
  const Json query{{"person", f.aviary.person().json()},
                   {"purpose", "persoonsgerichte-aanpak"},
                   {"case", "ZVH 1"}};
  auto without_case = query;
  without_case.erase("case");
  const auto sender = f.region.token("ggz"), asks = f.region.token("zvh"),
             officer = f.region.token("zvh-privacy-officer");
  const auto ask = [](const Json& body) {
    return Call{"POST", "/v1/queries", body.dump(), json_type};
  };
  SECTION("no token") {
    f.check("ggz", post(f.signal().dump()), std::nullopt,
            {401, "unauthenticated", {}, "api.authenticate"});
    const auto again = f.region.api("ggz", {"GET", "/v1/matches"}, "no-such-token");
    CHECK(again.status == 401);
    CHECK(again.header("WWW-Authenticate") == "Bearer");
  }
  SECTION("a token of another gateway") {
    f.check("politie", post(f.signal().dump()), sender,
            {401, "unauthenticated", {}, "api.authenticate"});
  }
  SECTION("a sender asks") {
    f.check("ggz", ask(query), sender, {403, "forbidden", {}, "api.call"});
  }
  SECTION("a privacy officer asks") {
    f.check("zvh", ask(query), officer, {403, "forbidden", {}, "api.call"});
  }
  SECTION("a procesregisseur sends") {
    f.check("zvh", post(f.signal().dump()), asks, {403, "forbidden", {}, "api.call"});
  }
  SECTION("a query without a case") {
    f.check("zvh", ask(without_case), asks, {403, "forbidden", {}, "person.query"});
  }
}

TEST_CASE("refusal: a query that is none", "[refusal]") {
  auto& f = fixture();
  const Json query{{"person", f.aviary.person().json()},
                   {"purpose", "persoonsgerichte-aanpak"},
                   {"case", "ZVH 1"}};
  struct Case {
    std::string name, pointer;
    Json value;
    std::vector<std::string> pointers;
  };
  const auto c = GENERATE(values<Case>({
      {"a BSN that fails", "/person/bsn", "900000005", {"/person/bsn"}},
      {"an unknown purpose", "/purpose", "nieuwsgierigheid", {"/purpose"}},
      {"a field too many", "/theme", "x", {"/theme"}},
      {"a person without anything to link with", "/person", {{"givenNames", "Anna"}}, {"/person"}},
  }));
  DYNAMIC_SECTION(c.name) {
    auto body = query;
    body[Json::json_pointer(c.pointer)] = c.value;
    f.check("zvh", {"POST", "/v1/queries", body.dump(), json_type}, f.region.token("zvh"),
            {400, "invalid", c.pointers, "person.query"});
  }
}

TEST_CASE("refusal: a list of matches that is none", "[refusal]") {
  auto& f = fixture();
  struct Case {
    std::string query, pointer;
  };
  const auto c = GENERATE(values<Case>({
      {"limit=0", "?limit"},
      {"limit=101", "?limit"},
      {"limit=ten", "?limit"},
      {"limit=1&limit=2", "?limit"},
      {"cursor=none", "?cursor"},
      {"colour=red", "?"},
  }));
  DYNAMIC_SECTION(c.query) {
    f.check("zvh", {"GET", "/v1/matches?" + c.query}, f.region.token("zvh"),
            {400, "invalid", {c.pointer}, "match.list"});
  }
}

TEST_CASE("refusal: paths and methods that there are not", "[refusal]") {
  auto& f = fixture();
  const auto status = [&](const std::string& path) {
    return f.region.api("ggz", {"GET", path}).status;
  };
  CHECK(status("/v1/nothing") == 404);
  CHECK(status("/v1/signals") == 405);
  CHECK(status("/v1/signals/" + config::random_uuid()) == 404);
  CHECK(status("/v1/signals/none") == 404);
}

TEST_CASE(
    "refusal: the same signal again is 200 with the same answer, another body under its id 409",
    "[refusal]") {
  auto& f = fixture();
  const auto signal = f.signal();
  const auto first = f.region.api("veilig-thuis", post(signal.dump()));
  REQUIRE(first.status == 202);
  CHECK(first.header("Location") == "/v1/signals/" + signal["id"].get<std::string>());
  f.region.wait_delivered();
  const auto kept = f.region.kept("veilig-thuis");
  const auto size = f.region.log_size("veilig-thuis");
  const auto again = f.region.api("veilig-thuis", post(signal.dump(2)));
  CHECK(again.status == 200);
  CHECK(again.json == first.json);
  CHECK(f.region.kept("veilig-thuis") == kept);
  CHECK(f.region.log_size("veilig-thuis") == size);

  auto other = signal;
  other["person"]["houseNumber"] = "1";
  f.check("veilig-thuis", post(other.dump()), f.region.token("veilig-thuis"),
          {409, "conflict", {"/id"}});
}

TEST_CASE(
    "refusal: with fewer than the threshold of holders 503, nothing kept; with them again it is "
    "taken",
    "[refusal]") {
  auto& f = fixture();
  f.region.wait_delivered();
  f.region.kill("veilig-thuis");
  f.region.kill("politie");
  const auto signal = f.signal();
  const auto token = f.region.token("ggz");
  f.check("ggz", post(signal.dump()), token, {503, "holders-unreachable"});
  CHECK(f.region.api("ggz", post(signal.dump())).header("Retry-After") != "");
  const auto line = f.region.api("ggz", post(signal.dump(), lines_type));
  CHECK(line.status == 200);
  CHECK(line.json["status"] == 503);
  const Json query{
      {"person", signal["person"]}, {"purpose", "persoonsgerichte-aanpak"}, {"case", "ZVH 1"}};
  f.check("zvh", {"POST", "/v1/queries", query.dump(), json_type}, f.region.token("zvh"),
          {503, "holders-unreachable", {}, "person.query"});
  CHECK(poll_until(within(std::chrono::seconds(60)),
                   [&] { return f.region.operations("ggz", "/readyz").status == 503; }));
  CHECK(f.region.operations("ggz", "/healthz").status == 200);

  for (const auto* holder : {"veilig-thuis", "politie"}) f.region.start(holder);
  for (const auto* holder : {"veilig-thuis", "politie"}) f.region.wait_ready(holder);
  CHECK(poll_until(within(std::chrono::seconds(60)),
                   [&] { return f.region.api("ggz", post(signal.dump())).status / 100 == 2; }));
}

TEST_CASE("refusal: after all of this every log is whole", "[refusal]") {
  auto& f = fixture();
  f.region.wait_delivered();
  f.region.stop();
  for (const auto& partner : gateway::cli::demo_partners)
    CHECK(f.region.log_fault(partner.id) == "");
}

}  // namespace sluis::test
