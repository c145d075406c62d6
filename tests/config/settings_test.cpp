#include "config/settings.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "tests/config/region_fixture.hpp"

namespace sluis::config {
namespace {

namespace fs = std::filesystem;

Json minimal() {
  return {
      {"organisation", "ggz"},
      {"region",
       {{"name", "zuid-limburg"},
        {"authorityKeys", {test::public_key("authority 1"), test::public_key("authority 2")}},
        {"threshold", 2},
        {"directory", "../directory.json"}}},
      {"listen", {{"api", "127.0.0.1:17410"}, {"peer", "[::]:17411"}, {"operator", "[::1]:17412"}}},
      {"tls",
       {{"certificate", "tls/gateway.pem"},
        {"key", "tls/gateway.key"},
        {"peerAuthorities", "/etc/sluis/ca.pem"}}},
      {"keys", "keys/gateway.json"},
      {"policy", "policy.json"},
      {"policyKeys", {test::public_key("officer")}},
      {"tokens", "tokens.json"},
      {"data", "data"}};
}

TEST_CASE("Settings: the shortest file, and its defaults", "[settings]") {
  const auto settings = Settings::parse(minimal().dump(), "/srv/region/ggz");
  REQUIRE(settings.ok());
  CHECK(settings->organisation.str() == "ggz");
  CHECK(settings->region.trust.region == "zuid-limburg");
  CHECK(settings->region.trust.authority_keys.size() == 2);
  CHECK(settings->region.trust.threshold == 2);
  CHECK(settings->region.directory == "/srv/region/directory.json");
  CHECK(settings->listen.api == Endpoint{"127.0.0.1", 17410});
  CHECK(settings->listen.peer == Endpoint{"::", 17411});
  CHECK(settings->listen.operators.str() == "[::1]:17412");
  CHECK(settings->tls.certificate == "/srv/region/ggz/tls/gateway.pem");
  CHECK(settings->tls.peer_authorities == "/etc/sluis/ca.pem");
  CHECK_FALSE(settings->tls.api_authorities);
  CHECK(settings->policy_keys.size() == 1);
  CHECK(settings->policy_threshold == 1);
  CHECK_FALSE(settings->partner_policies);
  CHECK(settings->data == "/srv/region/ggz/data");
  CHECK(settings->threads.network == 1);
  CHECK(settings->threads.curve == 1);
  CHECK(settings->limits.body_bytes == 65536);
  CHECK(settings->limits.batch_bytes == 4194304);
  CHECK(settings->limits.batch_lines == 1024);
  CHECK(settings->limits.idle_seconds == 60);
  CHECK(settings->limits.request_seconds == 30);
  CHECK(settings->limits.connections == 1024);
  CHECK(settings->limits.drain_seconds == 10);
  CHECK(settings->delivery.retry_first_ms == 200);
  CHECK(settings->delivery.retry_most_seconds == 300);
  CHECK(settings->alarm.elements == 5000);
  CHECK(settings->alarm.times_habit == 10);
  CHECK(settings->log_level == "info");
}

TEST_CASE("Settings: everything that may be left out, with comments", "[settings]") {
  Json json = minimal();
  json["tls"]["apiAuthorities"] = "api-ca.pem";
  json["threads"] = {{"network", 4}};
  json["limits"] = {{"drainSeconds", 0}};
  json["delivery"] = {{"retryFirstMs", 10}};
  json["alarm"] = {{"elements", 0}};
  json["log"] = {{"level", "debug"}};
  json["policyKeys"].push_back(test::public_key("lawyer"));
  json["policyThreshold"] = 2;
  json["partnerPolicies"] = "partners";
  const auto settings = Settings::parse("// of ggz\n" + json.dump() + "/* end */", "x");
  REQUIRE(settings.ok());
  CHECK(settings->tls.api_authorities == fs::path("x/api-ca.pem"));
  CHECK(settings->threads.network == 4);
  CHECK(settings->threads.curve == 1);
  CHECK(settings->limits.drain_seconds == 0);
  CHECK(settings->delivery.retry_first_ms == 10);
  CHECK(settings->alarm.elements == 0);
  CHECK(settings->log_level == "debug");
  CHECK(settings->policy_threshold == 2);
  CHECK(settings->partner_policies == fs::path("x/partners"));
}

TEST_CASE("Settings: a refused one names its key and what was wrong", "[settings]") {
  struct Case {
    std::string pointer, value, fault;
  };
  const auto c = GENERATE(values<Case>({
      {"/extra", "1", "/extra: is not a field that is known here"},
      {"/organisation", "\"GGZ\"", "/organisation: not a valid partner id"},
      {"/region/name", "\"Zuid\"", "/region/name: must be 1 to 40"},
      {"/region/authorityKeys", "[]", "must have a number of elements from 1 to 64"},
      {"/region/authorityKeys/0", "\"AAAA\"", "/region/authorityKeys/0: 3 bytes, want 32"},
      {"/region/threshold", "3", "is higher than the number of authorityKeys"},
      {"/region/threshold", "0", "/region/threshold: must be a whole number from 1"},
      {"/listen/api", "\"localhost:1\"", "/listen/api: must be an IP address and a port"},
      {"/listen/api", "\"127.0.0.1\"", "/listen/api: must be an IP address and a port"},
      {"/listen/api", "\"127.0.0.1:65536\"", "/listen/api: must be an IP address and a port"},
      {"/listen/api", "\"127.0.0.1:-1\"", "/listen/api: must be an IP address and a port"},
      {"/listen/api", "\"::1:17410\"", "/listen/api: must be an IP address and a port"},
      {"/listen/api", "\"[::1]\"", "/listen/api: must be an IP address and a port"},
      {"/listen/peer", "\"127.0.0.1:17410\"", "/listen/peer: is the address of another listener"},
      {"/listen/operator", "\"0.0.0.0:1\"", "/listen/operator: must be a loopback address"},
      {"/listen/operator", "\"[::]:1\"", "/listen/operator: must be a loopback address"},
      {"/tls/key", "1", "/tls/key: must be a text"},
      {"/tls/key", "\"a\\u0000b\"", "/tls/key: must be a path"},
      {"/policyKeys", "[]", "/policyKeys: must have a number of elements from 1 to 8"},
      {"/policyThreshold", "2", "/policyThreshold: is higher than the number of policyKeys"},
      {"/keys", "\"\"", "/keys: must be a text with a length in bytes from 1"},
      {"/threads", "{\"network\":0}", "/threads/network: must be a whole number from 1 to 64"},
      {"/threads", "{\"cores\":1}", "/threads/cores: is not a field that is known here"},
      {"/limits", "{\"bodyBytes\":1}", "/limits/bodyBytes: must be a whole number from 1024"},
      {"/limits", "{\"connections\":1e3}", "/limits/connections: must be a whole number"},
      {"/delivery", "{\"retryFirstMs\":1}", "/delivery/retryFirstMs: must be a whole number"},
      {"/alarm", "{\"timesHabit\":1001}", "/alarm/timesHabit: must be a whole number from 0"},
      {"/log", "{\"level\":\"loud\"}", "/log/level: must be one of: trace, debug"},
      {"/log", "[]", "/log: must be an object"},
  }));
  DYNAMIC_SECTION(c.pointer + " = " + c.value) {
    Json json = minimal();
    json[Json::json_pointer(c.pointer)] = Json::parse(c.value);
    const auto settings = Settings::parse(json.dump(), ".");
    REQUIRE_FALSE(settings.ok());
    CHECK(settings.failure().code == Code::invalid);
    CHECK_THAT(settings.failure().detail, Catch::Contains(c.fault));
  }
}

TEST_CASE("Settings: all faults at once, with their places", "[settings]") {
  const auto settings = Settings::parse("{\n \"keys\": 1,\n \"log\": {\"level\": 2}\n}", ".");
  REQUIRE_FALSE(settings.ok());
  const auto& detail = settings.failure().detail;
  CHECK_THAT(detail, Catch::Contains("\n  line 2, column 10: /keys: must be a text"));
  CHECK_THAT(detail, Catch::Contains("\n  line 3, column 19: /log/level: must be one of"));
  CHECK_THAT(detail, Catch::Contains("\n  line 1, column 1: /region: is missing"));
}

TEST_CASE("Settings: from a file, and the files that it names", "[settings]") {
  const auto folder = fs::temp_directory_path() / ("sluis settings " + random_uuid());
  fs::create_directories(folder);
  const auto file = folder / "settings.json";
  CHECK(Settings::read(file).failure().code == Code::not_found);
  CHECK_THAT(Settings::read(file).failure().detail, Catch::Contains("settings.json"));

  Json json = minimal();
  std::ofstream(file) << json.dump();
  std::ofstream(folder / "policy.json") << "{}";
  const auto settings = Settings::read(file);
  REQUIRE(settings.ok());
  CHECK(settings->policy == folder / "policy.json");
  std::vector<std::string> missing;
  for (const Error& each : settings->missing_files()) missing.push_back(each.pointer);
  CHECK(missing == std::vector<std::string>{"/region/directory", "/tls/certificate", "/tls/key",
                                            "/tls/peerAuthorities", "/keys", "/tokens"});

  std::ofstream(file) << "{";
  CHECK_THAT(Settings::read(file).failure().detail, Catch::Contains("the text ends too soon"));
  std::ofstream(file) << std::string((1U << 20) + 1, ' ');
  CHECK(Settings::read(file).failure().code == Code::too_large);
  fs::remove_all(folder);
}

}  // namespace
}  // namespace sluis::config
