// token, directory and audit, on a region's own files.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/gateway/cli/cli_fixture.hpp"

using namespace sluis;
using nlohmann::json;
using test::contains;
using test::demo_region;
using test::run_sluis;

namespace {

std::string settings() {
  return (demo_region() / "ggz" / "settings.json").string();
}

/// A copy of the directory that a test may change.
struct DirectoryCopy {
  test::TemporaryFolder folder;
  std::string path = (folder / "directory.json").string();
  DirectoryCopy() { test::put(path, test::contents(demo_region() / "directory.json")); }
};

}  // namespace

TEST_CASE("token: made, listed, revoked", "[cli]") {
  const auto made =
      run_sluis({"token", "create", "--settings", settings(), "--name", "epd", "--role", "sender"});
  REQUIRE(made.status == 0);
  CHECK(made.out.starts_with("sluis_"));
  CHECK(made.out.size() == 50);
  const auto twice =
      run_sluis({"token", "create", "--settings", settings(), "--name", "epd", "--role", "sender"});
  CHECK(twice.status == 5);
  CHECK(contains(twice.err, "revoke it first"));

  const auto listed = run_sluis({"token", "list", "--settings", settings(), "--json"});
  REQUIRE(listed.status == 0);
  const auto tokens = json::parse(listed.out)["tokens"];
  REQUIRE(tokens.size() == 3);
  CHECK(tokens[2]["name"] == "epd");
  CHECK_FALSE(contains(listed.out, made.out.substr(6, 20)));
  CHECK(contains(run_sluis({"token", "list", "--settings", settings()}).out, "demo-ggz"));

  CHECK(run_sluis({"token", "revoke", "--settings", settings(), "epd"}).status == 0);
  CHECK(run_sluis({"token", "revoke", "--settings", settings(), "epd"}).status == 5);
}

TEST_CASE("directory: shown and verified against the settings", "[cli]") {
  const auto file = (demo_region() / "directory.json").string();
  const auto verified = run_sluis({"directory", "verify", file, "--settings", settings()});
  CHECK(verified.status == 0);
  CHECK(contains(verified.out, "region zuid-limburg, version 1"));
  const auto shown = run_sluis({"directory", "show", file, "--settings", settings()});
  CHECK(shown.status == 0);
  CHECK(contains(shown.out, "any 2 of veilig-thuis, politie, gemeente"));
  CHECK(contains(shown.out, "00000099000000002000"));
  CHECK(json::parse(run_sluis({"directory", "show", file, "--settings", settings(), "--json"}).out)
            .contains("signatures"));
}

TEST_CASE("directory: one that was changed does not verify", "[cli]") {
  const DirectoryCopy copy;
  auto text = test::contents(copy.path);
  text.replace(text.find("\"version\": 1"), 12, "\"version\": 9");
  test::put(copy.path, text);
  const auto ran = run_sluis({"directory", "verify", copy.path, "--settings", settings()});
  CHECK(ran.status == 1);
  CHECK(contains(ran.err, "signature"));
  const auto machine =
      run_sluis({"directory", "verify", copy.path, "--settings", settings(), "--json"});
  CHECK(machine.status == 1);
  CHECK(json::parse(machine.out)["verified"] == false);
}

TEST_CASE("directory: signed anew by its authorities it verifies again", "[cli]") {
  const DirectoryCopy copy;
  auto document = json::parse(test::contents(copy.path));
  document["version"] = 2;
  const auto key_1 = document["signatures"][0]["key"].get<std::string>();
  const auto key_2 = document["signatures"][1]["key"].get<std::string>();
  document["signatures"] = json::array();
  test::put(copy.path, document.dump());
  const auto sign = [&](const char* name) {
    return run_sluis(
        {"directory", "sign", copy.path, "--key", (demo_region() / "authority" / name).string()});
  };
  const std::vector<std::string> verify{"directory",     "verify",       copy.path,
                                        "--region-name", "zuid-limburg", "--authority",
                                        key_1,           "--authority",  key_2};
  REQUIRE(sign("authority-1.json").status == 0);
  CHECK(run_sluis(verify).status == 1);
  auto one_is_enough = verify;
  one_is_enough.insert(one_is_enough.end(), {"--threshold", "1"});
  CHECK(run_sluis(one_is_enough).status == 0);
  CHECK(contains(sign("authority-1.json").out, "signatures now: 1"));
  CHECK(contains(sign("authority-2.json").out, "signatures now: 2"));
  CHECK(run_sluis(verify).status == 0);
}

TEST_CASE("audit: a log that is not there is no verified log", "[cli]") {
  const auto ran = run_sluis({"audit", "verify", "--settings", settings()});
  CHECK(ran.status == 1);
  CHECK(contains(ran.out, "FAULT"));
  const auto all = run_sluis({"audit", "verify", "--region", demo_region().string(), "--json"});
  CHECK(all.status == 1);
  CHECK(json::parse(all.out)["logs"].size() == 6);
}

TEST_CASE("region: nothing runs, and that is said", "[cli]") {
  const auto status = run_sluis({"region", "status", demo_region().string()});
  CHECK(status.status == 1);
  CHECK(contains(status.out, "not running"));
  const auto stop = run_sluis({"region", "stop", demo_region().string()});
  CHECK(stop.status == 0);
  CHECK(contains(stop.out, "no gateway was running"));
  const auto wait = run_sluis({"region", "wait", demo_region().string(), "--seconds", "0"});
  CHECK(wait.status == 3);
}

TEST_CASE("region: a daemon that ends at once is shown with its last words", "[cli]") {
  const test::TemporaryFolder folder;
  const auto program = folder / "sluisd";
  test::put(program, "#!/bin/sh\necho 'refused settings: /listen/api'; exit 1\n");
  test::set_mode(program, 0700);
  const auto ran = run_sluis(
      {"region", "start", demo_region().string(), "--sluisd", program.string(), "--wait", "10"});
  CHECK(ran.status == 3);
  CHECK(contains(ran.err, "ended while it started"));
  CHECK(contains(ran.err, "refused settings: /listen/api"));
  CHECK(contains(run_sluis({"region", "stop", demo_region().string()}).out, "no gateway"));
}
