// Canary persons through the whole region, good input and bad: afterwards no file of any gateway
// holds anything of them.
#include <catch2/catch.hpp>

#include "tests/functional/canary.hpp"
#include "tests/functional/region.hpp"
#include "tests/functional/scanner.hpp"

namespace sluis::test {

namespace {

constexpr auto theme = "verward-hoog-risico-gedrag";

struct Sighting {
  Canary person;
  std::vector<std::string_view> partners;  // who signal the person
};

/// Some open after two, some after more, some stay closed; every partner has one of each sort.
std::vector<Sighting> sightings(Aviary& aviary) {
  std::vector<Sighting> list;
  for (std::size_t i = 0; i < std::size(senders); ++i) {
    const auto one = senders[i], two = senders[(i + 1) % 5], three = senders[(i + 2) % 5];
    list.push_back({aviary.person(), {one}});
    list.push_back({aviary.person(), {one, two}});
    list.push_back({aviary.person(), {one, two, three}});
  }
  return list;
}

std::string query_body(Aviary& aviary, const Json& person) {
  return Json{
      {"person", person}, {"purpose", "persoonsgerichte-aanpak"}, {"case", "ZVH " + aviary.word()}}
      .dump();
}

void send_good(TestRegion& region, Aviary& aviary, const std::vector<Sighting>& list) {
  std::map<std::string_view, std::string> lines;
  for (const auto& sighting : list) {
    for (const auto partner : sighting.partners) {
      const auto signal = aviary.signal(sighting.person, theme);
      auto& collected = lines[partner];
      if (collected.empty()) {  // the first alone, the others together
        collected = "\n";
        const auto answer =
            region.api(partner, {"POST", "/v1/signals", signal.dump(), "application/json"});
        INFO(answer.body << answer.failure);
        REQUIRE(answer.status == 202);
      } else {
        collected += signal.dump() + "\n";
      }
    }
  }
  for (const auto& [partner, body] : lines) {
    const auto answer = region.api(partner, {"POST", "/v1/signals", body, "application/x-ndjson"});
    REQUIRE(answer.status == 200);
    CHECK(answer.body.find("problem") == std::string::npos);
  }
  region.wait_delivered();
}

/// Every way to be refused that could tempt a program to repeat what it was given.
void send_bad(TestRegion& region, Aviary& aviary) {
  const auto with = [&](const std::string& pointer, const Json& value) {
    auto signal = aviary.signal(aviary.person(), theme);
    signal[Json::json_pointer(pointer)] = value;
    return signal.dump();
  };
  const auto whole = aviary.signal(aviary.person(), theme).dump();
  const std::vector<std::string> bodies{
      with("/person/bsn", aviary.bsn(false)),
      with("/person/birthDate", aviary.word()),
      with("/theme", aviary.word()),
      with("/purpose", aviary.word()),
      with("/severity", aviary.word()),
      with("/id", aviary.word()),
      with("/observedAt", "2999-01-01T00:00:00Z"),
      with("/observedAt", aviary.word()),
      with("/" + aviary.word(), aviary.word()),
      with("/person/" + aviary.word(), 1),
      with("/person/familyName", Json::array({aviary.word()})),
      whole.substr(0, whole.size() / 2),
      "{\"" + aviary.word() + "\":1,\"" + aviary.word() + "\"",
      aviary.word(),
      "\xff" + whole,
      whole + whole,
  };
  for (const auto& body : bodies) {
    const Call one{"POST", "/v1/signals", body, "application/json"};
    const auto answer = region.api("ggz", one);
    INFO(answer.body << answer.failure);
    // A birth date that is none gives no linkage key; it is no error.
    CHECK((answer.status == 400 || answer.status == 202));
    CHECK(region.api("ggz", {"POST", "/v1/signals", body, "application/x-ndjson"}).status == 200);
    CHECK(region.api("zvh", {"POST", "/v1/queries", body, "application/json"}).status == 400);
    CHECK(region.api("ggz", one, aviary.word()).status == 401);
    CHECK(region.api("ggz", {"POST", "/v1/signals", body, "text/" + aviary.word()}).status == 415);
    CHECK(region
              .peer("zvh", region.identity("ggz"),
                    {"POST", "/peer/v1/envelopes", body, "application/json"})
              .status == 400);
    CHECK(region
              .peer("politie", region.identity("ggz"),
                    {"POST", "/peer/v1/evaluations", body, "application/json"})
              .status == 400);
  }
  CHECK(region.api("ggz", {"GET", "/v1/signals/" + aviary.word()}).status == 404);
  CHECK(region.api("ggz", {"GET", "/v1/" + aviary.word()}).status == 404);
  CHECK(region.api("zvh", {"GET", "/v1/matches?cursor=" + aviary.word()}).status == 400);
  CHECK(region.api("zvh", {"GET", "/v1/matches?" + aviary.word() + "=1"}).status == 400);
  CHECK(region
            .api("zvh", {"POST", "/v1/queries", query_body(aviary, {{"bsn", aviary.bsn(false)}}),
                         "application/json"})
            .status == 400);
  CHECK(region
            .api("zvh", {"POST", "/v1/queries", query_body(aviary, {{"givenNames", aviary.word()}}),
                         "application/json"})
            .status == 400);
  CHECK(region
            .api("zvh",
                 {"POST", "/v1/queries", query_body(aviary, aviary.person().json()),
                  "application/json"},
                 region.token("zvh-privacy-officer"))
            .status == 403);
}

/// The answers hold what the files must not: else this test would look for nothing.
void ask(TestRegion& region, Aviary& aviary, const std::vector<Sighting>& list) {
  std::size_t shown = 0;
  for (const auto& sighting : list) {
    const auto answer = region.api(
        "zvh",
        {"POST", "/v1/queries", query_body(aviary, sighting.person.json()), "application/json"});
    INFO(answer.body << answer.failure);
    REQUIRE(answer.status == 200);
    for (const auto& match : answer.json["matches"]) shown += match["signals"].size();
  }
  CHECK(shown == 5 * (2 + 3));
  const auto matches = region.api("zvh", {"GET", "/v1/matches?limit=100"});
  REQUIRE(matches.status == 200);
  CHECK(matches.json["matches"].size() == 10);
  const Scanner scanner(aviary.needles());
  std::vector<Leak> in_answer;
  scanner.scan(matches.body, "answer", in_answer);
  CHECK(in_answer.size() >= 5 * (2 + 3) * 5);  // contact name, phone, email, payload twice
}

void check_files(const TestRegion& region, const Aviary& aviary) {
  const Scanner scanner(aviary.needles());
  CHECK(told(scanner.scan_folder(region.layout().root)) == "");
  CHECK(told(scanner.scan_folder(region.temporary())) == "");
}

}  // namespace

TEST_CASE("leak: nothing of a person is in any database, log, audit entry or temporary file",
          "[leak]") {
  Aviary aviary(std::random_device{}());
  TestRegion region;
  region.start();
  const auto list = sightings(aviary);
  send_good(region, aviary, list);
  send_bad(region, aviary);
  ask(region, aviary, list);
  for (const auto& partner : gateway::cli::demo_partners) region.kill(partner.id);
  check_files(region, aviary);
  region.start();
  ask(region, aviary, list);
  region.stop();
  check_files(region, aviary);

  const auto planted = region.data("zvh") / "planted";
  put(planted, "x" + aviary.signal(list.front().person, theme).dump());
  const auto leaks = Scanner(aviary.needles()).scan_folder(region.layout().root);
  REQUIRE(leaks.size() > 5);
  for (const auto& leak : leaks) CHECK(leak.file == planted);
}

TEST_CASE("leak: the command line repeats nothing of a line that is refused", "[leak]") {
  Aviary aviary(std::random_device{}());
  TestRegion region;
  region.start();
  auto wrong = aviary.signal(aviary.person(), theme);
  wrong["person"]["bsn"] = aviary.bsn(false);
  auto unknown = aviary.signal(aviary.person(), aviary.word());
  const auto whole = aviary.signal(aviary.person(), theme).dump();
  const auto ran = region.sluis(
      {"send", "-", "--region", region.layout().root.string(), "--as", "ggd"},
      wrong.dump() + "\n" + unknown.dump() + "\n" + whole.substr(40) + "\n" + whole + "\n");
  CHECK(ran.status == 4);
  INFO(ran.out << ran.err);
  CHECK(ran.out.find("refused 3") != std::string::npos);
  const Scanner scanner(aviary.needles());
  std::vector<Leak> leaks;
  scanner.scan(ran.out, "out", leaks);
  scanner.scan(ran.err, "err", leaks);
  CHECK(told(leaks) == "");
  const auto query = region.sluis(
      {"query", "--region", region.layout().root.string(), "--as", "zvh", "-"},
      Json{{"person", wrong["person"]}, {"purpose", "persoonsgerichte-aanpak"}}.dump());
  CHECK(query.status == 4);
  scanner.scan(query.out, "out", leaks);
  scanner.scan(query.err, "err", leaks);
  CHECK(told(leaks) == "");
}

}  // namespace sluis::test
