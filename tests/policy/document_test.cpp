#include "policy/document.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "config/schema.hpp"
#include "crypto/hash.hpp"
#include "tests/policy/policy_fixture.hpp"

namespace sluis::policy {
namespace {

using config::Json;
using test::known;
using test::policy_document;

TEST_CASE("read_policy: what it holds", "[policy]") {
  const Policy policy = test::policy_of(policy_document());
  const Document& document = policy.document();
  CHECK(document.organisation == "ggz");
  CHECK(document.version == 7);
  CHECK(config::format_day(document.valid_until) == "2027-06-30");
  REQUIRE(document.send.size() == 1);
  CHECK(document.send[0].to.words == std::vector<std::string>{"zvh"});
  CHECK(document.send[0].identifiers == 0b011);
  CHECK(document.send[0].shares == 0b0111);
  CHECK(document.send[0].keep.days == 180);
  CHECK(document.accept[0].from.all);
  CHECK(document.accept[0].purposes.all);
  CHECK(document.query[0].per_day == 1000);
  CHECK(document.evaluate[0].locks_per_day == 10000);
}

TEST_CASE("read_policy: the hash is that of the canonical form", "[policy]") {
  const std::string plain = policy_document().dump();
  const auto one = read_policy("// why\n" + policy_document().dump(3), known());
  const auto other = read_policy(plain, known());
  REQUIRE(one.ok());
  CHECK(one->hash() == other->hash());
  const auto canonical = config::jcs(policy_document()).value();
  CHECK(one->hash() == crypto::sha256({crypto::as_view(canonical)}));
}

TEST_CASE("read_policy: nothing but the head is a policy that permits nothing", "[policy]") {
  const auto policy =
      read_policy(R"({"organisation":"ggz","version":1,"validUntil":"2027-06-30"})", known());
  REQUIRE(policy.ok());
  CHECK(policy->document().send.empty());
}

/// One change to the document, and what must be said of it.
struct Refusal {
  std::string pointer, value, fault;
};
Refusal refusal() {
  return GENERATE(values<Refusal>({
      {"/extra", "1", "/extra: is not a field that is known here"},
      {"/organisation", "\"om\"", "/organisation: unknown partner \"om\""},
      {"/version", "0", "/version: must be a whole number from 1"},
      {"/version", "1.0", "/version: must be a whole number from 1"},
      {"/validUntil", "\"2027-02-29\"", "/validUntil: must be a day"},
      {"/validUntil", "\"2027-06-30T00:00:00Z\"", "/validUntil: must be a day"},
      {"/send", "{}", "/send: must be a list"},
      {"/send/0", "\"all\"", "/send/0: must be an object"},
      {"/send/0/extra", "1", "/send/0/extra: is not a field that is known here"},
      {"/send/0/id", "\"From All\"", "/send/0/id: must be 1 to 80"},
      {"/accept/0/id", "\"ggz-zvh\"", "/accept/0/id: is the id of /send/0/id too"},
      {"/send/0/to", "[]", "/send/0/to: must have a number of elements from 1"},
      {"/send/0/to", "\"zvh\"", "/send/0/to: must be a list"},
      {"/send/0/to", "[\"om\"]", "/send/0/to/0: unknown partner \"om\""},
      {"/send/0/to", "[\"*\",\"zvh\"]", "/send/0/to: has \"*\" beside other words"},
      {"/send/0/to", "[\"zvh\",\"zvh\"]", "/send/0/to: has a word twice"},
      {"/send/0/themes", "[\"geweld\",\"onweer\"]", "/send/0/themes/1: unknown theme \"onweer\""},
      {"/send/0/themes", "[\"A B\"]", "/send/0/themes/0: unknown theme"},
      {"/send/0/severityAtLeast", "\"*\"", "/send/0/severityAtLeast: unknown severity"},
      {"/send/0/severityAtLeast", "\"erg\"", "/send/0/severityAtLeast: unknown severity \"erg\""},
      {"/send/0/purposes", "[\"zomaar\"]", "unknown purpose \"zomaar\""},
      {"/send/0/legalBasis", "\"avg\"", "/send/0/legalBasis: unknown legal basis \"avg\""},
      {"/send/0/identifiers", "[]", "must have a number of elements from 1 to 3"},
      {"/send/0/identifiers", "[\"*\"]", "/send/0/identifiers/0: unknown identifier"},
      {"/send/0/identifiers", "[\"bsn\",\"bsn\"]", "/send/0/identifiers: has a word twice"},
      {"/send/0/shares", "[\"person\"]", "/send/0/shares/0: unknown field \"person\""},
      {"/send/0/revealAfterPartners", "0", "must be a whole number from 1 to 255"},
      {"/send/0/revealAfterPartners", "256", "must be a whole number from 1 to 255"},
      {"/send/0/keep", "\"180 days\"", "/send/0/keep: must be a term"},
      {"/send/0/keep", "\"P0D\"", "/send/0/keep: must be longer than nothing"},
      {"/send/0/keep", "180", "/send/0/keep: must be a text"},
      {"/send/0/followUpWithin", "null", "/send/0/followUpWithin: must be a text"},
      {"/send/0/until", "\"morgen\"", "/send/0/until: must be a day"},
      {"/accept/0/legalBases", "[\"avg\"]", "unknown legal basis \"avg\""},
      {"/accept/0/keep", "\"P1D\"", "/accept/0/keep: is not a field that is known here"},
      {"/query/0/roles", "[\"baas\"]", "/query/0/roles/0: unknown role \"baas\""},
      {"/query/0/shows", "[\"bsn\"]", "/query/0/shows/0: unknown field \"bsn\""},
      {"/query/0/perDay", "0", "/query/0/perDay: must be a whole number from 1"},
      {"/query/0/caseRequired", "\"no\"", "/query/0/caseRequired: must be true or false"},
      {"/evaluate/0/partner", "\"*\"", "/evaluate/0/partner: unknown partner"},
      {"/evaluate/0/domain", "\"politie\"", "/evaluate/0/domain: unknown domain \"politie\""},
      {"/evaluate/0/partner", "\"zvh\"", "/evaluate/0/perDay/lock: the domain's recipient"},
      {"/evaluate/0/perDay/other", "1", "/evaluate/0/perDay/other: is not a field"},
      {"/forbid", R"([{"id":"f","when":{}}])", "/forbid/0/because: is missing"},
      {"/forbid", R"([{"id":"f","when":{"to":[]},"because":"x"}])", "elements from 1"},
      {"/forbid", R"([{"id":"f","when":{"who":["x"]},"because":"x"}])",
       "/forbid/0/when/who: is not"},
      {"/forbid", R"([{"id":"f","when":{"directions":["up"]},"because":"x"}])",
       "unknown direction \"up\""},
      {"/forbid", R"([{"id":"f","when":{"to":["zvh"],"from":["ggz"]},"because":"x"}])",
       "/forbid/0/when: can never be"},
  }));
}

TEST_CASE("read_policy: each refusal names its place", "[policy]") {
  const Refusal c = refusal();
  DYNAMIC_SECTION(c.pointer + " = " + c.value) {
    Json document = policy_document();
    document[Json::json_pointer(c.pointer)] = Json::parse(c.value);
    std::vector<config::Error> faults;
    const auto policy = read_policy(document.dump(1), known(), &faults);
    REQUIRE_FALSE(policy.ok());
    CHECK(policy.failure().code == config::Code::invalid);
    CHECK_THAT(policy.failure().detail, Catch::Contains(c.fault));
    CHECK_THAT(policy.failure().detail, Catch::Contains("line "));
    CHECK_FALSE(faults.empty());
  }
}

TEST_CASE("read_policy: each key that must be there", "[policy]") {
  const auto pointer = GENERATE(
      as<std::string>(), "/organisation", "/version", "/validUntil", "/send/0/id", "/send/0/to",
      "/send/0/themes", "/send/0/severityAtLeast", "/send/0/purposes", "/send/0/legalBasis",
      "/send/0/identifiers", "/send/0/shares", "/send/0/revealAfterPartners", "/send/0/keep",
      "/accept/0/from", "/accept/0/themes", "/accept/0/keepAtMost", "/query/0/roles",
      "/query/0/purposes", "/query/0/themes", "/query/0/shows", "/query/0/perDay",
      "/evaluate/0/partner", "/evaluate/0/domain", "/evaluate/0/perDay");
  DYNAMIC_SECTION(pointer) {
    const Json document = policy_document().patch({{{"op", "remove"}, {"path", pointer}}});
    const auto policy = read_policy(document.dump(), known());
    REQUIRE_FALSE(policy.ok());
    CHECK_THAT(policy.failure().detail, Catch::Contains(pointer + ": is missing"));
    CHECK_FALSE(config::check_schema(config::Schema::policy, document).empty());
  }
}

TEST_CASE("read_policy: one budget for each partner and domain", "[policy]") {
  Json document = policy_document();
  document["evaluate"].push_back(document["evaluate"][0]);
  document["evaluate"][1]["id"] = "again";
  CHECK_THAT(read_policy(document.dump(), known()).failure().detail,
             Catch::Contains("/evaluate/1/domain: another rule already gives"));
}

TEST_CASE("read_policy: the example of policy/README.md", "[policy][readme]") {
  std::ifstream file(SLUIS_SOURCE_DIR "/policy/README.md");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const std::string_view fence = "```jsonc\n";
  const auto begin = text.find(fence);
  REQUIRE(begin != std::string::npos);
  const auto end = text.find("```", begin + fence.size());
  const auto policy =
      read_policy(text.substr(begin + fence.size(), end - begin - fence.size()), known());
  INFO((policy.ok() ? "" : policy.failure().detail));
  REQUIRE(policy.ok());
  CHECK(policy->document().forbid.size() == 1);
}

TEST_CASE("read_policy: the recipient may have tags evaluated", "[policy]") {
  Json document = policy_document();
  document["evaluate"][0]["partner"] = "zvh";
  document["evaluate"][0]["perDay"] = {{"tag", 5}, {"lock", 0}};
  CHECK(read_policy(document.dump(), known()).ok());
}

TEST_CASE("read_policy: what is no JSON", "[policy]") {
  for (const auto* text : {"", "[]", "{\"version\":1,\"version\":2}", "{\"organisation\":"}) {
    std::vector<config::Error> faults;
    CHECK_FALSE(read_policy(text, known(), &faults).ok());
    CHECK_FALSE(faults.empty());
  }
  CHECK(read_policy(std::string(5U << 20, ' '), known()).failure().code == config::Code::too_large);
}

TEST_CASE("read_policy: all faults at once, each with line and column", "[policy]") {
  const auto policy = read_policy("{\n  \"organisation\": \"om\",\n  \"version\": -1\n}", known());
  CHECK(policy.failure().detail ==
        "refused policy\n"
        "  line 2, column 19: /organisation: unknown partner \"om\"\n"
        "  line 3, column 14: /version: must be a whole number from 1 to 9007199254740991\n"
        "  line 1, column 1: /validUntil: is missing");
}

TEST_CASE("read_policy: an id that stands twice and wrong types, each where it stands",
          "[policy]") {
  const auto policy = read_policy(R"({
  "organisation": "zvh", "version": "1", "validUntil": "2027-06-30",
  "accept": [
    { "id": "a", "from": ["*"], "themes": ["*"], "keepAtMost": 365 },
    { "id": "a", "from": "ggz", "themes": ["gewelt"], "keepAtMost": "P1D" } ]
})",
                                  known());
  const auto& said = policy.failure().detail;
  CHECK_THAT(said, Catch::Contains("line 2, column 37: /version: must be a whole number"));
  CHECK_THAT(said, Catch::Contains("line 4, column 64: /accept/0/keepAtMost: must be a text"));
  CHECK_THAT(said, Catch::Contains("line 5, column 13: /accept/1/id: is the id of /accept/0/id"));
  CHECK_THAT(said, Catch::Contains("line 5, column 26: /accept/1/from: must be a list"));
  CHECK_THAT(said,
             Catch::Contains("line 5, column 44: /accept/1/themes/0: unknown theme \"gewelt\"; "
                             "did you mean \"geweld\"?"));
}

TEST_CASE("the published schema: it takes what is taken, and refuses no less than its forms",
          "[policy][schema]") {
  const auto fits = [](const Json& document) {
    return config::check_schema(config::Schema::policy, document).empty();
  };
  CHECK(fits(policy_document()));
  // What only the directory can tell is left to the reader.
  const auto in_form = {"unknown partner",     "unknown theme \"",
                        "unknown severity \"", "unknown purpose",
                        "unknown legal basis", "unknown role",
                        "unknown domain",      "is the id of",
                        "beside other words",  "the domain's recipient",
                        "can never be",        "must be a day",
                        "longer than nothing", "version: must be a whole number"};
  const Refusal c = refusal();
  Json document = policy_document();
  document[Json::json_pointer(c.pointer)] = Json::parse(c.value);
  const bool form_only = std::ranges::any_of(
      in_form, [&](const char* fault) { return c.fault.find(fault) != std::string::npos; });
  INFO(c.pointer << " = " << c.value);
  if (!form_only) CHECK_FALSE(fits(document));
  if (!fits(document)) CHECK_FALSE(read_policy(document.dump(), known()).ok());
}

}  // namespace
}  // namespace sluis::policy
