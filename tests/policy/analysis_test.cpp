// What an author can do with a policy besides deciding: check, explain, compare, test.
#include <catch2/catch.hpp>

#include "policy/cases.hpp"
#include "policy/check.hpp"
#include "policy/compare.hpp"
#include "policy/explain.hpp"
#include "policy/sentences.hpp"
#include "tests/policy/policy_fixture.hpp"

namespace sluis::policy {
namespace {

using config::Json;
using test::policy_document;
using test::policy_of;

const Surroundings& around() {
  static const auto made = Surroundings::of(test::directory());
  return made;
}
config::Day day(std::string_view text = "2026-11-01") {
  return config::parse_day(text).value();
}

/// "level code rule pointer", for each finding.
std::vector<std::string> found(const Json& document, const Surroundings& known = around()) {
  std::vector<std::string> list;
  for (const auto& each : check(policy_of(document).document(), known, day())) {
    CHECK_FALSE(each.text.nl.empty());
    CHECK_FALSE(each.text.en.empty());
    list.push_back(std::string(level_name(each.level)) + " " + each.code + " " + each.rule + " " +
                   each.pointer);
  }
  return list;
}
using Found = std::vector<std::string>;

/// The policy of zvh, the recipient: nothing wrong with it.
Json zvh_document() {
  auto document = policy_document();
  document["organisation"] = "zvh";
  document.erase("send");
  document["evaluate"] = Json::array();
  document["accept"][0]["legalBases"] = {"wmo", "wgbo-conflict-van-plichten"};
  return document;
}

TEST_CASE("check: each finding", "[check]") {
  struct Case {
    std::string name, changes;
    Found findings;
  };
  const auto c = GENERATE(values<Case>({
      {"nothing", "{}", {}},
      {"expired", R"({"validUntil":"2026-10-31"})", {"error policy-expired  /validUntil"}},
      {"nearly expired", R"({"validUntil":"2026-11-20"})", {"notice expires-soon  /validUntil"}},
      {"a rule that is past",
       R"({"query":[{"until":"2026-10-31"}]})",
       {"warning rule-expired regie /query/0/until"}},
      {"a rule that outlives the policy",
       R"({"query":[{"until":"2030-01-01"}]})",
       {"notice outlives-policy regie /query/0/until"}},
      {"any legal basis",
       R"({"accept":[{"legalBases":["*"]}]})",
       {"notice any-legal-basis from-all /accept/0"}},
      {"from ourselves",
       R"({"accept":[{"from":["zvh"]}]})",
       {"warning never-applies from-all /accept/0/from"}},
      {"forbidden whole",
       R"({"forbid":[{"id":"no","when":{"from":["*"]},"because":"x"}]})",
       {"warning contradiction from-all /accept/0"}},
      {"forbidden in part",
       R"({"forbid":[{"id":"no","when":{"themes":["geweld"]},"because":"x"}]})",
       {}},
  }));
  DYNAMIC_SECTION(c.name) {
    auto document = zvh_document();
    const auto changes = Json::parse(c.changes);
    for (const auto& [key, value] : changes.items()) {
      if (value.is_array() && !document[key].empty())
        document[key][0].update(value[0]);
      else
        document[key] = value;
    }
    CHECK(found(document) == c.findings);
  }
}

TEST_CASE("check: rules that can never do anything here", "[check]") {
  auto document = policy_document();  // of ggz, which receives nothing and holds nothing
  document["send"][0].erase("until");
  CHECK(found(document) == Found{"warning never-applies from-all /accept/0",
                                 "notice any-legal-basis from-all /accept/0",
                                 "warning never-applies regie /query/0",
                                 "warning never-applies vt-zvh /evaluate/0/domain"});
  document["accept"] = document["query"] = document["evaluate"] = Json::array();
  auto& rule = document["send"][0];
  rule["to"] = {"politie"};
  CHECK(found(document) == Found{"warning never-applies ggz-zvh /send/0/to"});
  rule["to"] = {"zvh"};
  rule["revealAfterPartners"] = 4;
  CHECK(found(document) == Found{"warning never-applies ggz-zvh /send/0/revealAfterPartners"});
  rule["revealAfterPartners"] = 2;
  rule["followUpWithin"] = "P1Y";
  CHECK(found(document) == Found{"warning follow-up-after-keep ggz-zvh /send/0/followUpWithin"});
  rule.erase("followUpWithin");
  auto bounded = around();
  bounded.keep_at_most = config::parse_duration("P90D").value();
  CHECK(found(document, bounded) == Found{"error keep-too-long ggz-zvh /send/0/keep"});
  const auto findings = check(policy_of(document).document(), bounded, day());
  REQUIRE(first_error(findings) != nullptr);
  CHECK(first_error(findings)->code == "keep-too-long");
}

TEST_CASE("check: a rule that another always overrules", "[check]") {
  struct Case {
    std::string name, changes;  // to the second rule, which has the later id
    bool overruled;
  };
  const auto c = GENERATE(values<Case>({
      {"the same", "{}", true},
      {"it shares more", R"({"shares":["severity","observedAt","contact","payload"]})", true},
      {"it opens sooner", R"({"revealAfterPartners":1})", true},
      {"it is kept longer", R"({"keep":"P1Y"})", true},
      {"it shares less", R"({"shares":[]})", false},
      {"it goes to more", R"({"to":["*"]})", false},
      {"less severe too", R"({"severityAtLeast":"laag"})", false},
      {"another theme", R"({"themes":["geweld"]})", false},
      {"any theme", R"({"themes":["*"]})", false},
      {"another legal basis", R"({"legalBasis":"wmo"})", false},
      {"one identifier less", R"({"identifiers":["bsn"],"revealAfterPartners":1})", true},
      {"other identifiers", R"({"identifiers":["dob-address"],"revealAfterPartners":1})", false},
      {"it ends later", R"({"until":"2027-02-01","keep":"P1Y"})", false},
  }));
  DYNAMIC_SECTION(c.name) {
    auto document = policy_document();
    document["accept"] = document["query"] = document["evaluate"] = Json::array();
    auto second = document["send"][0];
    second["id"] = "z-second";
    second.update(Json::parse(c.changes));
    document["send"].push_back(second);
    const auto findings = found(document);
    const Found expected =
        c.overruled ? Found{"warning always-overruled z-second /send/1"} : Found{};
    if (c.name == "it shares less")
      CHECK(findings == Found{"warning always-overruled ggz-zvh /send/0"});
    else
      CHECK(findings == expected);
  }
}

TEST_CASE("sentences: every word of the document is said, in both languages", "[explain]") {
  auto document = policy_document();
  document["forbid"] = {{{"id", "stop"},
                         {"when", {{"to", {"politie"}}, {"themes", {"geweld"}}}},
                         {"because", "beroepsgeheim"}}};
  const auto policy = policy_of(document);
  std::string nl, en;
  std::vector<std::string> rules;
  for (const auto& each : sentences(policy.document(), around())) {
    nl += each.text.nl + "\n";
    en += each.text.en + "\n";
    if (!each.rule.empty()) rules.push_back(each.rule);
  }
  CHECK(rules == std::vector<std::string>{"ggz-zvh", "from-all", "regie", "vt-zvh", "stop"});
  for (const auto* part :
       {"beleid van Partner ggz, versie 7", "30 juni 2027", "Wij delen met Partner zvh",
        "vanaf ernst \"hoog\"", "op grondslag wgbo-conflict-van-plichten",
        "het BSN en naam en geboortedatum", "de ernst, het tijdstip en de contactpersoon",
        "dicht totdat 2 partners", "180 dagen", "binnen 5 dagen", "1 januari 2027", "365 dagen",
        "procesregisseur", "1000 keer per dag", "alleen bij een zaak", "20000 keer per dag",
        "10000 keer per dag voor sloten", "Verboden", "Reden: beroepsgeheim."}) {
    CAPTURE(part);
    CHECK(nl.find(part) != std::string::npos);
  }
  for (const auto* part : {"We share with Partner zvh", "30 June 2027", "from severity \"hoog\" on",
                           "closed until 2 partners", "for a case only", "Cause: beroepsgeheim."}) {
    CAPTURE(part);
    CHECK(en.find(part) != std::string::npos);
  }
  const auto bare = sentences(
      policy_of({{"organisation", "ggz"}, {"version", 1}, {"validUntil", "2027-06-30"}}).document(),
      around());
  CHECK(bare.size() == 6);
  CHECK(bare[1].text.en == "We share nothing.");
}

TEST_CASE("explain: which condition of each rule does not hold", "[explain]") {
  auto document = policy_document();
  auto second = document["send"][0];
  second["id"] = "a-second";
  second["to"] = {"politie"};
  second["themes"] = {"geweld"};
  document["send"].push_back(second);
  document["forbid"] = {{{"id", "stop"}, {"when", {{"to", {"politie"}}}}, {"because", "x"}},
                        {{"id", "other"}, {"when", {{"roles", {"*"}}}}, {"because", "x"}}};
  Question question;
  question.partner = "zvh";
  question.theme = "verward-hoog-risico-gedrag";
  question.purpose = "persoonsgerichte-aanpak";
  question.severity = "midden";
  question.identifiers = {"dob-address"};
  question.today = day();
  const auto explanation = explain(policy_of(document), around(), question, {});
  CHECK(explanation.decision.reason.code() == "severity-too-low");
  REQUIRE(explanation.rules.size() == 3);  // the forbid about roles is about no send
  const auto codes = [&](std::size_t i) {
    std::vector<std::string> list;
    for (const auto& each : explanation.rules[i].failed) list.push_back(each.code);
    return list;
  };
  CHECK(explanation.rules[0].rule == "stop");
  CHECK(codes(0) == std::vector<std::string>{"wrong-partner"});
  CHECK(codes(1) == std::vector<std::string>{"severity-too-low", "no-identifier"});
  CHECK(codes(2) == std::vector<std::string>{"wrong-partner", "wrong-theme", "severity-too-low",
                                             "no-identifier"});
  const auto json = to_json(explanation);
  CHECK(json["permit"] == false);
  CHECK(json["rules"][1]["pointer"] == "/send/0");
  question.severity = "hoog";
  question.identifiers = {"bsn"};
  const auto permitted = explain(policy_of(document), around(), question, {});
  CHECK(permitted.rules[1].decides);
  CHECK(permitted.text.nl.find("Toegestaan door regel ggz-zvh") == 0);
  CHECK(to_json(permitted)["revealAfterPartners"] == 2);
}

TEST_CASE("compare: offered, taken in, asked for, missing, and where conditions differ",
          "[compare]") {
  auto zvh = zvh_document();
  zvh["accept"][0]["themes"] = {"verward-hoog-risico-gedrag"};
  auto ggz = policy_document();
  const auto gap = [&](const std::string& theme) {
    const auto one = policy_of(ggz), other = policy_of(zvh);
    const auto all = compare({&one.document(), &other.document()}, around(), day());
    for (const auto& each : all.gaps)
      if (each.theme == theme && each.from == "ggz" && each.to == "zvh") return each;
    return Gap{};
  };
  const auto confused = gap("verward-hoog-risico-gedrag");
  CHECK(confused.state == GapState::agreed);
  CHECK(confused.offers == std::vector<std::string>{"ggz-zvh"});
  CHECK(confused.accepts == std::vector<std::string>{"from-all"});
  REQUIRE(confused.differences.size() == 1);
  CHECK(confused.differences[0].nl.find("vanaf ernst \"hoog\"") != std::string::npos);
  const auto violence = gap("geweld");
  CHECK(violence.state == GapState::not_offered);
  CHECK(violence.asked_for);

  zvh["accept"][0]["keepAtMost"] = "P30D";
  CHECK(gap("verward-hoog-risico-gedrag").differences.size() == 2);
  zvh["accept"][0]["legalBases"] = {"wmo"};
  CHECK(gap("verward-hoog-risico-gedrag").state == GapState::not_accepted);
  zvh["accept"] = Json::array();
  CHECK(gap("verward-hoog-risico-gedrag").state == GapState::not_accepted);
  ggz["forbid"] = {{{"id", "no"}, {"when", {{"to", {"zvh"}}}}, {"because", "beroepsgeheim"}}};
  CHECK(gap("verward-hoog-risico-gedrag").state == GapState::blocked);

  const auto one = policy_of(policy_document()), other = policy_of(zvh_document());
  const auto all = compare({&one.document(), &other.document()}, around(), day());
  CHECK(all.unoffered == std::vector<std::string>{"geweld"});
  const auto page = to_html(all, around(), Language::nl);
  CHECK(page.find("<html lang=\"nl\">") != std::string::npos);
  CHECK(page.find("http") == std::string::npos);
  CHECK(page.find("<script") == std::string::npos);
  CHECK(page.find("ggz-zvh") != std::string::npos);
  CHECK(to_json(all)["gaps"].size() == all.gaps.size());
}

TEST_CASE("cases: a policy is held against what it must say", "[cases]") {
  const auto text = R"({
    "today": "2026-11-01",  // as asked
    "cases": [
      {"name": "yes", "question": {"direction": "send", "partner": "zvh",
         "theme": "verward-hoog-risico-gedrag", "purpose": "persoonsgerichte-aanpak",
         "severity": "hoog", "identifiers": ["bsn"]}, "expect": {"permit": true, "rule": "ggz-zvh"}},
      {"name": "later", "question": {"direction": "send", "partner": "zvh", "day": "2027-01-02",
         "theme": "verward-hoog-risico-gedrag", "purpose": "persoonsgerichte-aanpak",
         "severity": "hoog", "identifiers": ["bsn"]},
       "expect": {"permit": false, "reason": "rule-expired", "rule": null}},
      {"name": "wrong", "question": {"direction": "query"}, "expect": {"permit": true}}]})";
  const auto cases = read_cases(text);
  INFO((cases.ok() ? "" : cases.failure().detail));
  REQUIRE(cases.ok());
  const auto results = run_cases(policy_of(policy_document()), *cases);
  REQUIRE(results.size() == 3);
  CHECK(results[0].passed);
  CHECK(results[1].passed);
  CHECK_FALSE(results[2].passed);
  CHECK(results[2].got == "deny, malformed-question");
  CHECK_FALSE(read_cases(R"({"today":"2026-11-01","cases":[]})").ok());
  CHECK_FALSE(read_cases("{").ok());
  const auto slip = read_cases(
      R"({"today":"2026-11-01","cases":[{"name":"x","question":{"direction":"send","themes":"x"},
          "expect":{"permit":true,"rule":1}}]})");
  CHECK_THAT(slip.failure().detail, Catch::Contains("did you mean \"theme\"?"));
  CHECK_THAT(slip.failure().detail, Catch::Contains("must be a rule's id, or null"));
}

TEST_CASE("surroundings: of a directory, and of its words alone", "[policy]") {
  const auto words = Surroundings::read(test::directory_document().dump());
  REQUIRE(words.ok());
  CHECK(words->partners == around().partners);
  CHECK(words->lock_heights == around().lock_heights);
  CHECK(words->holders == around().holders);
  CHECK(words->names == around().names);
  auto document = test::directory_document();
  document["keepAtMost"] = "P2Y";
  CHECK(Surroundings::of(test::directory(document)).keep_at_most->months == 24);
  CHECK(Surroundings::read(document.dump())->keep_at_most->months == 24);
  CHECK_FALSE(Surroundings::read("{}").ok());
}

}  // namespace
}  // namespace sluis::policy
