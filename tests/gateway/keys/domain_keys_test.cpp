#include "gateway/keys/domain_keys.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "crypto/encoding.hpp"
#include "crypto/threshold.hpp"
#include "gateway/keys/key_shares.hpp"
#include "tests/config/region_fixture.hpp"
#include "tests/gateway/keys/key_making.hpp"
#include "tests/gateway/temporary_folder.hpp"

using namespace sluis;
using config::Code;
using gateway::DomainKeys;
using gateway::KeyFiles;
using gateway::KeyShares;
using gateway::Transcript;

namespace {

const std::vector<std::string> holders{"veilig-thuis", "politie", "gemeente"};

/// Every holder signs once more what a test changed.
void sign_again(Transcript& transcript) {
  transcript.signatures.clear();
  for (const auto& holder : holders) {
    transcript.signatures.push_back(
        test::signing_key(holder + " sign").sign(transcript.signed_bytes()));
  }
}

const auto zvh = config::DomainId::parse("zvh").value();
const auto epoch = config::EpochId::parse("2026b").value();

}  // namespace

TEST_CASE("domain keys: a key that was made verifies, through its file too", "[core][keys]") {
  const auto directory = test::directory();
  const auto tag = test::make_key(directory, "tag"), lock = test::make_key(directory, "lock");
  const test::TemporaryFolder folder;
  const auto path = folder / "domain-keys.json";
  const auto verified = DomainKeys::from({tag.transcript, lock.transcript}, directory);
  REQUIRE(verified.ok());
  REQUIRE(verified->write(path).ok());

  const auto keys = DomainKeys::read(path, directory);
  REQUIRE(keys.ok());
  const auto* set = keys->find(zvh, epoch, "tag");
  REQUIRE(set != nullptr);
  CHECK(set->generation == 1);
  CHECK(set->threshold == 2);
  CHECK(set->public_key.bytes() == tag.transcript.key);
  REQUIRE(set->holders.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(set->holders[i].number == i + 1);
    CHECK(set->holders[i].id.str() == holders[i]);
    CHECK(crypto::Element::base_mul(tag.shares[i].reveal()) == set->holders[i].public_key);
  }
  CHECK(keys->find(zvh, epoch, "lock")->public_key.bytes() == lock.transcript.key);
  CHECK(keys->find(zvh, config::EpochId::parse("2027a").value(), "tag") == nullptr);
}

TEST_CASE("domain keys: any two holders' shares make the key", "[core][keys]") {
  const auto directory = test::directory();
  const auto key = test::make_key(directory, "tag");
  const std::vector<std::uint32_t> pair =
      GENERATE(std::vector<std::uint32_t>{1, 2}, std::vector<std::uint32_t>{3, 1});
  const auto joined = crypto::add(crypto::weighted_share(key.shares[pair[0] - 1], pair[0], pair),
                                  crypto::weighted_share(key.shares[pair[1] - 1], pair[1], pair));
  CHECK(crypto::Element::base_mul(joined.reveal())->bytes() == key.transcript.key);
}

TEST_CASE("domain keys: what does not follow, or is not signed, is refused", "[core][keys]") {
  struct Case {
    std::string name;
    std::function<void(Transcript&)> change;
    bool signed_again;
    Code code;
  };
  const auto c = GENERATE(values<Case>({
      {"no signature of one holder", [](Transcript& t) { t.signatures.pop_back(); }, false,
       Code::bad_signature},
      {"a holder's signature twice", [](Transcript& t) { t.signatures[1] = t.signatures[0]; },
       false, Code::bad_signature},
      {"a field changed under the signatures",
       [](Transcript& t) { std::swap(t.commitments[0], t.commitments[1]); }, false,
       Code::bad_signature},
      {"another key K", [](Transcript& t) { t.key = t.holder_keys[0]; }, true, Code::invalid},
      {"another K_2", [](Transcript& t) { t.holder_keys[1] = t.holder_keys[0]; }, true,
       Code::invalid},
      {"a K_i too few", [](Transcript& t) { t.holder_keys.pop_back(); }, true, Code::invalid},
      {"a commitment too many",
       [](Transcript& t) { t.commitments[0].push_back(t.commitments[0][0]); }, true, Code::invalid},
      {"a commitment that is no element", [](Transcript& t) { t.commitments[0][1].fill(0xff); },
       true, Code::invalid},
      {"the identity as a commitment", [](Transcript& t) { t.commitments[0][1].fill(0); }, true,
       Code::invalid},
      {"a dealer missing", [](Transcript& t) { t.dealers.pop_back(); }, true, Code::invalid},
      {"holders in another order", [](Transcript& t) { std::swap(t.holders[0], t.holders[1]); },
       true, Code::invalid},
      {"another signKey", [](Transcript& t) { t.holders[0].sign_key = t.holders[1].sign_key; },
       true, Code::invalid},
      {"another generation", [](Transcript& t) { t.generation = 2; }, true, Code::generation},
      {"another attempt", [](Transcript& t) { t.attempt = 2; }, true, Code::invalid},
      {"another threshold", [](Transcript& t) { t.threshold = 3; }, true, Code::invalid},
      {"another region", [](Transcript& t) { t.region = "noord"; }, true, Code::invalid},
      {"a refresh", [](Transcript& t) { t.ceremony = "refresh"; }, true, Code::invalid},
      {"an earlier transcript", [](Transcript& t) { t.previous.emplace(); }, true, Code::invalid},
      {"an unknown epoch", [](Transcript& t) { t.epoch = config::EpochId::parse("2030a").value(); },
       true, Code::invalid},
  }));
  DYNAMIC_SECTION(c.name) {
    const auto directory = test::directory();
    auto transcript = test::make_key(directory, "tag").transcript;
    REQUIRE(gateway::verify(std::span(&transcript, 1), directory).ok());
    c.change(transcript);
    if (c.signed_again) sign_again(transcript);
    const auto verified = gateway::verify(std::span(&transcript, 1), directory);
    REQUIRE_FALSE(verified.ok());
    CHECK(verified.failure().code == c.code);
  }
}

TEST_CASE("domain keys: a file with a double or a broken transcript is refused", "[core][keys]") {
  const auto directory = test::directory();
  const gateway::KeyRecord tag{test::make_key(directory, "tag").transcript, {}};
  const test::TemporaryFolder folder;
  const auto path = folder / "domain-keys.json";
  SECTION("twice") {
    test::put(path, gateway::records_text({tag, tag}));
  }
  SECTION("an unknown field") {
    auto text = gateway::records_text({tag});
    text.replace(text.find("\"attempt\""), 9, "\"attemps\"");
    test::put(path, text);
  }
  SECTION("no JSON") {
    test::put(path, "{");
  }
  const auto read = DomainKeys::read(path, directory);
  REQUIRE_FALSE(read.ok());
  CHECK(read.failure().code == Code::invalid);
}

TEST_CASE("domain keys: no file is no key; a key that the directory no longer names is left out",
          "[core][keys]") {
  const auto directory = test::directory();
  const test::TemporaryFolder folder;
  const auto path = folder / "domain-keys.json";
  CHECK(DomainKeys::read(path, directory)->names().empty());
  const auto tag = test::make_key(directory, "tag").transcript;
  REQUIRE(DomainKeys::from({tag}, directory)->write(path).ok());
  auto document = test::directory_document();
  document["domains"] = config::Json::array();
  CHECK(DomainKeys::read(path, test::directory(document))->names().empty());
}

TEST_CASE("domain keys: another account of a generation that is known is refused", "[core][keys]") {
  const auto directory = test::directory();
  const gateway::KeyRecord mine{test::make_key(directory, "tag").transcript, {}};
  const gateway::KeyRecord other{test::make_key(directory, "tag").transcript, {}};
  const auto keys = DomainKeys::from({mine.transcript}, directory).value();
  CHECK(keys.with({mine}, directory).ok());
  CHECK(keys.with({other}, directory).failure().code == Code::conflict);
  CHECK_FALSE(mine.acknowledged());
}

namespace {

/// The region, with this signKey for politie.
config::Directory with_sign_key(const std::string& secret) {
  auto document = test::directory_document();
  for (auto& partner : document["partners"])
    if (partner["id"] == "politie") partner["signKey"] = test::public_key(secret);
  return test::directory(document);
}

gateway::KeyRecord signed_by_politie(gateway::KeyRecord record, const std::string& secret) {
  record.transcript.signatures[1] =
      test::signing_key(secret).sign(record.transcript.signed_bytes());
  return record;
}

const gateway::KeyName tag_key{zvh, epoch, "tag"};

}  // namespace

TEST_CASE("domain keys: what a holder signs anew is taken over, and nothing else", "[core][keys]") {
  const auto before = test::directory(), after = with_sign_key("politie second");
  const gateway::KeyRecord made{test::make_key(before, "tag").transcript, {}};
  const auto keys = DomainKeys::from({made.transcript}, before).value();
  CHECK(keys.newest(tag_key)->yet_to_sign(before).empty());
  CHECK(keys.newest(tag_key)->yet_to_sign(after) ==
        std::vector{config::PartnerId::parse("politie").value()});
  const auto anew = signed_by_politie(made, "politie second");

  SECTION("a new signature; then everybody can verify it against the directory") {
    CHECK_FALSE(DomainKeys::from({made.transcript}, after).ok());
    const auto taken = keys.with_signatures(anew, after);
    REQUIRE(taken);
    CHECK(taken->newest(tag_key)->yet_to_sign(after).empty());
    CHECK(taken->newest(tag_key)->transcript.hash() == made.transcript.hash());
    CHECK(DomainKeys::from({taken->newest(tag_key)->transcript}, after).ok());
    CHECK_FALSE(taken->with_signatures(anew, after));  // there already
    CHECK_FALSE(taken->with_signatures(made, after));  // never back
    // Also not with the whole chain.
    const auto whole = taken->with({made}, after);
    REQUIRE(whole.ok());
    CHECK(whole->newest(tag_key)->transcript.signatures == anew.transcript.signatures);
  }
  SECTION("not one by a key that the directory does not name") {
    CHECK_FALSE(keys.with_signatures(signed_by_politie(made, "politie third"), after));
    CHECK_FALSE(keys.with_signatures(anew, before));
    CHECK_FALSE(keys.with_signatures(made, after));
  }
  SECTION("not another transcript, however it is signed") {
    const gateway::KeyRecord other{test::make_key(before, "tag").transcript, {}};
    CHECK_FALSE(keys.with_signatures(signed_by_politie(other, "politie second"), after));
  }
  SECTION("a record without signatures, or of a key that is not here") {
    auto bare = anew;
    bare.transcript.signatures.clear();
    CHECK_FALSE(keys.with_signatures(bare, after));
    CHECK_FALSE(DomainKeys().with_signatures(anew, after));
  }
  SECTION("one holder's new signature counts while another's is still missing") {
    auto document = test::directory_document();
    for (auto& partner : document["partners"])
      if (partner["id"] == "politie" || partner["id"] == "gemeente")
        partner["signKey"] = test::public_key(partner["id"].get<std::string>() + " second");
    const auto both = test::directory(document);
    const auto taken = keys.with_signatures(anew, both);
    REQUIRE(taken);
    CHECK(taken->newest(tag_key)->yet_to_sign(both) ==
          std::vector{config::PartnerId::parse("gemeente").value()});
  }
}

TEST_CASE("domain keys: a file stays good through one signKey after another", "[core][keys]") {
  const auto first = test::directory(), second = with_sign_key("politie second"),
             third = with_sign_key("politie third");
  const gateway::KeyRecord made{test::make_key(first, "tag").transcript, {}};
  const auto anew = signed_by_politie(made, "politie second");
  const test::TemporaryFolder folder;
  const auto path = folder / "domain-keys.json";
  // Verified when politie had its second key: neither that of the ceremony, nor that of the end.
  REQUIRE(DomainKeys::from({anew.transcript}, second)->write(path).ok());
  const auto kept = DomainKeys::read(path, third);
  REQUIRE(kept.ok());
  CHECK(kept->newest(tag_key)->yet_to_sign(third).size() == 1);
  CHECK(kept->with_signatures(signed_by_politie(made, "politie third"), third));
  // From others such a signature counts for nothing, and nor does what they say of it.
  auto offered = *kept->newest(tag_key);
  CHECK(DomainKeys().with({offered}, third).failure().code == Code::bad_signature);
  CHECK_FALSE(gateway::verify_kept(std::span(&offered.transcript, 1), third).ok());
}

TEST_CASE("domain keys: acknowledged by every holder's own word, whatever else it was sent",
          "[core][keys]") {
  test::Table table(test::plan_of(test::directory(), "tag"));
  table.run();
  const auto& ceremony = table.at("politie").ceremony;
  gateway::KeyRecord record{*ceremony.transcript(), {}, {}};
  for (const auto& message : ceremony.messages())
    if (message.round == gateway::Round::acknowledge) record.acknowledgements.push_back(message);
  REQUIRE(record.acknowledged());

  auto& body = record.acknowledgements.back().body;
  body = GENERATE(values<config::Json>({{{"transcript", 5}},
                                        {{"transcript", nullptr}},
                                        {{"transcript", {{"transcript", "AA"}}}},
                                        {{"transcript", "AA"}},
                                        config::Json::object()}));
  const auto read = gateway::read_records(gateway::records_text({record}));
  REQUIRE(read.ok());
  REQUIRE(read->front().acknowledgements.back().body == body);
  CHECK_FALSE(read->front().acknowledged());
}

TEST_CASE("key shares: written, read, found and checked", "[core][keys]") {
  const auto directory = test::directory();
  const auto tag = test::make_key(directory, "tag");
  const auto keys = DomainKeys::from({tag.transcript}, directory).value();
  const test::TemporaryFolder folder;
  const auto files = KeyFiles::open(folder / "keys", gateway::StoreKey::random()).value();
  const gateway::KeyGeneration name{{zvh, epoch, "tag"}, 1};
  REQUIRE(KeyShares::write(files, name, tag.shares[1]).ok());

  const auto held = KeyShares::read(files);
  REQUIRE(held.ok());
  CHECK(held->find(name) != nullptr);
  CHECK(held->find({{zvh, epoch, "lock"}, 1}) == nullptr);
  CHECK(held->find({{zvh, epoch, "tag"}, 2}) == nullptr);
  CHECK(held->check(keys, config::PartnerId::parse("politie").value()).ok());
  CHECK_FALSE(held->check(keys, config::PartnerId::parse("gemeente").value()).ok());
  CHECK_FALSE(held->check(keys, config::PartnerId::parse("ggz").value()).ok());

  const auto other =
      DomainKeys::from({test::make_key(directory, "tag").transcript}, directory).value();
  CHECK_FALSE(held->check(other, config::PartnerId::parse("politie").value()).ok());
}
