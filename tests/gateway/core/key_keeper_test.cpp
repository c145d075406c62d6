// The transcripts of the region's keys after a holder's signKey changed (protocol.md §6): its
// gateway signs them anew, the others take that over.
#include "gateway/core/key_keeper.hpp"

#include <catch2/catch.hpp>

#include "core_fixture.hpp"
#include "tests/config/region_fixture.hpp"
#include "tests/gateway/temporary_folder.hpp"

using namespace sluis;
using namespace sluis::gateway;
using namespace sluis::gateway::test;
using config::Json;

namespace {

crypto::SigningKey key_of(const std::string& secret) {
  return sluis::test::signing_key(secret);
}

/// The other gateways as far as they tell what they have; all of them the same.
class KeyTellers final : public Peers {
 public:
  Task<config::Result<crypto::Evaluation>> evaluate(const config::PartnerId&,
                                                    const EvaluationRequest&) override {
    co_return config::error(config::Code::unavailable, "not asked here");
  }
  Task<config::Result<std::vector<Receipt>>> deliver(const config::PartnerId&,
                                                     const std::vector<Envelope>&) override {
    co_return config::error(config::Code::unavailable, "not asked here");
  }
  Task<config::Result<std::vector<RoundMessage>>> deal(const config::PartnerId&,
                                                       const Dealing&) override {
    co_return config::error(config::Code::unavailable, "not asked here");
  }
  Task<config::Result<std::vector<KeyRecord>>> domain_keys(const config::PartnerId&) override {
    ++asked;
    co_return known;
  }
  Task<bool> alive(const config::PartnerId&) override { co_return true; }

  std::vector<KeyRecord> known;
  std::size_t asked = 0;
};

/// A gateway whose keys were made when politie had its first signKey.
struct Keeping : Gateway {
  explicit Keeping(const std::string& self) : Gateway(self) {}
  ~Keeping() { run(keeper.stop()); }

  /// The directory names another signKey of politie's.
  void name_second_key() {
    auto standing = *region.standing();
    auto document =
        with_partner(region_document(), "politie", "signKey", sluis::test::public_key("second"));
    document["version"] = document["version"].get<std::uint64_t>() + 1;
    standing.directory =
        std::make_shared<const config::Directory>(sluis::test::directory(document));
    region.replace(std::move(standing));
    keeper.look_again();
  }
  /// politie's key file has the second key, and the first one too unless it was dropped.
  void have_second_key(bool first_dropped) {
    auto keys = keys_of("politie");
    if (!first_dropped) keys.former_sign.push_back(keys.sign);
    keys.sign = key_of("second");
    region.replace(*region.standing(), std::make_shared<const GatewayKeys>(std::move(keys)));
  }
  [[nodiscard]] const KeyRecord& record(const std::string& use) const {
    return *region.standing()->domain_keys->newest(key_name(use));
  }
  [[nodiscard]] bool signed_anew(const std::string& use) const {
    return record(use).yet_to_sign(*region.standing()->directory).empty();
  }
  [[nodiscard]] KeyStatus status(const std::string& use) const {
    for (const auto& each : keeper.status())
      if (each.key == key_name(use)) return each;
    throw std::logic_error("no such key");
  }

  sluis::test::TemporaryFolder folder;
  KeyTellers peers;
  KeyKeeper keeper{io.get_executor(),
                   region,
                   peers,
                   curve,
                   *store,
                   recorder,
                   KeyFiles::open(folder / "keys", StoreKey::random()).value(),
                   folder.path()};
};

KeyRecord with_second_signature(const std::string& use) {
  KeyRecord record{dealt(use).transcript, {}};
  record.transcript.signatures[1] = key_of("second").sign(record.transcript.signed_bytes());
  return record;
}

}  // namespace

TEST_CASE("keys: a holder with a new signKey signs its transcripts anew, and keeps that",
          "[core]") {
  Keeping politie("politie");
  politie.keeper.start();
  politie.settle();
  CHECK(records(*politie.store, "key.sign").empty());
  politie.have_second_key(false);
  politie.name_second_key();
  politie.run_until([&] { return politie.signed_anew("tag") && politie.signed_anew("lock"); });
  CHECK(records(*politie.store, "key.sign").size() == 2);
  CHECK(politie.record("tag").transcript.hash() == dealt("tag").transcript.hash());
  const auto& directory = *politie.region.standing()->directory;
  CHECK(DomainKeys::from({politie.record("tag").transcript}, directory).ok());
  const auto kept = DomainKeys::read(politie.folder / "domain-keys.json", directory);
  REQUIRE(kept.ok());
  CHECK(kept->newest(key_name("lock"))->yet_to_sign(directory).empty());
  politie.run_until([&] { return politie.status("tag").to_do.empty(); });
}

TEST_CASE("keys: what was not signed with a key of ours is not signed anew", "[core]") {
  Keeping politie("politie");
  politie.keeper.start();
  politie.have_second_key(true);
  politie.name_second_key();
  politie.run_until([&] {
    return politie.status("tag").to_do.find("no longer in the key file") != std::string::npos;
  });
  CHECK(politie.status("tag").state == "in-force");
  CHECK_FALSE(politie.signed_anew("tag"));
  CHECK(records(*politie.store, "key.sign").empty());
}

TEST_CASE("keys: others take over what a holder signed anew, once it has", "[core]") {
  Keeping ggz("ggz");
  ggz.keeper.start();
  ggz.settle();
  CHECK(ggz.peers.asked == 0);
  ggz.peers.known = {{dealt("tag").transcript, {}}};
  ggz.name_second_key();
  ggz.run_until([&] { return ggz.peers.asked > 0; });
  ggz.run_until([&] {
    return ggz.status("tag").to_do.find("not yet signed anew with a new signKey by politie") == 0;
  });
  CHECK(ggz.status("tag").state == "in-force");
  ggz.peers.known = {with_second_signature("tag"), with_second_signature("lock")};
  ggz.run_until([&] { return ggz.signed_anew("tag") && ggz.signed_anew("lock"); });
  const auto taken = records(*ggz.store, "key.take");
  REQUIRE(taken.size() == 2);
  CHECK(taken[0]["rule"] == "signed-anew");
  CHECK(DomainKeys::from({ggz.record("lock").transcript}, *ggz.region.standing()->directory).ok());
}
