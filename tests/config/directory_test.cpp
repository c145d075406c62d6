#include "config/directory.hpp"

#include <catch2/catch.hpp>
#include <fstream>

#include "crypto/encoding.hpp"
#include "crypto/hash.hpp"
#include "crypto/labels.hpp"
#include "tests/config/region_fixture.hpp"

namespace sluis::config {
namespace {

using test::directory_document;
using test::signed_text;
using test::signing_key;
using test::trust;

Timestamp at(std::string_view text) {
  return parse_time(text).value();
}

TEST_CASE("Directory: what it holds", "[directory]") {
  const auto read = Directory::read(signed_text(directory_document()), trust());
  REQUIRE(read.ok());
  CHECK(read->region() == "zuid-limburg");
  CHECK(read->version() == 12);
  CHECK(read->time_zone().name() == "Europe/Amsterdam");
  CHECK(read->vocabulary().severity_rank("hoog") == 2);
  CHECK(read->vocabulary().theme("geweld") != nullptr);
  CHECK(read->partners().size() == 5);

  const auto* ggz = read->partner_by_oin(Oin::parse("00000099000000002000").value());
  REQUIRE(ggz != nullptr);
  CHECK(ggz == read->partner(PartnerId::parse("ggz").value()));
  CHECK(ggz->active);
  CHECK(ggz->sign_key == signing_key("ggz sign").public_key());
  CHECK(read->partner(PartnerId::parse("om").value()) == nullptr);

  const auto* zvh = read->domain(DomainId::parse("zvh").value());
  REQUIRE(zvh != nullptr);
  CHECK(zvh->recipient.str() == "zvh");
  REQUIRE(zvh->epochs.size() == 1);
  CHECK(zvh->epochs[0].threshold == 2);
  CHECK(zvh->epochs[0].lock_thresholds == std::vector<std::uint8_t>{2, 3});
  CHECK(Directory::epochs_in_force(*zvh, at("2026-06-30T23:59:59Z")).empty());
  CHECK(Directory::epochs_in_force(*zvh, at("2026-07-01T00:00:00Z")).size() == 1);
  CHECK(Directory::epochs_in_force(*zvh, at("2027-02-01T00:00:00Z")).empty());
}

TEST_CASE("Directory: the known answer of protocol.json", "[directory][vectors]") {
  std::ifstream file(SLUIS_TEST_DATA "/vectors/protocol.json");
  REQUIRE(file.good());
  const Json answer = Json::parse(file).at("directory");
  CHECK(jcs(answer["document"]).value() == answer["jcs"].get<std::string>());
  const auto key = parse_public_key(answer["key"].get<std::string>()).value();
  const auto seed = crypto::from_hex(answer["seed"].get<std::string>()).value();
  const auto signing = crypto::SigningKey::from_seed(seed).value();
  CHECK(signing.public_key() == key);

  const Json document = sign_directory(answer["document"], signing).value();
  CHECK(document["signatures"][0]["key"] == answer["key"]);
  CHECK(document["signatures"][0]["signature"] == answer["signature"]);
  const auto read = Directory::read(document.dump(), {"zuid-limburg", {key}, 1});
  REQUIRE(read.ok());
  CHECK(read->hash() == crypto::sha256({crypto::as_view(answer["jcs"].get<std::string>())}));
}

TEST_CASE("Directory: each rule refuses", "[directory]") {
  struct Case {
    std::string pointer;  // set to `value`; removed where that is null
    std::string value, fault;
  };
  const std::string zeroes = "\"" + std::string(43, 'A') + "\"";
  const auto c = GENERATE_COPY(values<Case>({
      {"/v", "2", "/v: must be a whole number from 1 to 1"},
      {"/extra", "1", "/extra: is not a field that is known here"},
      {"/partners/0/extra", "1", "/partners/0/extra: is not a field that is known here"},
      {"/domains/0/epochs/0/extra", "1", "is not a field that is known here"},
      {"/region", "\"elders\"", "/region: is another region than zuid-limburg"},
      {"/version", "0", "/version: must be a whole number from 1"},
      {"/version", "null", "/version: is missing"},
      {"/validUntil", "\"2026-07-01T00:00:00Z\"", "/validUntil: must be after validFrom"},
      {"/validUntil", "\"2027-07-01T00:00:00+00:00\"", "/validUntil: must be a time in UTC"},
      {"/timeZone", "\"Europe/Nergens\"", "/timeZone: must be a time zone"},
      {"/themes/1/id", "\"verward-hoog-risico-gedrag\"", "is the same as /themes/0/id"},
      {"/themes/1/nl", "\"\"", "/themes/1/nl: must be a text with a length in bytes"},
      {"/purposes/1", "\"persoonsgerichte-aanpak\"", "/purposes: has a word twice"},
      {"/severities/0", "\"Laag\"", "/severities/0: must be 1 to 40 of"},
      {"/partners/1/id", "\"zvh\"", "/partners/1/id: is the same as /partners/0/id"},
      {"/partners/1/id", "\"GGZ\"", "/partners/1/id: not a valid partner id"},
      {"/partners/1/oin", "\"00000099000000001000\"", "is the same as /partners/0/oin"},
      {"/partners/1/oin", "\"1\"", "/partners/1/oin: not a valid OIN"},
      {"/partners/1/status", "\"gone\"", "must be one of: active, suspended"},
      {"/partners/1/peerUrl", "\"http://ggz\"", "/partners/1/peerUrl: must be https://host"},
      {"/partners/1/signKey", "\"" + test::public_key("zvh witness") + "\"",
       "/partners/1/signKey: is the same as /partners/0/witnessKey"},
      {"/partners/1/sealKeys/0", "\"" + test::public_key("ggz sign") + "\"",
       "/partners/1/sealKeys: is the same as /partners/1/signKey"},
      {"/partners/1/signKey", "\"AAAA\"", "/partners/1/signKey: 3 bytes, want 32"},
      {"/partners/1/logKey", "\"a=\"", "/partners/1/logKey: must be base64url without padding"},
      {"/partners/1/logKey", zeroes, "/partners/1/logKey: is no key: all zeroes"},
      {"/partners/1/sealKeys", "[]", "must have a number of elements from 1 to 16"},
      {"/domains/0/recipient", "\"om\"", "/domains/0/recipient: om is not one of the partners"},
      {"/domains/0/recipient", "\"politie\"", "which never holds a share of it"},
      {"/domains/0/epochs/0/holders/0", "\"politie\"", "names a holder twice"},
      {"/domains/0/epochs/0/holders/0", "\"om\"", "om is not one of the partners"},
      {"/domains/0/epochs/0/threshold", "1", "must be a whole number from 2 to 254"},
      {"/domains/0/epochs/0/threshold", "3", "must be lower than the number of holders"},
      {"/domains/0/epochs/0/lockThresholds", "[1]", "whole numbers from 2 to 255"},
      {"/domains/0/epochs/0/lockThresholds", "[256]", "whole numbers from 2 to 255"},
      {"/domains/0/epochs/0/lockThresholds", "[2,2]", "has a number twice"},
      {"/domains/0/epochs/0/generation", "0", "must be a whole number from 1"},
      {"/domains/0/epochs/0/ceremony", "\"deal\"", "must be one of: make, refresh, reshare"},
      {"/domains/0/epochs/0/until", "\"2026-01-01T00:00:00Z\"", "must be after from"},
  }));
  DYNAMIC_SECTION(c.pointer + " = " + c.value) {
    Json document = directory_document();
    document[Json::json_pointer(c.pointer)] = Json::parse(c.value);
    if (c.value == "null") document.erase(c.pointer.substr(1));
    const auto read = Directory::read(signed_text(document), trust());
    REQUIRE_FALSE(read.ok());
    CHECK(read.failure().code == Code::invalid);
    CHECK_THAT(read.failure().detail, Catch::Contains(c.fault));
  }
}

TEST_CASE("Directory: ids that stand twice", "[directory]") {
  Json document = directory_document();
  Json& domains = document["domains"];
  domains[0]["epochs"].push_back(domains[0]["epochs"][0]);
  domains.push_back(domains[0]);
  const auto read = Directory::read(signed_text(document), trust());
  REQUIRE_FALSE(read.ok());
  CHECK_THAT(read.failure().detail, Catch::Contains("is the same as /domains/0/epochs/0/id"));
  CHECK_THAT(read.failure().detail, Catch::Contains("/domains/1/id: is the same as /domains/0/id"));
}

TEST_CASE("Directory: peer URLs", "[directory]") {
  const auto accepted = [](const std::string& url) {
    Json document = directory_document();
    document["partners"][0]["peerUrl"] = url;
    return Directory::read(signed_text(document), trust()).ok();
  };
  for (const auto* good : {"https://a.example", "https://a.example:1", "https://[::1]:443"}) {
    INFO(good);
    CHECK(accepted(good));
  }
  for (const auto* bad : {"", "https://", "https://a.example/", "https://a@b", "https://a:0",
                          "https://a:65536", "https://a:", "https://a?b", "https://[::1",
                          "https://[]", "https://A.example", "https://a b", "https://a:1:2"}) {
    INFO(bad);
    CHECK_FALSE(accepted(bad));
  }
}

TEST_CASE("Directory: signatures by enough distinct authorities", "[directory]") {
  const auto code_of = [](const Json& document, const Trust& whose) {
    const auto read = Directory::read(document.dump(), whose);
    return read.ok() ? "read" : std::string(code_name(read.failure().code));
  };
  const auto sign = [](Json document, std::string_view who) {
    return sign_directory(std::move(document), signing_key(who)).value();
  };
  const Json unsigned_one = directory_document();
  const Json once = sign(unsigned_one, "authority 1");
  const Json twice = sign(once, "authority 3");
  CHECK(code_of(unsigned_one, trust()) == "bad-signature");
  CHECK(code_of(once, trust()) == "bad-signature");
  CHECK(code_of(twice, trust()) == "read");
  CHECK(code_of(sign(once, "a stranger"), trust()) == "bad-signature");
  CHECK(code_of(sign(twice, "a stranger"), trust()) == "read");

  CHECK(sign(once, "authority 1") == once);  // signing again adds nothing
  Json repeated = once;
  repeated["signatures"].push_back(once["signatures"][0]);
  CHECK(code_of(repeated, trust()) == "bad-signature");

  Json changed = twice;
  changed["version"] = 13;
  CHECK(code_of(changed, trust()) == "bad-signature");
  Trust nobody = trust();
  nobody.threshold = 0;
  CHECK(code_of(twice, nobody) == "bad-signature");
}

TEST_CASE("Directory: what is no directory", "[directory]") {
  for (const auto* text : {"", "[]", "{", "{\"v\":1,\"v\":1}", "null"}) {
    INFO(text);
    CHECK_FALSE(Directory::read(text, trust()).ok());
  }
  CHECK(Directory::read("{\"v\":1,\n\"v\":1}", trust()).failure().detail ==
        "malformed directory: line 2, column 3: double key");
  CHECK_FALSE(sign_directory(Json::array(), signing_key("a")).ok());
  CHECK_FALSE(sign_directory({{"signatures", 1}}, signing_key("a")).ok());
}

TEST_CASE("Directory: in force between validFrom and validUntil", "[directory]") {
  const Directory directory = test::directory();
  CHECK_FALSE(directory.usable_at(at("2026-06-30T23:59:59.999Z")).ok());
  CHECK(directory.usable_at(at("2026-07-01T00:00:00Z")).ok());
  CHECK(directory.usable_at(at("2027-07-01T00:00:00Z")).ok());
  CHECK(directory.usable_at(at("2027-07-01T00:00:00.001Z")).failure().code == Code::expired);
}

TEST_CASE("Directory: which one may follow which", "[directory]") {
  struct Case {
    std::string name, changes, fault;  // changes: a JSON Patch
  };
  const std::string next = R"({"op":"replace","path":"/version","value":13})";
  const std::string epoch = "/domains/0/epochs/0/";
  const auto c = GENERATE_COPY(values<Case>({
      {"the same again", "[]", ""},
      {"the next", "[" + next + "]", ""},
      {"a lower version", R"([{"op":"replace","path":"/version","value":11}])",
       "version 11 is lower than 12"},
      {"the same version, other bytes", R"([{"op":"replace","path":"/purposes","value":[]}])",
       "version 12 was seen before with another content"},
      {"another recipient",
       "[" + next + R"(,{"op":"replace","path":"/domains/0/recipient","value":"ggz"}])",
       "may never change its recipient"},
      {"other lock thresholds",
       "[" + next + R"(,{"op":"replace","path":")" + epoch + R"(lockThresholds","value":[2]}])",
       "lockThresholds of epoch 2026b"},
      {"a domain less", "[" + next + R"(,{"op":"replace","path":"/domains","value":[]}])", ""},
  }));
  DYNAMIC_SECTION(c.name) {
    const Directory before = test::directory();
    const Directory after = test::directory(directory_document().patch(Json::parse(c.changes)));
    const auto check = after.check_successor(before);
    CHECK(check.ok() == c.fault.empty());
    if (!check.ok()) {
      CHECK(check.failure().code == Code::conflict);
      CHECK_THAT(check.failure().detail, Catch::Contains(c.fault));
    }
  }
}

TEST_CASE("Directory: no way back to an earlier generation, nor to another region", "[directory]") {
  Json document = directory_document();
  document["domains"][0]["epochs"][0]["generation"] = 2;
  const Directory second = test::directory(document);
  document["domains"][0]["epochs"][0]["generation"] = 1;
  document["version"] = 13;
  CHECK_THAT(test::directory(document).check_successor(second).failure().detail,
             Catch::Contains("goes back from generation 2 to 1"));

  document["region"] = "elders";
  Trust elsewhere = trust();
  elsewhere.region = "elders";
  const auto other = Directory::read(signed_text(document), elsewhere);
  CHECK_FALSE(other->check_successor(second).ok());
}

}  // namespace
}  // namespace sluis::config
