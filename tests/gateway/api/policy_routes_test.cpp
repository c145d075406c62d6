// /v1/policy: the policy in force, why something is decided so, and where partners do not meet.
#include "crypto/encoding.hpp"
#include "service.hpp"

using namespace sluis;
using namespace sluis::gateway;
using namespace sluis::gateway::test;
using config::Json;

namespace {

const Json question{{"direction", "send"},
                    {"partner", "zvh"},
                    {"theme", "geweld"},
                    {"severity", "laag"},
                    {"purpose", "persoonsgerichte-aanpak"},
                    {"identifiers", {"bsn"}}};

Json last_record(Service& service) {
  return records(*service.store).back();
}

}  // namespace

TEST_CASE("policy routes: the policy in force, in words and as it was signed", "[api]") {
  Service ggz;
  const auto answer = ggz.officer("/v1/policy");
  INFO(answer.body);
  REQUIRE(answer.status == 200);
  const auto shown = Json::parse(answer.body);
  CHECK(shown["organisation"] == "ggz");
  CHECK(shown["version"] == 1);
  CHECK(shown["validUntil"] == "2027-06-30");
  CHECK(shown["hash"] == ggz.region.standing()->policy_hash);
  CHECK(shown["signers"] == Json::array({crypto::base64url(ggz.policy_key.public_key())}));
  CHECK(shown["signersNeeded"] == 1);
  CHECK(shown["text"].get<std::string>().starts_with("// why\n"));
  CHECK(shown["document"]["send"][0]["id"] == "ggz-zvh");
  const auto said = [](const Json& policy) {
    for (const auto& each : policy["sentences"])
      if (each["rule"] == "ggz-zvh") return each["text"].get<std::string>();
    return std::string();
  };
  CHECK(said(shown).starts_with("Wij delen met "));
  ggz.language = "en";
  CHECK(said(Json::parse(ggz.officer("/v1/policy").body)).starts_with("We share with "));
  const auto record = last_record(ggz);
  CHECK(record["action"] == "policy.read");
  CHECK(record["outcome"] == "permit");
  CHECK(record["actor"]["role"] == "privacy-officer");
  CHECK(record["object"] == Json{{"kind", "policy"}, {"id", "ggz"}});

  // A file that is not the one in force is never shown as if it were.
  std::ofstream(ggz.settings.policy) << policy_of("zvh");
  CHECK(ggz.officer("/v1/policy").status == 503);
  CHECK(last_record(ggz)["outcome"] == "deny");
}

TEST_CASE("policy routes: why a question is decided so, and never of a person", "[api]") {
  Service ggz;
  const auto explain = [&](const Json& body) {
    return ggz.officer("/v1/policy/explanations", body);
  };
  const auto answer = explain(question);
  INFO(answer.body);
  REQUIRE(answer.status == 200);
  const auto said = Json::parse(answer.body);
  CHECK(said["permit"] == false);
  CHECK(said["reason"] == "severity-too-low");
  REQUIRE(said["rules"].size() == 1);
  CHECK(said["rules"][0]["rule"] == "ggz-zvh");
  CHECK(said["rules"][0]["failed"][0]["text"] == "De regel deelt vanaf ernst \"midden\".");
  ggz.language = "en";
  CHECK(Json::parse(explain(question).body)["text"] ==
        "The policy shares this from a higher severity on.");
  CHECK(last_record(ggz)["action"] == "policy.explain");

  auto wrong = question;
  wrong["identifiers"] = {"123456782"};
  const auto refused = explain(wrong);
  CHECK(refused.status == 400);
  CHECK(problem_of(refused)["errors"][0]["pointer"] == "/identifiers/0");
  CHECK(refused.body.find("123456782") == std::string::npos);
  CHECK(last_record(ggz)["outcome"] == "deny");
  CHECK(last_record(ggz).dump().find("123456782") == std::string::npos);
  wrong = question;
  wrong["person"] = {{"bsn", "123456782"}};
  CHECK(problem_of(explain(wrong))["errors"][0]["pointer"] == "/person");
  CHECK(ggz.call("POST", "/v1/policy/explanations", "privacy-officer", "{").status == 400);
  CHECK(explain(Json::object()).status == 400);
}

TEST_CASE("policy routes: our policy beside those that partners gave", "[api]") {
  Service ggz;
  CHECK(ggz.officer("/v1/policy/gaps").status == 404);
  const auto folder = ggz.folder / "partners";
  ggz.settings.partner_policies = folder;
  CHECK(ggz.officer("/v1/policy/gaps").status == 404);
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "a-zvh.json") << "// theirs\n" << policy_of("zvh");
  std::ofstream(folder / "b-zvh.json") << policy_of("zvh");
  std::ofstream(folder / "c-ours.json") << policy_of("ggz");
  std::ofstream(folder / "d-broken.json") << R"({"organisation":"politie","versoin":1})";
  std::ofstream(folder / "notes.txt") << "no policy";
  const auto answer = ggz.officer("/v1/policy/gaps");
  INFO(answer.body);
  REQUIRE(answer.status == 200);
  const auto table = Json::parse(answer.body);
  REQUIRE(table["policies"].size() == 2);
  CHECK(table["policies"][1] == Json{{"organisation", "zvh"},
                                     {"version", 1},
                                     {"validUntil", "2027-06-30"},
                                     {"expired", false}});
  REQUIRE(table["refused"].size() == 3);
  CHECK(table["refused"][0]["file"] == "b-zvh.json");
  CHECK(table["refused"][1]["file"] == "c-ours.json");
  CHECK(table["refused"][2]["detail"].get<std::string>().find("did you mean \"version\"") !=
        std::string::npos);
  bool agreed = false;
  for (const auto& gap : table["gaps"])
    if (gap["theme"] == "geweld" && gap["from"] == "ggz" && gap["to"] == "zvh")
      agreed = gap["state"] == "agreed" && gap["offers"] == Json::array({"ggz-zvh"});
  CHECK(agreed);
  CHECK(last_record(ggz)["action"] == "policy.compare");
}

TEST_CASE("policy routes: the officer's alone, and not without a record", "[api]") {
  Service ggz;
  for (const std::string role : {"sender", "procesregisseur", "operator"}) {
    CAPTURE(role);
    CHECK(ggz.call("GET", "/v1/policy", role).status == 403);
    CHECK(ggz.call("GET", "/v1/policy/gaps", role).status == 403);
    CHECK(ggz.call("POST", "/v1/policy/explanations", role, question.dump()).status == 403);
  }
  ggz.store.sequencer.refuse = true;
  CHECK(ggz.officer("/v1/policy").status == 503);
  CHECK(ggz.officer("/v1/policy/explanations", question).status == 503);
  ggz.store.sequencer.refuse = false;
}
