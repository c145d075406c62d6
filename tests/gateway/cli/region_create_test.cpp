#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "config/settings.hpp"
#include "gateway/cli/region_plan.hpp"
#include "gateway/core/tokens.hpp"
#include "gateway/keys/gateway_keys.hpp"
#include "gateway/net/tls.hpp"
#include "policy/document.hpp"
#include "policy/signing.hpp"
#include "tests/gateway/cli/cli_fixture.hpp"

using namespace sluis;
using gateway::cli::demo_partners;
using test::contains;
using test::demo_region;
using test::run_sluis;

namespace {

config::Settings settings_of(std::string_view partner) {
  return config::Settings::read(demo_region() / partner / "settings.json").value();
}

config::Directory directory_of(const config::Settings& settings) {
  return config::Directory::read(test::contents(settings.region.directory), settings.region.trust)
      .value();
}

}  // namespace

TEST_CASE("region create: every gateway has all that its settings name", "[cli][region]") {
  const auto& partner = GENERATE(from_range(demo_partners));
  CAPTURE(partner.id);
  const auto settings = settings_of(partner.id);
  CHECK(settings.organisation.str() == partner.id);
  CHECK(settings.missing_files().empty());

  const auto directory = directory_of(settings);
  CHECK(directory.usable_at(config::SystemClock().now()).ok());
  const auto* entry = directory.partner(settings.organisation);
  REQUIRE(entry != nullptr);
  CHECK(entry->oin.str() == partner.oin);
  CHECK(entry->oin.str().starts_with("00000099"));
  CHECK(entry->peer_url == "https://" + settings.listen.peer.str());

  const auto keys = gateway::GatewayKeys::read(settings.keys);
  REQUIRE(keys.ok());
  CHECK(keys->sign.public_key() == entry->sign_key);
  CHECK(keys->seal.front().public_key() == entry->seal_keys.front());
  CHECK(keys->log.public_key() == entry->log_key);
  CHECK(keys->witness.public_key() == entry->witness_key);

  const auto policy =
      policy::read_policy(test::contents(settings.policy), policy::Known::of(directory));
  CAPTURE(policy.ok() ? "" : policy.failure().detail);
  REQUIRE(policy.ok());
  CHECK(policy->document().organisation == partner.id);
  CHECK(policy::check_signed(test::contents(settings.policy),
                             {settings.policy_keys, settings.policy_threshold})
            .ok());
  CHECK(policy->document().send.empty() == partner.matches);
  CHECK(policy->document().accept.empty() != partner.matches);
  CHECK(policy->document().evaluate.empty() != partner.holds);

  const gateway::net::TlsFiles files{settings.tls.certificate, settings.tls.key,
                                     settings.tls.peer_authorities};
  CHECK(gateway::net::ServerTls::load(files, gateway::net::ClientCert::required).ok());
}

TEST_CASE("region create: the directory names the keys, and its holders make them",
          "[cli][region]") {
  const auto directory = directory_of(settings_of("zvh"));
  const auto& domain = directory.domains().front();
  CHECK(domain.recipient.str() == "zvh");
  REQUIRE(domain.epochs.size() == 1);
  const auto& epoch = domain.epochs.front();
  CHECK(epoch.ceremony == "make");
  CHECK(epoch.holders.size() == 3);
  CHECK(epoch.threshold == 2);
  CHECK(epoch.lock_thresholds == std::vector<std::uint8_t>{2, 3});
  for (const auto& each : std::filesystem::recursive_directory_iterator(demo_region())) {
    CHECK_FALSE(each.path().filename() == "domain-keys.json");
    CHECK_FALSE(contains(each.path().filename().string(), "share"));
  }
}

TEST_CASE("region create: what is secret is for its owner alone", "[cli][region]") {
  std::size_t secrets = 0;
  for (const auto& each : std::filesystem::recursive_directory_iterator(demo_region())) {
    const auto path = each.path().string();
    const bool secret = contains(path, "/keys/") || path.ends_with(".key") ||
                        path.ends_with(".token") || contains(path, "/authority/") ||
                        contains(path, "/policy-keys/") || path.ends_with("tokens.json");
    if (!each.is_regular_file()) continue;
    CAPTURE(path);
    if (secret) CHECK(test::mode_of(each.path()) == 0600);
    if (secret) ++secrets;
    if (path.ends_with(".crt")) CHECK(test::mode_of(each.path()) == 0644);
  }
  CHECK(secrets == 6 + 6 + 1 + 2 + 6 + 6 + 12);
  CHECK_FALSE(std::filesystem::exists(demo_region().string() + ".partial"));
}

TEST_CASE("region create: the demo's tokens are those of its gateways", "[cli][region]") {
  const auto& partner = GENERATE(from_range(demo_partners));
  CAPTURE(partner.id);
  auto token = test::contents(demo_region() / "clients" / (std::string(partner.id) + ".token"));
  REQUIRE(token.back() == '\n');
  token.pop_back();
  gateway::TokenFile file(settings_of(partner.id).tokens);
  const auto caller = file.check(token, config::SystemClock().now());
  REQUIRE(caller);
  CHECK(caller->role == (partner.matches ? "procesregisseur" : "sender"));
}

TEST_CASE("region create: never over something that is there", "[cli][region]") {
  const test::TemporaryFolder folder;
  const auto region = (folder / "region").string();
  SECTION("a region") {
    REQUIRE(run_sluis({"region", "create", region}).status == 0);
    const auto before = test::contents(region + "/directory.json");
    const auto again = run_sluis({"region", "create", region});
    CHECK(again.status == 5);
    CHECK(contains(again.err, "is there already"));
    CHECK(test::contents(region + "/directory.json") == before);
  }
  SECTION("an empty folder is no obstacle") {
    std::filesystem::create_directory(region);
    CHECK(run_sluis({"region", "create", region + "/"}).status == 0);
  }
  SECTION("what an interrupted run left is cleared") {
    std::filesystem::create_directory(region + ".partial");
    test::put(region + ".partial/.sluis-region-unfinished", "");
    test::put(region + ".partial/directory.json", "half");
    CHECK(run_sluis({"region", "create", region}).status == 0);
    CHECK_FALSE(std::filesystem::exists(region + ".partial"));
  }
  SECTION("what somebody else put there is not") {
    std::filesystem::create_directory(region + ".partial");
    test::put(region + ".partial/thesis.txt", "years of work");
    CHECK(run_sluis({"region", "create", region}).status == 5);
    CHECK(test::contents(region + ".partial/thesis.txt") == "years of work");
  }
}

TEST_CASE("region create: its options end up where they count", "[cli][region]") {
  const test::TemporaryFolder folder;
  const auto region = folder / "region";
  const auto ran = run_sluis({"region", "create", region.string(), "--name", "noord", "--reveal",
                              "3", "--evaluations-per-day", "77", "--valid-days", "10",
                              "--base-port", "25000", "--json"});
  REQUIRE(ran.status == 0);
  const auto said = nlohmann::json::parse(ran.out);
  CHECK(said["region"] == "noord");
  CHECK(said["basePort"] == 25000);
  const auto manifest = gateway::cli::Manifest::read(region);
  REQUIRE(manifest.ok());
  CHECK(manifest->reveal == 3);
  CHECK(manifest->name == "noord");
  CHECK(contains(test::contents(region / "ggz" / "policy.json"), "\"revealAfterPartners\": 3"));
  CHECK(contains(test::contents(region / "politie" / "policy.json"), "\"tag\": 77"));
  CHECK(contains(test::contents(region / "ggz" / "settings.json"), "127.0.0.1:25010"));
}

TEST_CASE("region create: the recipient gets no budget for locks", "[cli][region]") {
  const auto settings = settings_of("politie");
  const auto policy = policy::read_policy(test::contents(settings.policy),
                                          policy::Known::of(directory_of(settings)))
                          .value();
  for (const auto& rule : policy.document().evaluate) {
    CHECK(rule.tags_per_day.value_or(0) == 20000);
    CHECK(rule.locks_per_day.value_or(0) == (rule.partner == "zvh" ? 0 : 20000));
  }
  CHECK(policy.document().evaluate.size() == 6);
}
