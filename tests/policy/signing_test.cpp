#include "policy/signing.hpp"

#include <catch2/catch.hpp>

#include "crypto/hash.hpp"
#include "tests/policy/policy_fixture.hpp"

namespace sluis::policy {
namespace {

using config::Code;
using config::Json;
using test::known;
using test::policy_document;
using test::signing_key;

const std::string head = R"("organisation":"ggz","version":1,"validUntil":"2027-06-30")";

TEST_CASE("sign_policy: what is signed is the canonical form without signatures", "[policy]") {
  const auto text = sign_policy(policy_document().dump(2), signing_key("officer")).value();
  const auto json = Json::parse(text);
  REQUIRE(json["signatures"].size() == 1);
  CHECK(json["signatures"][0]["key"] == test::public_key("officer"));
  const auto canonical = config::jcs(policy_document()).value();
  const auto message = policy_signed(canonical);
  CHECK(crypto::as_text(message) == std::string("sluis/policy/v1") + '\0' + canonical);
  const auto expected = signing_key("officer").sign(message);
  CHECK(json["signatures"][0]["signature"] == crypto::base64url(expected));
  const auto policy = read_policy(text, known()).value();
  CHECK(policy.hash() == crypto::sha256({crypto::as_view(canonical)}));
  CHECK(edition_of(text).value().hash == policy.hash());
}

TEST_CASE("check_signed: enough distinct keys of ours, each over this very document", "[policy]") {
  const auto one = sign_policy(policy_document().dump(), signing_key("officer")).value();
  const auto two = sign_policy(one, signing_key("lawyer")).value();
  const auto twice = sign_policy(one, signing_key("officer")).value();
  auto forged = Json::parse(two);
  forged["version"] = 8;
  const auto stranger = sign_policy(one, signing_key("stranger")).value();
  const auto officer = signing_key("officer").public_key();
  const auto lawyer = signing_key("lawyer").public_key();
  const auto enough = [](const std::string& text, const Signers& signers) {
    return check_signed(text, signers).ok();
  };
  CHECK(enough(one, {{officer}, 1}));
  CHECK(enough(two, {{officer, lawyer}, 2}));
  CHECK(enough(twice, {{officer}, 1}));
  CHECK_FALSE(enough(policy_document().dump(), {{officer}, 1}));
  CHECK_FALSE(enough(one, {{lawyer}, 1}));
  CHECK_FALSE(enough(one, {{officer, lawyer}, 2}));
  CHECK_FALSE(enough(twice, {{officer, lawyer}, 2}));
  CHECK_FALSE(enough(stranger, {{officer, lawyer}, 2}));
  CHECK_FALSE(enough(forged.dump(), {{officer, lawyer}, 1}));
  CHECK_FALSE(enough(two, {{officer, lawyer}, 0}));
  CHECK(check_signed(one, {{lawyer}, 1}).failure().code == Code::bad_signature);
}

TEST_CASE("sign_policy: comments and layout stay", "[policy]") {
  struct Case {
    std::string name, text, kept;
  };
  const auto c = GENERATE_COPY(values<Case>({
      {"on one line", "{" + head + "}", head},
      {"a comment behind the last member", "{" + head + " // het einde\n}\n// na", "// het einde"},
      {"a brace in a comment and in a text",
       "/* } */ {" + head + R"(,"forbid":[{"id":"f","when":{},"because":"een } en een \\\" "}]})",
       "/* } */"},
      {"a member of that name deeper down",
       "{" + head + R"(,"forbid":[{"id":"f","when":{},"because":"\"signatures\": ["}]})",
       "because"},
      {"signatures first", R"({"signatures": [] /* nog geen */, )" + head + "}", head},
      {"signatures in the middle", "{" + head + R"(, "signatures": [], "send": []})",
       "\"send\": []"},
      {"signatures alone at the end", "{" + head + ",\n  \"signatures\": []\n}", head},
  }));
  DYNAMIC_SECTION(c.name) {
    auto text = c.text;
    for (const auto* signer : {"officer", "lawyer", "officer"})
      text = sign_policy(text, signing_key(signer)).value();
    CHECK(text.find(c.kept) != std::string::npos);
    const auto policy = read_policy(text, known());
    INFO(text << (policy.ok() ? "" : policy.failure().detail));
    REQUIRE(policy.ok());
    const Signers both{{signing_key("officer").public_key(), signing_key("lawyer").public_key()},
                       2};
    CHECK(check_signed(text, both).ok());
    CHECK(Json::parse(text, nullptr, true, true)["signatures"].size() == 2);
  }
}

TEST_CASE("sign_policy: what is no object is refused", "[policy]") {
  for (const auto* text : {"", "[]", "{", "{\"signatures\": {}}", "{\"a\":1,\"a\":2}"})
    CHECK_FALSE(sign_policy(text, signing_key("officer")).ok());
  CHECK(sign_policy("{}", signing_key("officer")).ok());
  CHECK_FALSE(edition_of("{}").ok());
  CHECK_FALSE(edition_of(R"({"version":"1"})").ok());
}

TEST_CASE("check_successor: never back, and no two of one version", "[policy]") {
  const auto seven = read_policy(policy_document().dump(), known()).value();
  const Edition seen{7, seven.hash()};
  CHECK(check_successor(seven, seen).ok());
  CHECK(check_successor(seven, {6, {}}).ok());
  CHECK(check_successor(seven, {7, {}}).failure().code == Code::conflict);
  CHECK(check_successor(seven, {8, seven.hash()}).failure().code == Code::conflict);
}

TEST_CASE("read_policy: what was meant", "[policy]") {
  auto document = policy_document();
  document["send"][0]["themes"] = {"gewelt"};
  document["sent"] = Json::array();
  document["send"][0]["revealAfterPartner"] = 2;
  document["send"][0]["legalBasis"] = "wom";
  const auto said = read_policy(document.dump(1), known()).failure().detail;
  for (const auto* meant : {"unknown theme \"gewelt\"; did you mean \"geweld\"?",
                            "/sent: is not a field that is known here; did you mean \"send\"?",
                            "did you mean \"revealAfterPartners\"?", "did you mean \"wmo\"?"})
    CHECK_THAT(said, Catch::Contains(meant));
  document = policy_document();
  document["$schema"] = "../config/schema/policy.schema.json";
  CHECK(read_policy(document.dump(), known()).ok());
}

}  // namespace
}  // namespace sluis::policy
