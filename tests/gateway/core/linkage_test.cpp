#include "gateway/core/linkage.hpp"

#include <catch2/catch.hpp>
#include <fstream>

#include "config/json.hpp"
#include "gateway/core/person.hpp"

namespace sluis::gateway {
namespace {

using config::Json;

const Json& vectors() {
  static const Json document = [] {
    std::ifstream file(SLUIS_TEST_DATA "/vectors/protocol.json");
    return Json::parse(file);
  }();
  return document;
}

std::optional<Person> person(const Json& json) {
  std::vector<config::Error> errors;
  return read_person(json, "/person", errors);
}

using Pairs = std::vector<std::pair<std::string, std::string>>;

Pairs keys_of(const Json& json) {
  Pairs pairs;
  for (const LinkageKey& key : linkage_keys(person(json).value())) {
    pairs.emplace_back(key.kind, key.value.view());
  }
  return pairs;
}

std::string form(std::string_view text) {
  const auto result = linkage_form(text);
  return std::string(result.view());
}

TEST_CASE("linkage: the known answers of protocol.json", "[linkage][vectors]") {
  for (const Json& each : vectors().at("persons")) {
    Pairs expected;
    for (const Json& link : each.at("links")) expected.emplace_back(link["kind"], link["value"]);
    CHECK(keys_of(each.at("person")) == expected);
  }
  for (const Json& pair : vectors().at("linkageForm")) {
    CHECK(form(pair[0].get<std::string>()) == pair[1].get<std::string>());
  }
}

TEST_CASE("linkage_form: other letters", "[linkage]") {
  struct Case {
    std::string text, form;
  };
  const auto c = GENERATE(values<Case>({{"ǅ", "DZ"},
                                        {"Đặng", "DANG"},
                                        {"Æsir œuvre", "AESIROEUVRE"},
                                        {"ﬀ", "FF"},
                                        {"Ａb", "AB"},
                                        {"i̇", "I"},
                                        {"ŉ", "N"},
                                        {"\xff", ""},
                                        {"1234|'-.", ""},
                                        {"😀a", "A"}}));
  DYNAMIC_SECTION(c.text) {
    CHECK(form(c.text) == c.form);
  }
}

TEST_CASE("valid_bsn: the eleven-proof", "[linkage]") {
  for (const auto* good : {"123456782", "111222333", "10000008", "010000008"}) {
    CHECK(valid_bsn(good));
  }
  for (const auto* bad : {"", "123456789", "000000000", "00000000", "1234567820", "1234567",
                          "12345678a", "1234.56.782", " 123456782"}) {
    INFO(bad);
    CHECK_FALSE(valid_bsn(bad));
  }
}

TEST_CASE("linkage_keys: what does not fit gives none", "[linkage]") {
  struct Case {
    std::string name, person;
    Pairs keys;
  };
  const auto c = GENERATE(values<Case>({
      {"nothing", R"({})", {}},
      {"empty fields", R"({"bsn":"","givenNames":"","familyName":"","birthDate":""})", {}},
      {"no birth date", R"({"givenNames":"Jan","familyName":"Bos","postalCode":"6211AB"})", {}},
      {"no real date",
       R"({"givenNames":"Jan","familyName":"Bos","birthDate":"1981-02-29","postalCode":"6211AB","houseNumber":"1"})",
       {}},
      {"a name without letters",
       R"({"givenNames":"Jan","familyName":"王","birthDate":"1980-02-29"})",
       {}},
      {"the prefix is no part of it",
       R"({"givenNames":"jan","familyNamePrefix":"van der","familyName":"Bos","birthDate":"1980-02-29"})",
       {{"name-dob", "BOS|J|1980-02-29"}}},
      {"an address in another form",
       R"({"birthDate":"1980-02-29","postalCode":" 6211  ab ","houseNumber":"0012-14 bis"})",
       {{"dob-address", "1980-02-29|6211AB|12"}}},
      {"a postal code that starts with zero",
       R"({"birthDate":"1980-02-29","postalCode":"0211AB","houseNumber":"1"})",
       {}},
      {"a postal code that is too long",
       R"({"birthDate":"1980-02-29","postalCode":"6211ABC","houseNumber":"1"})",
       {}},
      {"a postal code with a no-break space",
       R"({"birthDate":"1980-02-29","postalCode":"6211\u00a0AB","houseNumber":"1"})",
       {{"dob-address", "1980-02-29|6211AB|1"}}},
      {"a house number without digits in front",
       R"({"birthDate":"1980-02-29","postalCode":"6211AB","houseNumber":"A1"})",
       {}},
      {"house number nought",
       R"({"birthDate":"1980-02-29","postalCode":"6211AB","houseNumber":"00"})",
       {}},
  }));
  DYNAMIC_SECTION(c.name) {
    CHECK(keys_of(Json::parse(c.person)) == c.keys);
  }
}

TEST_CASE("read_person: each fault has its pointer, none the value", "[person]") {
  struct Case {
    std::string person, pointer;
  };
  const std::string name(201, 'x');
  const auto c = GENERATE_COPY(values<Case>({
      {R"({"bsn":"987654321"})", "/person/bsn"},
      {R"({"bsn":987654321})", "/person/bsn"},
      {R"({"bsn":null})", "/person/bsn"},
      {R"({"familyName":")" + name + R"("})", "/person/familyName"},
      {R"({"houseNumber":987654321})", "/person/houseNumber"},
      {R"({"nickname":"987654321"})", "/person/nickname"},
      {R"("987654321")", "/person"},
  }));
  DYNAMIC_SECTION(c.person) {
    std::vector<config::Error> errors;
    CHECK_FALSE(read_person(Json::parse(c.person), "/person", errors));
    REQUIRE(errors.size() == 1);
    CHECK(errors[0].pointer == c.pointer);
    CHECK(errors[0].detail.find("987654321") == std::string::npos);
    CHECK(errors[0].detail.find("xxx") == std::string::npos);
  }
}

TEST_CASE("read_person: faults that were there already do not matter", "[person]") {
  std::vector<config::Error> errors{config::error(config::Code::invalid, "another")};
  CHECK(read_person(Json::parse(R"({"bsn":"123456782"})"), "/person", errors));
  CHECK(errors.size() == 1);
}

TEST_CASE("certainty: strongest first, and one unique kind", "[linkage]") {
  CHECK(certainty_of("bsn") > certainty_of("name-dob"));
  CHECK(certainty_of("name-dob") > certainty_of("dob-address"));
  CHECK(certainty_of("shoe-size") == Certainty::none);
  CHECK(certainty_name(certainty_of("dob-address")) == "possible");
  CHECK(is_unique_kind("bsn"));
  CHECK_FALSE(is_unique_kind("name-dob"));
}

TEST_CASE("WipedText: a move leaves nothing behind", "[person]") {
  WipedText first("Jansen");
  const auto* bytes = first.view().data();
  WipedText second(std::move(first));
  CHECK(second.view().data() == bytes);
  CHECK(first.empty());  // NOLINT(bugprone-use-after-move)
  second = WipedText("Bos");
  CHECK(second.view() == "Bos");
  CHECK(WipedText("").empty());
}

}  // namespace
}  // namespace sluis::gateway
