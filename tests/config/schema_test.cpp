#include "config/schema.hpp"

#include <catch2/catch.hpp>

#include "config/settings.hpp"
#include "tests/config/region_fixture.hpp"

namespace sluis::config {
namespace {

bool fits(Schema schema, const Json& value) {
  return check_schema(schema, value).empty();
}

Json settings_document() {
  return Json::parse(R"({
    "organisation": "ggz",
    "region": {"name": "zuid-limburg", "authorityKeys": [], "threshold": 1,
               "directory": "d.json"},
    "listen": {"api": "127.0.0.1:1", "peer": "[::]:2", "operator": "[::1]:3"},
    "tls": {"certificate": "c", "key": "k", "peerAuthorities": "a", "apiAuthorities": "b"},
    "keys": "keys.json", "keyPassphrase": {"credential": "sluis-keys"},
    "pkcs11": {"module": "hsm.so", "pin": {"file": "pin"}}, "policy": "p.json", "tokens": "t.json",
    "data": "data", "threads": {"network": 1}, "limits": {"bodyBytes": 65536},
    "delivery": {"retryFirstMs": 200}, "log": {"level": "info"}})")
      .patch({{{"op", "add"},
               {"path", "/region/authorityKeys/0"},
               {"value", test::public_key("authority 1")}},
              {{"op", "add"},
               {"path", "/policyKeys"},
               {"value", Json::array({test::public_key("officer")})}}});
}

TEST_CASE("schemas: they are JSON, and take what our readers take", "[schema]") {
  for (const auto schema : {Schema::settings, Schema::directory, Schema::policy}) {
    CHECK(Json::parse(schema_text(schema)).contains("title"));
  }
  CHECK(Settings::parse(settings_document().dump(), ".").ok());
  CHECK(fits(Schema::settings, settings_document()));
  const Json directory = Json::parse(test::signed_text(test::directory_document()));
  CHECK(Directory::read(directory.dump(), test::trust()).ok());
  CHECK(fits(Schema::directory, directory));
}

TEST_CASE("schemas: errors have a pointer", "[schema]") {
  Json document = settings_document();
  document["listen"]["api"] = 7;
  const auto errors = check_schema(Schema::settings, document);
  REQUIRE_FALSE(errors.empty());
  CHECK(errors.front().pointer == "/listen/api");
}

/// Values of every type and on both sides of every bound, put wherever the document has a value.
const std::vector<Json>& odd_values() {
  static const std::vector<Json> values = {nullptr,
                                           true,
                                           -1,
                                           0,
                                           1,
                                           2,
                                           3,
                                           255,
                                           256,
                                           65,
                                           1.5,
                                           1e300,
                                           4294967296,
                                           "",
                                           "x",
                                           "GGZ",
                                           "*",
                                           "a b",
                                           "127.0.0.1:70000",
                                           "0.0.0.0:1",
                                           "2026-11-01T00:00:00Z",
                                           "2026-02-30T00:00:00Z",
                                           "https://a.example",
                                           "https://a.example/x",
                                           std::string(41, 'a'),
                                           std::string(5000, 'a'),
                                           std::string(43, 'A'),
                                           test::public_key("another"),
                                           Json::array(),
                                           {1, 1},
                                           {2, 3},
                                           {"politie", "politie"},
                                           Json::object(),
                                           {{"x", 1}}};
  return values;
}

/// All pointers of a document: to each value, and to one member too many of each object.
std::vector<std::string> pointers_of(const Json& document) {
  std::vector<std::string> pointers;
  const auto walk = [&](const auto& self, const Json& value, const std::string& at) -> void {
    pointers.push_back(at);
    if (value.is_object()) pointers.push_back(at + "/extra");
    if (!value.is_structured()) return;
    for (const auto& [key, member] : value.items()) self(self, member, at + "/" + key);
  };
  walk(walk, document, "");
  return pointers;
}

/// Changes the document in every place; nothing that the schema refuses may be taken.
template <class Taken>
std::size_t check_never_looser(Schema schema, const Json& document, Taken&& taken) {
  std::size_t refused = 0;
  for (const std::string& pointer : pointers_of(document)) {
    for (const Json& value : odd_values()) {
      Json changed = document;
      changed[Json::json_pointer(pointer)] = value;
      if (fits(schema, changed)) continue;
      ++refused;
      INFO(pointer << " = " << value.dump().substr(0, 60));
      CHECK_FALSE(taken(changed));
    }
  }
  return refused;
}

TEST_CASE("schemas: no settings are taken that the schema refuses", "[schema]") {
  const auto taken = [](const Json& json) { return Settings::parse(json.dump(), ".").ok(); };
  CHECK(check_never_looser(Schema::settings, settings_document(), taken) > 1000);
}

TEST_CASE("schemas: no directory is taken that the schema refuses", "[schema]") {
  Json small = test::directory_document();
  small["partners"].erase(1);  // ggz: it holds nothing
  small["themes"].erase(1);
  const auto taken = [](const Json& json) {
    if (!json.is_object()) return Directory::read(json.dump(), test::trust()).ok();
    Json unsigned_one = json;
    unsigned_one["signatures"] = Json::array();
    const bool odd = json.value("signatures", Json()) != Json::array();
    return Directory::read(odd ? json.dump() : test::signed_text(unsigned_one), test::trust()).ok();
  };
  CHECK(taken(small));
  CHECK(check_never_looser(Schema::directory, small, taken) > 1000);
}

}  // namespace
}  // namespace sluis::config
