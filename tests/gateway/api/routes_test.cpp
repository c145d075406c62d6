// /v1 without a network: who gets in, and what the routes answer.
#include "gateway/api/routes.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <set>

#include "service.hpp"

using namespace sluis;
using namespace sluis::gateway;
using namespace sluis::gateway::test;
using config::Json;

TEST_CASE("api routes: without a token in force nobody gets in, and it is counted", "[api]") {
  Service ggz;
  for (const std::string bearer : {"", "nonsense", "sluis_nonsense"}) {
    const auto answer = ggz.call("GET", "/v1/matches", bearer);
    CHECK(answer.status == 401);
    CHECK(answer.has_header("WWW-Authenticate"));
  }
  ggz.clock.advance(std::chrono::hours(24 * 11));
  CHECK(ggz.post(signal().dump()).status == 401);
  ggz.tally.flush(true);
  std::uint64_t counted = 0;
  for (const auto& record : records(*ggz.store, "api.authenticate"))
    counted += record["count"].get<std::uint64_t>();
  CHECK(counted == 4);
}

TEST_CASE("api routes: another role is told so, and recorded", "[api]") {
  Service ggz;
  CHECK(ggz.call("GET", "/v1/matches", "sender").status == 403);
  CHECK(ggz.call("POST", "/v1/signals", "procesregisseur", signal().dump()).status == 403);
  const auto log = records(*ggz.store, "api.call");
  REQUIRE(log.size() == 2);
  CHECK(log[0]["actor"]["role"] == "sender");
  CHECK(log[0]["rule"] == "forbidden");
}

TEST_CASE("api routes: a signal is accepted once, and says where it stands", "[api]") {
  Service ggz;
  const auto accepted = ggz.post(signal().dump());
  INFO(accepted.body);
  REQUIRE(accepted.status == 202);
  CHECK(accepted.has_header("Location"));
  CHECK(ggz.queued == std::vector<std::string>{"zvh"});
  CHECK(ggz.post(signal().dump()).status == 200);
  auto other = signal();
  other["severity"] = "acuut";
  const auto conflict = ggz.post(other.dump());
  CHECK(conflict.status == 409);
  CHECK(problem_of(conflict)["errors"][0]["pointer"] == "/id");
  const auto shown = ggz.call("GET", std::string("/v1/signals/") + id, "sender");
  REQUIRE(shown.status == 200);
  CHECK(Json::parse(shown.body)["partners"][0]["delivery"]["state"] == "waiting");
  for (const std::string unknown : {"nothing", "7c9e6679-7425-40de-944b-e07fc1f90ae7"})
    CHECK(ggz.call("GET", "/v1/signals/" + unknown, "sender").status == 404);
}

TEST_CASE("api routes: of many lines each has its own answer", "[api]") {
  Service ggz;
  const auto type = "application/x-ndjson";
  const auto answer = ggz.post(signal().dump() + "\r\n\n{\"id\":1}\n", type);
  REQUIRE(answer.status == 200);
  std::istringstream lines(answer.body);
  std::string first, second, more;
  std::getline(lines, first);
  std::getline(lines, second);
  CHECK_FALSE(std::getline(lines, more));
  CHECK(Json::parse(first)["status"] == 202);
  CHECK(Json::parse(second)["line"] == 3);
  CHECK(Json::parse(second)["status"] == 400);
  CHECK(ggz.post("{}\n{}\n{}\n{}\n", type).status == 413);
  CHECK(ggz.post("\n\n", type).status == 400);
  CHECK(ggz.post(std::string(2'001, ' ')).status == 413);  // one signal has a bound of its own
}

TEST_CASE("api routes: without holders it says who failed, never where they are", "[api]") {
  Service ggz;
  ggz.peers.failing = {{"veilig-thuis", config::Code::unavailable},
                       {"politie", config::Code::unavailable}};
  const auto answer = ggz.post(signal().dump());
  CHECK(answer.status == 503);
  CHECK(answer.has_header("Retry-After"));
  const auto said = problem_of(answer);
  CHECK(said["code"] == "holders-unreachable");
  CHECK(said["detail"].get<std::string>().ends_with(
      "veilig-thuis (unavailable) politie (unavailable)"));
  ggz.peers.failing = {{"veilig-thuis", config::Code::over_budget},
                       {"politie", config::Code::over_budget}};
  ggz.peers.retry_after = {{"veilig-thuis", 900}, {"politie", 1'200}};
  const auto spent = ggz.post(signal().dump());
  CHECK(spent.status == 429);
  CHECK(std::ranges::find(spent.headers, net::Header{"Retry-After", "900"}) != spent.headers.end());
}

TEST_CASE("api routes: questions, pages and their faults", "[api]") {
  Service zvh("zvh");
  const auto ask = [&](const Json& body) {
    return zvh.call("POST", "/v1/queries", "procesregisseur", body.dump());
  };
  const Json question{{"person", {{"bsn", "123456782"}}},
                      {"purpose", "persoonsgerichte-aanpak"},
                      {"case", "zaak-1"}};
  const auto answer = ask(question);
  CHECK(answer.status == 200);
  CHECK(Json::parse(answer.body)["matches"] == Json::array());
  auto wrong = question;
  wrong["person"]["bsn"] = "123456789";
  CHECK(problem_of(ask(wrong))["errors"][0]["pointer"] == "/person/bsn");
  CHECK(zvh.call("GET", "/v1/matches", "procesregisseur").status == 200);
  CHECK(zvh.call("GET", "/v1/matches?limit=100", "procesregisseur").status == 200);
  for (const std::string bad : {"limit=0", "limit=101", "limit=x", "cursor=x", "page=2"}) {
    CAPTURE(bad);
    CHECK(zvh.call("GET", "/v1/matches?" + bad, "procesregisseur").status == 400);
  }
}

TEST_CASE("api routes: a sender reads which rule decided and what it withheld, in its language",
          "[api]") {
  Service ggz;
  auto full = signal();
  full["payload"] = {{"nl", "een tekst"}, {"en", "a text"}};
  const auto text = [](const std::string& answer) {
    return Json::parse(answer)["partners"][0]["text"].get<std::string>();
  };
  const std::string nl = "Niet gedeeld, omdat de regel het niet deelt: het tijdstip en de melding";
  const std::string en = "Not shared, since the rule does not share it: the time of observation";
  const auto accepted = ggz.post(full.dump());
  CHECK(text(accepted.body).find("volgens regel ggz-zvh") != std::string::npos);
  CHECK(text(accepted.body).find(nl) != std::string::npos);
  CHECK(Json::parse(accepted.body)["partners"][0]["withheld"] ==
        Json{{"fields", {"observedAt", "payload"}}, {"identifiers", Json::array()}});
  // What was kept is told in the language of whoever asks for it, and is the same answer.
  ggz.language = "de, en-GB;q=0.8, nl;q=0.5";
  const auto again = ggz.post(full.dump());
  REQUIRE(again.status == 200);
  CHECK(text(again.body).find("under rule ggz-zvh") != std::string::npos);
  CHECK(text(again.body).find(en) != std::string::npos);
  const net::Header named{"Content-Language", "en"};
  CHECK(std::ranges::find(again.headers, named) != again.headers.end());
  CHECK(text(ggz.call("GET", std::string("/v1/signals/") + id, "sender").body) == text(again.body));
  const auto lines = ggz.post(full.dump() + "\n", "application/x-ndjson");
  CHECK(text(Json::parse(lines.body)["signal"].dump()) == text(again.body));
  auto mild = signal("7c9e6679-7425-40de-944b-e07fc1f90ae7");
  mild["severity"] = "laag";
  const auto refused = text(ggz.post(mild.dump()).body);
  CHECK(refused.starts_with("Not shared with "));
  CHECK(refused.ends_with("The policy shares this from a higher severity on."));
}

TEST_CASE("api routes: who asks about a person reads which rules decide, in their language",
          "[api]") {
  Service zvh("zvh");
  const Json question{{"person", {{"bsn", "123456782"}}},
                      {"purpose", "persoonsgerichte-aanpak"},
                      {"case", "zaak-1"}};
  const auto ask = [&](const Json& body) {
    return zvh.call("POST", "/v1/queries", "procesregisseur", body.dump());
  };
  const auto first = Json::parse(ask(question).body)["decisions"];
  REQUIRE(first.size() == zvh.region.standing()->directory->vocabulary().themes.size());
  CHECK(first[0]["rule"] == "regie");
  const auto nl = first[0]["text"].get<std::string>();
  CHECK(nl.find("regel regie toont van open signalen de contactpersoon.") != std::string::npos);
  CHECK(nl.find("Niet getoond, omdat de regel het niet toont: de ernst") != std::string::npos);
  auto another = question;
  another["person"]["bsn"] = "111222333";
  CHECK(Json::parse(ask(another).body)["decisions"] == first);  // nothing in it is of the person
  auto without = question;
  without.erase("case");
  CHECK(problem_of(ask(without))["detail"] ==
        "Het beleid staat dit alleen toe bij een zaak; noem de zaak.");
  zvh.language = "en";
  CHECK(problem_of(ask(without))["detail"] ==
        "The policy permits this for a case only; name the case.");
  const auto english = Json::parse(ask(question).body)["decisions"][0]["text"].get<std::string>();
  CHECK(english.find("rule regie shows of open signals the contact.") != std::string::npos);
  CHECK(ask(question).status == 200);
  CHECK(ask(question).status == 200);
  const auto spent = ask(question);  // the sixth of a day
  CHECK(spent.status == 429);
  CHECK(spent.has_header("Retry-After"));
  CHECK(problem_of(spent)["detail"] ==
        "The number that the policy permits in a day has been reached. Rule regie.");
}

TEST_CASE("api routes: what could not be made durable has not happened", "[api]") {
  Service ggz;
  ggz.store.sequencer.refuse = true;
  CHECK(ggz.post(signal().dump()).status == 503);
  CHECK(ggz.call("GET", "/v1/matches", "sender").status == 503);
  ggz.store.sequencer.refuse = false;
  CHECK(ggz.post(signal().dump()).status == 202);
}

TEST_CASE("audit routes: no role but the officer's reads the log, and each reading is a record",
          "[api]") {
  Service ggz;
  REQUIRE(ggz.post(signal().dump()).status == 202);
  const Json person{{"person", {{"bsn", "123456782"}}}};
  for (const std::string role : {"sender", "procesregisseur", "operator"}) {
    CAPTURE(role);
    CHECK(ggz.call("GET", "/v1/audit-records", role).status == 403);
    CHECK(ggz.call("GET", std::string("/v1/audit-records/") + id, role).status == 403);
    CHECK(ggz.call("GET", "/v1/audit-log", role).status == 403);
    CHECK(ggz.call("GET", "/v1/audit-log/2026/tile/entries/000", role).status == 403);
    CHECK(ggz.call("POST", "/v1/subject-requests", role, person.dump()).status == 403);
    CHECK(ggz.call("POST", "/v1/subject-erasures", role, person.dump()).status == 403);
  }
  CHECK(ggz.officer("/v1/matches").status == 403);  // and the officer does nothing else
  CHECK(ggz.call("POST", "/v1/signals", "privacy-officer", signal().dump()).status == 403);

  const auto before = records(*ggz.store, "audit.read").size();
  const auto listed = ggz.found("action=signal.submit&outcome=permit");
  REQUIRE(listed.size() == 1);
  CHECK(listed[0]["record"]["object"]["id"] == id);
  const auto record_id = listed[0]["record"]["id"].get<std::string>();
  const auto shown = ggz.officer("/v1/audit-records/" + record_id);
  REQUIRE(shown.status == 200);
  CHECK(Json::parse(shown.body) == listed[0]);
  CHECK(ggz.officer("/v1/audit-records/7c9e6679-7425-40de-944b-e07fc1f90ae7").status == 404);
  const auto read = records(*ggz.store, "audit.read");
  REQUIRE(read.size() == before + 3);
  CHECK(read[before]["object"]["id"] == "action,outcome");
  CHECK(read[before]["count"] == 1);
  CHECK(read[before]["actor"]["role"] == "privacy-officer");
  CHECK(read[before + 1]["object"]["id"] == record_id);
  CHECK(read[before + 2]["outcome"] == "deny");
  // Where no record can be made, nothing is read.
  ggz.store.sequencer.refuse = true;
  CHECK(ggz.officer("/v1/audit-records").status == 503);
  ggz.store.sequencer.refuse = false;
}

TEST_CASE("audit routes: pages go back to the first record, and bad terms are named", "[api]") {
  Service ggz;
  for (int i = 0; i < 5; ++i) CHECK(ggz.call("GET", "/v1/matches", "sender").status == 403);
  std::set<std::string> seen;
  std::string cursor;
  do {
    auto page = Json::parse(ggz.officer("/v1/audit-records?action=api.call&limit=2" +
                                        (cursor.empty() ? std::string() : "&cursor=" + cursor))
                                .body);
    for (const auto& placed : page["records"]) seen.insert(placed["record"]["id"]);
    CHECK(page["records"].size() <= 2);
    cursor = page["nextCursor"].is_null() ? "" : page["nextCursor"].get<std::string>();
  } while (!cursor.empty());
  CHECK(seen.size() == 5);
  for (const std::string bad :
       {"person=x", "from=yesterday", "count=many", "action=", "limit=1001", "cursor=99999",
        "cursor=x", "case=zaak-1", "subject=123456782", "receipt=a%20b"}) {
    CAPTURE(bad);
    CHECK(ggz.officer("/v1/audit-records?" + bad).status == 400);
  }
}

TEST_CASE("audit routes: what was recorded of a person is found, and after erasing never again",
          "[api]") {
  Service ggz;
  auto about = signal();
  about["person"] = {{"bsn", "123456782"},
                     {"familyName", "Jansen"},
                     {"givenNames", "Jan"},
                     {"birthDate", "1980-01-01"}};
  REQUIRE(ggz.post(about.dump()).status == 202);
  REQUIRE(ggz.post(signal("7c9e6679-7425-40de-944b-e07fc1f90ae7").dump()).status == 202);
  const Json by_bsn{{"person", {{"bsn", "123456782"}}}};
  auto name_only = about["person"];
  name_only.erase("bsn");
  const Json by_name{{"person", name_only}};
  const auto subject = [&](const Json& whom) {
    const auto answer = ggz.officer("/v1/subject-requests", whom);
    REQUIRE(answer.status == 200);
    return Json::parse(answer.body)["records"];
  };
  const auto named = subject(by_name);
  REQUIRE(named.size() == 1);
  CHECK(named[0]["foundBy"] == Json::array({"name-dob"}));
  CHECK(named[0]["confirmed"] == true);
  CHECK(named[0]["record"]["object"]["id"] == id);
  CHECK(subject(by_bsn).size() == 2);
  CHECK(subject(by_bsn).size() == 3);  // the question before it is a record of this person too
  const auto log = records(*ggz.store);
  const auto erased = ggz.officer("/v1/subject-erasures", by_bsn);
  REQUIRE(erased.status == 200);
  CHECK(Json::parse(erased.body)["erased"] == 4);
  CHECK(subject(by_bsn).empty());
  // Found by the name alone is the officer's own earlier question by it, not the signal.
  for (const auto& left : subject(by_name)) CHECK(left["record"]["action"] == "audit.subject");
  const auto after = records(*ggz.store);
  REQUIRE(after.size() > log.size());
  CHECK(std::equal(log.begin(), log.end(), after.begin()));  // the records stay as they were
  const auto about_it = records(*ggz.store, "audit.erase");
  REQUIRE(about_it.size() == 1);
  CHECK_FALSE(about_it[0].contains("subject"));

  for (const Json& bad :
       {Json::object(), Json{{"person", Json::object()}}, Json{{"person", {{"bsn", "123456789"}}}},
        Json{{"person", {{"bsn", "123456782"}}}, {"case", "zaak-1"}}}) {
    CAPTURE(bad);
    CHECK(ggz.officer("/v1/subject-requests", bad).status == 400);
    CHECK(ggz.officer("/v1/subject-erasures", bad).status == 400);
  }
  CHECK(ggz.officer("/v1/subject-erasures", {{"case", "zaak-1"}}).status == 400);
}

TEST_CASE("audit routes: a case finds its questions", "[api]") {
  Service zvh("zvh");
  const Json question{{"person", {{"bsn", "123456782"}}},
                      {"purpose", "persoonsgerichte-aanpak"},
                      {"case", "zaak-1"}};
  REQUIRE(zvh.call("POST", "/v1/queries", "procesregisseur", question.dump()).status == 200);
  const auto answer = zvh.officer("/v1/subject-requests", {{"case", "zaak-1"}});
  REQUIRE(answer.status == 200);
  const auto found = Json::parse(answer.body)["records"];
  REQUIRE(found.size() == 1);
  CHECK(found[0]["record"]["action"] == "person.query");
  CHECK(found[0]["confirmed"] == true);
  CHECK(zvh.officer("/v1/subject-requests", {{"case", "zaak-2"}}).status == 200);
}

TEST_CASE("audit routes: published files are the officer's, entries with a record", "[api]") {
  Service ggz;
  const auto log = ggz.folder / "audit" / "2026";
  std::filesystem::create_directories(log / "tile" / "entries");
  std::filesystem::create_directories(log / "tile" / "0");
  for (const char* name : {"checkpoint", "tile/entries/000", "tile/0/000", "secret"})
    std::ofstream(log / name) << "bytes of " << name;
  const auto before = records(*ggz.store).size();
  CHECK(ggz.officer("/v1/audit-log/2026/checkpoint").body == "bytes of checkpoint");
  CHECK(ggz.officer("/v1/audit-log/2026/tile/0/000").status == 200);
  CHECK(records(*ggz.store).size() == before);
  CHECK(ggz.officer("/v1/audit-log/2026/tile/entries/000").body == "bytes of tile/entries/000");
  CHECK(records(*ggz.store).size() == before + 1);
  for (const std::string path :
       {"/v1/audit-log/2026/tile/entries/001", "/v1/audit-log/2025/checkpoint",
        "/v1/audit-log/../checkpoint", "/v1/audit-log/2026/tile/../secret"})
    CHECK(ggz.officer(path).status == 404);
}
