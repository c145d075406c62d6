#include "gateway/core/standing_files.hpp"

#include <catch2/catch.hpp>

#include "core_fixture.hpp"
#include "policy/signing.hpp"
#include "tests/config/region_fixture.hpp"
#include "tests/gateway/temporary_folder.hpp"

using namespace sluis;
using namespace sluis::gateway;
using namespace sluis::gateway::test;
using config::Code;
using config::Json;

namespace {

/// The files of politie, a holder, as `sluis region create` leaves them.
struct Files {
  Files() : settings(partner("politie")) {
    settings.region = {sluis::test::trust(), folder / "directory.json"};
    settings.keys = folder / "gateway-keys.json";
    settings.policy = folder / "policy.json";
    settings.data = folder / "data";
    std::filesystem::create_directory(settings.data);
    put_directory(region_document());
    const auto directory = sluis::test::directory(region_document());
    REQUIRE(DomainKeys::from({dealt("tag").transcript, dealt("lock").transcript}, directory)
                .value()
                .write(settings.data / "domain-keys.json")
                .ok());
    settings.policy_keys = {sluis::test::signing_key("officer").public_key()};
    put_policy(1);
    put_shares(2);
  }
  void put_directory(const Json& document) const {
    sluis::test::put(settings.region.directory, sluis::test::signed_text(document));
  }
  /// Signed by "officer", unless another signs.
  void put_policy(std::uint64_t version, const Json& change = Json::object(),
                  const std::string& signer = "officer") const {
    auto document = Json::parse(policy_of("politie"));
    document["version"] = version;
    document.merge_patch(change);
    const auto key = sluis::test::signing_key(signer);
    sluis::test::put(settings.policy, policy::sign_policy(document.dump(2), key).value());
  }
  /// The shares of holder `number`.
  void put_shares(std::uint32_t number) const {
    const auto files = KeyFiles::open(key_folder(settings), keys.store_key).value();
    for (const std::string use : {"tag", "lock"})
      REQUIRE(KeyShares::write(files, {key_name(use), 1}, dealt(use).shares[number - 1]).ok());
  }
  config::Result<StandingRead> read_all() const {
    return read_standing(settings, keys, config::parse_time("2026-11-01T09:00:00Z").value());
  }
  config::Result<Standing> read() const {
    auto all = read_all();
    if (!all) return all.failure();
    return std::move(all->standing);
  }
  const sluis::test::TemporaryFolder folder;
  config::Settings settings;
  GatewayKeys keys = keys_of("politie");
};

Json version(std::uint64_t number) {
  auto document = region_document();
  document["version"] = number;
  return document;
}

}  // namespace

TEST_CASE("standing: read whole, and again", "[core]") {
  const Files files;
  const auto standing = files.read();
  REQUIRE(standing.ok());
  CHECK(standing->directory->version() == 12);
  CHECK(standing->policy->document().organisation == "politie");
  CHECK_FALSE(standing->policy_hash.empty());
  const auto name = key_name("lock");
  CHECK(standing->domain_keys->find(name.domain, name.epoch, name.use) != nullptr);
  CHECK(standing->shares->find({name, 1}) != nullptr);
  CHECK(files.read().ok());
}

TEST_CASE("standing: a gateway that has no keys yet, or not the generation that is named, starts",
          "[core]") {
  const Files files;
  SECTION("none at all") {
    std::filesystem::remove(files.settings.data / "domain-keys.json");
    std::filesystem::remove_all(key_folder(files.settings));
    const auto standing = files.read();
    REQUIRE(standing.ok());
    CHECK(standing->domain_keys->names().empty());
    CHECK(standing->shares->list().empty());
  }
  SECTION("the generation before") {
    auto document = version(13);
    document["domains"][0]["epochs"][0]["generation"] = 2;
    document["domains"][0]["epochs"][0]["ceremony"] = "refresh";
    files.put_directory(document);
    const auto standing = files.read();
    REQUIRE(standing.ok());
    CHECK(standing->domain_keys->find({key_name("tag"), 1}) != nullptr);
    CHECK(standing->shares->find({key_name("tag"), 1}) != nullptr);
  }
}

TEST_CASE("standing: a directory may follow the last one seen, and no other", "[core]") {
  struct Case {
    std::string name;
    std::function<Json()> next;
    bool taken;
  };
  auto other_bytes = [] { return with_partner(version(12), "ggz", "name", "GGZ"); };
  const auto c = GENERATE_COPY(values<Case>({
      {"the same", [] { return version(12); }, true},
      {"a later one", [] { return version(13); }, true},
      {"an older one", [] { return version(11); }, false},
      {"other bytes of the same version", other_bytes, false},
      {"another region",
       [] {
         auto document = version(13);
         document["region"] = "noord";
         return document;
       },
       false},
  }));
  DYNAMIC_SECTION(c.name) {
    const Files files;
    REQUIRE(files.read().ok());
    files.put_directory(c.next());
    const auto standing = files.read();
    CHECK(standing.ok() == c.taken);
    if (!c.taken) {
      CHECK(standing.failure().detail.find("directory.json") != std::string::npos);
      // What was refused has left nothing behind.
      files.put_directory(version(12));
      CHECK(files.read().ok());
    }
  }
}

TEST_CASE("standing: an older directory is refused also without the database", "[core]") {
  const Files files;
  files.put_directory(version(20));
  REQUIRE(files.read().ok());
  files.put_directory(version(12));
  CHECK(files.read().failure().code == Code::conflict);
  // What remembers it stands in the data folder, apart from the database, for its owner alone.
  const auto seen = files.settings.data / "directory.seen.json";
  CHECK(sluis::test::mode_of(seen) == 0600);
  sluis::test::put(seen, "damaged");
  files.put_directory(version(20));
  const auto damaged = files.read();
  REQUIRE_FALSE(damaged.ok());
  CHECK(damaged.failure().detail.find("directory.seen.json") != std::string::npos);
}

TEST_CASE("standing: what does not fit together is refused, with the file's name", "[core]") {
  struct Case {
    std::string name;
    std::function<void(Files&)> change;
    std::string said;
  };
  const auto c = GENERATE(values<Case>({
      {"no directory", [](Files& f) { std::filesystem::remove(f.settings.region.directory); },
       "directory.json"},
      {"a directory with one signature too few",
       [](Files& f) { f.settings.region.trust.threshold = 3; }, "directory.json"},
      {"an organisation that is not in it",
       [](Files& f) { f.settings.organisation = partner("om"); }, "\"om\": is not in it"},
      {"damaged domain keys",
       [](Files& f) { sluis::test::put(f.settings.data / "domain-keys.json", "{"); },
       "domain-keys.json"},
      {"another holder's shares", [](Files& f) { f.put_shares(3); }, "is not the one"},
      {"shares that others may enter",
       [](Files& f) { sluis::test::set_mode(key_folder(f.settings), 0750); }, "chmod 700"},
      {"another gateway's shares", [](Files& f) { f.keys = keys_of("politie"); },
       "was not sealed by this gateway's storeKey"},
      {"no policy", [](Files& f) { std::filesystem::remove(f.settings.policy); }, "policy.json"},
      {"another organisation's policy",
       [](Files& f) {
         f.put_policy(1, {{"organisation", "gemeente"}});
       },
       "policy.json: organisation"},
      {"a policy with an unknown word",
       [](Files& f) {
         auto policy = Json::parse(policy_of("politie"));
         policy["send"][0]["themes"][0] = "weer";
         sluis::test::put(f.settings.policy, policy.dump());
       },
       "policy.json"},
  }));
  DYNAMIC_SECTION(c.name) {
    Files files;
    c.change(files);
    const auto standing = files.read();
    REQUIRE_FALSE(standing.ok());
    CHECK(standing.failure().detail.find(c.said) != std::string::npos);
  }
}

TEST_CASE("standing: keys that are not the directory's are refused", "[core]") {
  const Files files;
  struct Case {
    std::string name;
    std::function<void(GatewayKeys&)> change;
    std::string said;
  };
  const auto c = GENERATE(values<Case>({
      {"signKey", [](GatewayKeys& k) { k.sign = crypto::SigningKey::random(); }, "signKey"},
      {"logKey", [](GatewayKeys& k) { k.log = crypto::SigningKey::random(); }, "logKey"},
      {"sealKeys",
       [](GatewayKeys& k) {
         k.seal.clear();
         k.seal.push_back(crypto::SealKey::random());
       },
       "sealKey"},
  }));
  DYNAMIC_SECTION(c.name) {
    auto keys = keys_of("politie");
    c.change(keys);
    const auto standing =
        read_standing(files.settings, keys, config::parse_time("2026-11-01T09:00:00Z").value());
    REQUIRE_FALSE(standing.ok());
    CHECK(standing.failure().detail.find(c.said) != std::string::npos);
    CHECK(standing.failure().detail.find("gateway-keys.json") != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(files.settings.data / "directory.seen.json"));
  }
  SECTION("a new sign key in front of the one that the directory names is fine") {
    Files with_newer;
    with_newer.keys.former_sign.push_back(with_newer.keys.sign);
    with_newer.keys.sign = crypto::SigningKey::random();
    CHECK(with_newer.read().ok());
  }
  SECTION("an older seal key beside the one in force is kept") {
    Files with_older;
    with_older.keys.seal.push_back(crypto::SealKey::random());
    CHECK(with_older.read().ok());
  }
}

TEST_CASE("standing: its version changes with any of its files", "[core]") {
  const Files files;
  auto before = standing_version(files.settings);
  CHECK(standing_version(files.settings) == before);
  for (const auto& file : {files.settings.region.directory, files.settings.policy}) {
    CAPTURE(file);
    const auto text = sluis::test::contents(file);
    std::filesystem::remove(file);
    sluis::test::put(file, text + " ");
    const auto after = standing_version(files.settings);
    CHECK(after != before);
    before = after;
  }
}

TEST_CASE("standing: a policy is taken when it is signed, in force and not an older one",
          "[core][policy]") {
  const Files files;
  const auto first = files.read_all();
  REQUIRE(first.ok());
  CHECK(first->policy.is_new);
  REQUIRE(keep_policy(files.settings, first->policy).ok());
  CHECK_FALSE(files.read_all()->policy.is_new);
  CHECK(sluis::test::mode_of(files.settings.data / "policy.seen.json") == 0600);

  struct Case {
    std::string name;
    std::function<void(const Files&)> change;
    std::optional<Code> refused;
  };
  const auto c = GENERATE(values<Case>({
      {"a later one", [](const Files& f) { f.put_policy(2); }, {}},
      {"the same", [](const Files& f) { f.put_policy(1); }, {}},
      {"the same version, other content",
       [](const Files& f) {
         f.put_policy(1, {{"validUntil", "2027-01-01"}});
       },
       Code::conflict},
      {"by a stranger", [](const Files& f) { f.put_policy(2, Json::object(), "stranger"); },
       Code::bad_signature},
      {"expired",
       [](const Files& f) {
         f.put_policy(2, {{"validUntil", "2026-10-31"}});
       },
       Code::expired},
      {"its last day",
       [](const Files& f) {
         f.put_policy(2, {{"validUntil", "2026-11-01"}});
       },
       {}},
      {"malformed", [](const Files& f) { sluis::test::put(f.settings.policy, "{"); },
       Code::invalid},
      {"gone", [](const Files& f) { std::filesystem::remove(f.settings.policy); }, Code::not_found},
  }));
  DYNAMIC_SECTION(c.name) {
    c.change(files);
    const auto read = files.read_all();
    REQUIRE(read.ok());  // with the last good one, where the file is refused
    CHECK(read->policy.refused.has_value() == c.refused.has_value());
    if (!c.refused) return;
    CHECK(read->policy.refused->code == *c.refused);
    CHECK(read->standing.policy_hash == first->standing.policy_hash);
    CHECK(read->policy.refused->detail.find("policy.json") != std::string::npos);
    // A directory is taken all the same.
    files.put_directory(version(13));
    CHECK(files.read()->directory->version() == 13);
  }
}

TEST_CASE("standing: an older policy is refused; without a good one nothing starts",
          "[core][policy]") {
  const Files files;
  files.put_policy(5);
  REQUIRE(keep_policy(files.settings, files.read_all()->policy).ok());
  files.put_policy(4);
  const auto read = files.read_all();
  REQUIRE(read.ok());
  CHECK(read->policy.refused->code == Code::conflict);
  CHECK(read->standing.policy->document().version == 5);
  SECTION("what was kept is damaged") {
    sluis::test::put(files.settings.data / "policy.seen.json", "damaged");
    CHECK_FALSE(files.read().ok());
  }
  SECTION("nothing was kept") {
    std::filesystem::remove(files.settings.data / "policy.seen.json");
    files.put_policy(6, {{"validUntil", "2026-10-31"}});
    CHECK(files.read().failure().code == Code::expired);
  }
  SECTION("one that expired while it was in force stays, and denies by itself") {
    files.put_policy(6, {{"validUntil", "2026-11-01"}});
    const auto before = files.read().value();
    const auto later =
        read_standing(files.settings, files.keys,
                      config::parse_time("2026-11-09T09:00:00Z").value(), before.policy.get());
    REQUIRE(later.ok());
    CHECK_FALSE(later->policy.refused);
  }
}
