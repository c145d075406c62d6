// Refresh and reshare (protocol.md §6): who deals, what stays, and what a chain of transcripts must
// be before anybody believes it.
#include <catch2/catch.hpp>

#include "crypto/threshold.hpp"
#include "gateway/keys/domain_keys.hpp"
#include "gateway/keys/key_set.hpp"
#include "tests/gateway/keys/holders_fixture.hpp"
#include "tests/gateway/keys/key_making.hpp"

using namespace sluis;
using config::Code;
using gateway::Transcript;
using test::directory_naming;
using test::holders;
using test::MadeKey;
using test::Named;
using test::Table;

namespace {

std::vector<std::string> dealers_of(const gateway::CeremonyPlan& plan) {
  std::vector<std::string> ids;
  for (const auto& each : plan.ceremony.dealers) {
    ids.push_back(std::to_string(each.number) + " " + each.id.str());
  }
  return ids;
}

config::Result<gateway::CeremonyPlan> try_plan(const Named& named, const MadeKey* previous) {
  const auto directory = directory_naming(named);
  const auto& domain = directory.domains().front();
  return gateway::plan_ceremony(directory, domain.id, domain.epochs.front().id, "tag",
                                previous == nullptr ? nullptr : &previous->transcript);
}

void sign_again(Transcript& transcript, const std::string& with = " sign") {
  transcript.signatures.clear();
  for (const auto& holder : transcript.holders) {
    transcript.signatures.push_back(
        test::signing_key(holder.id.str() + with).sign(transcript.signed_bytes()));
  }
}

}  // namespace

TEST_CASE("refresh: K stays, and shares of before do not go with those of after", "[keys]") {
  const auto [n, t] = GENERATE(table<unsigned, unsigned>({{3, 2}, {5, 3}}));
  const auto old = test::make_key(directory_naming({holders(n), t}), "tag");
  const auto directory = directory_naming({holders(n), t, 2, "refresh"});
  const auto fresh = test::make_key(directory, "tag", &old);
  CHECK(fresh.transcript.key == old.transcript.key);
  CHECK(test::joined_public(fresh) == old.transcript.key);
  CHECK(fresh.transcript.previous == old.transcript.hash());
  for (const auto& commitments : fresh.transcript.commitments) CHECK(commitments.size() == t - 1);
  for (unsigned i = 0; i < n; ++i) {
    CHECK(fresh.transcript.holder_keys[i] != old.transcript.holder_keys[i]);
  }
  MadeKey mixed{fresh.transcript, {}};
  for (unsigned i = 0; i < n; ++i) {
    const auto& from = i == 0 ? old : fresh;
    mixed.shares.push_back(crypto::SecretScalar::copy_of(from.shares[i].reveal()).value());
  }
  CHECK(test::joined_public(mixed) != old.transcript.key);
  const std::vector<Transcript> chain{old.transcript, fresh.transcript};
  const auto keys = gateway::verify(chain, directory);
  REQUIRE(keys.ok());
  CHECK(keys->generation == 2);
  CHECK(keys->public_key.bytes() == old.transcript.key);
}

TEST_CASE("reshare: other holders, another threshold, the same K", "[keys]") {
  const auto old = test::make_key(directory_naming({holders(3), 2}), "tag");
  const auto named = GENERATE(values<Named>({
      {{"h4", "h5", "h6"}, 2, 2, "reshare"},
      {{"h3", "h4", "h1", "h5", "h6"}, 4, 2, "reshare"},
      {{"h1", "h2", "h3", "h4"}, 3, 5, "reshare", 2},
      {{"h1", "h2", "h4"}, 2, 2, "reshare", 1, {"h3"}},
      {{"h4", "h3", "h2"}, 2, 2, "reshare", 1, {"h1"}},
  }));
  const auto directory = directory_naming(named);
  const auto fresh = test::make_key(directory, "tag", &old);
  CHECK(fresh.transcript.key == old.transcript.key);
  CHECK(test::joined_public(fresh) == old.transcript.key);
  CHECK(fresh.shares.size() == named.holders.size());
  const std::vector<Transcript> chain{old.transcript, fresh.transcript};
  CHECK(gateway::verify(chain, directory).ok());

  // And on from there.
  auto next = named;
  next.generation += 1;
  next.ceremony = "refresh";
  const auto later = directory_naming(next);
  const auto refreshed = test::make_key(later, "tag", &fresh);
  CHECK(test::joined_public(refreshed) == old.transcript.key);
  const std::vector<Transcript> longer{old.transcript, fresh.transcript, refreshed.transcript};
  CHECK(gateway::verify(longer, later).ok());
}

TEST_CASE("reshare: a restart of every party after every step changes nothing", "[keys]") {
  const auto old = test::make_key(directory_naming({holders(3), 2}), "tag");
  const std::string ceremony = GENERATE("refresh", "reshare");
  const auto ids =
      ceremony == "refresh" ? holders(3) : std::vector<std::string>{"h2", "h4", "h5", "h6"};
  Table table(test::plan_of(directory_naming({ids, 2, 2, ceremony}), "tag", &old), &old);
  table.after_act = [&] {
    for (auto& [id, party] : table.parties()) party.restart();
  };
  table.run();
  for (const auto& [id, party] : table.parties()) CHECK(party.ceremony.progress().acknowledged);
  CHECK(test::joined_public(table.result()) == old.transcript.key);
}

TEST_CASE("reshare: a lost holder is passed by when the attempt is raised", "[keys]") {
  const auto old = test::make_key(directory_naming({holders(3), 2}), "tag");
  const std::vector<std::string> with{"h2", "h3", "h4"};
  const auto first = test::plan_of(directory_naming({with, 2, 2, "reshare"}), "tag", &old);
  CHECK(dealers_of(first) == std::vector<std::string>{"1 h1", "2 h2"});
  Table stuck(first, &old, {"h1"});
  stuck.run();
  const auto progress = stuck.at("h4").ceremony.progress();
  CHECK(progress.round == gateway::Round::commit);
  REQUIRE(progress.waiting_for.size() == 1);
  CHECK(progress.waiting_for.front().str() == "h1");

  const auto second = test::plan_of(directory_naming({with, 2, 2, "reshare", 2}), "tag", &old);
  CHECK(dealers_of(second) == std::vector<std::string>{"2 h2", "3 h3"});
  Table table(second, &old, {"h1"});
  table.run();
  CHECK(test::joined_public(table.result()) == old.transcript.key);
}

TEST_CASE("plan: the attempt and the active partners choose who deals a reshare", "[keys]") {
  const auto old = test::make_key(directory_naming({holders(4), 2}), "tag");
  struct Case {
    std::uint64_t attempt;
    std::vector<std::string> suspended, dealers;
  };
  const auto c = GENERATE(values<Case>({
      {1, {}, {"1 h1", "2 h2"}},
      {3, {}, {"3 h3", "4 h4"}},
      {4, {}, {"1 h1", "4 h4"}},
      {5, {}, {"1 h1", "2 h2"}},
      {1, {"h2"}, {"1 h1", "3 h3"}},
      {3, {"h2"}, {"1 h1", "4 h4"}},
  }));
  const auto plan = try_plan({{"h5", "h6", "h7"}, 2, 2, "reshare", c.attempt, c.suspended}, &old);
  REQUIRE(plan.ok());
  CHECK(dealers_of(*plan) == c.dealers);
}

TEST_CASE("plan: what can't be done says what to do", "[keys]") {
  const auto old = test::make_key(directory_naming({holders(3), 2}), "tag");
  struct Case {
    std::string name;
    Named named;
    bool with_previous;
    std::string said;
  };
  const auto c = GENERATE(values<Case>({
      {"made twice", {holders(3), 2, 2}, true, "not made once more"},
      {"refreshed from nothing", {holders(3), 2, 2, "refresh"}, false, "no previous key"},
      {"no higher generation", {holders(3), 2, 1, "refresh"}, true, "of generation 1 already"},
      {"a refresh by others", {{"h1", "h2", "h4"}, 2, 2, "refresh"}, true, "\"reshare\""},
      {"a refresh in another order", {{"h2", "h1", "h3"}, 2, 2, "refresh"}, true, "\"reshare\""},
      {"a refresh with another threshold", {holders(4), 3, 2, "refresh"}, true, "\"reshare\""},
      {"a suspended holder", {holders(3), 2, 1, "make", 1, {"h2"}}, false, "\"h2\" is suspended"},
      {"too few old holders",
       {{"h4", "h5", "h6"}, 2, 2, "reshare", 1, {"h1", "h3"}},
       true,
       "only 1 of the 2"},
  }));
  DYNAMIC_SECTION(c.name) {
    const auto plan = try_plan(c.named, c.with_previous ? &old : nullptr);
    REQUIRE_FALSE(plan.ok());
    CHECK(plan.failure().code == Code::conflict);
    CHECK_THAT(plan.failure().detail, Catch::Contains(c.said));
  }
}

TEST_CASE("begin: who deals on needs its own old share", "[keys]") {
  const auto old = test::make_key(directory_naming({holders(3), 2}), "tag");
  const auto plan = try_plan({{"h2", "h4", "h5"}, 2, 2, "reshare"}, &old).value();
  const auto begun = [&](const char* self, const crypto::SecretScalar* share) {
    return gateway::Ceremony::begin(plan, test::partner_id(self), share).ok();
  };
  CHECK(begun("h2", &old.shares[1]));
  CHECK_FALSE(begun("h2", &old.shares[0]));
  CHECK_FALSE(begun("h2", nullptr));
  CHECK(begun("h4", nullptr));
}

TEST_CASE("chain: what does not follow, or is not signed, is refused", "[keys]") {
  static const auto made = test::make_key(directory_naming({holders(3), 2}), "tag");
  static const auto other = test::make_key(directory_naming({holders(3), 2}), "tag");
  static const auto refreshed =
      test::make_key(directory_naming({holders(3), 2, 2, "refresh"}), "tag", &made);
  static const auto reshared =
      test::make_key(directory_naming({{"h2", "h4", "h5"}, 2, 3, "reshare"}), "tag", &refreshed);
  static const auto directory = directory_naming({{"h2", "h4", "h5"}, 2, 3, "reshare"});
  using Chain = std::vector<Transcript>;
  struct Case {
    std::string name;
    std::function<void(Chain&)> change;
    Code code;
  };
  const auto each = GENERATE(values<Case>({
      {"without the making", [](Chain& c) { c.erase(c.begin()); }, Code::invalid},
      {"without the middle", [](Chain& c) { c.erase(c.begin() + 1); }, Code::invalid},
      {"the last alone", [](Chain& c) { c.erase(c.begin(), c.begin() + 2); }, Code::invalid},
      {"without the last", [](Chain& c) { c.pop_back(); }, Code::generation},
      {"another making", [](Chain& c) { c[0] = other.transcript; }, Code::invalid},
      {"the same twice", [](Chain& c) { c.push_back(c.back()); }, Code::invalid},
      {"in another order", [](Chain& c) { std::swap(c[0], c[1]); }, Code::invalid},
      {"an earlier one changed", [](Chain& c) { c[0].commitments[0].swap(c[0].commitments[1]); },
       Code::invalid},
      {"another key K",
       [](Chain& c) {
         c[2].key = other.transcript.key;
         sign_again(c[2]);
       },
       Code::invalid},
      {"another K_1",
       [](Chain& c) {
         c[2].holder_keys[0] = c[2].holder_keys[1];
         sign_again(c[2]);
       },
       Code::invalid},
      {"another constant dealt",
       [](Chain& c) {
         c[2].commitments[0][0] = other.transcript.key;
         sign_again(c[2]);
       },
       Code::invalid},
      {"dealers under other numbers",
       [](Chain& c) {
         c[2].dealers[0].number = 3;
         sign_again(c[2]);
       },
       Code::invalid},
      {"a dealer twice",
       [](Chain& c) {
         c[2].dealers[1] = c[2].dealers[0];
         sign_again(c[2]);
       },
       Code::invalid},
      {"a dealer that was no holder",
       [](Chain& c) {
         c[2].dealers[0].id = test::partner_id("h4");
         sign_again(c[2]);
       },
       Code::invalid},
      {"a dealer missing",
       [](Chain& c) {
         c[2].dealers.pop_back();
         c[2].commitments.pop_back();
         sign_again(c[2]);
       },
       Code::invalid},
      {"no hash of the one before",
       [](Chain& c) {
         c[2].previous.reset();
         sign_again(c[2]);
       },
       Code::invalid},
      {"a signature missing", [](Chain& c) { c[2].signatures.pop_back(); }, Code::bad_signature},
      {"a signature of another", [](Chain& c) { c[2].signatures[0] = c[2].signatures[1]; },
       Code::bad_signature},
      {"nothing", [](Chain& c) { c.clear(); }, Code::invalid},
  }));
  DYNAMIC_SECTION(each.name) {
    Chain chain{made.transcript, refreshed.transcript, reshared.transcript};
    REQUIRE(gateway::verify(chain, directory).ok());
    each.change(chain);
    const auto verified = gateway::verify(chain, directory);
    REQUIRE_FALSE(verified.ok());
    CHECK(verified.failure().code == each.code);
    CHECK_FALSE((each.code != Code::generation && gateway::verify_kept(chain, directory).ok()));
  }
}

TEST_CASE("chain: a holder with a new signKey signs the same transcript anew", "[keys]") {
  const auto made = test::make_key(directory_naming({holders(3), 2}), "tag");
  const auto changed = directory_naming({holders(3), 2, 1, "make", 1, {}, {"h2"}});
  std::vector<Transcript> chain{made.transcript};
  CHECK(gateway::verify(chain, changed).failure().code == Code::bad_signature);
  CHECK(gateway::verify_kept(chain, changed).ok());
  chain[0].signatures[1] = test::signing_key("h2 new sign").sign(chain[0].signed_bytes());
  CHECK(chain[0].hash() == made.transcript.hash());
  CHECK(gateway::verify(chain, changed).ok());
  CHECK(gateway::verify_kept(chain, changed).ok());
  CHECK_FALSE(gateway::verify(chain, directory_naming({holders(3), 2})).ok());

  // A key is dealt on under the new one, and what came before needs no signature of now.
  const auto named = directory_naming({holders(3), 2, 2, "refresh"});
  const auto fresh = test::make_key(named, "tag", &made);
  chain.push_back(fresh.transcript);
  CHECK(gateway::verify(chain, named).ok());
}

TEST_CASE("chain: earlier generations need no signature by a signKey of today", "[keys]") {
  auto made = test::make_key(directory_naming({holders(3), 2}), "tag");
  const auto refreshed =
      test::make_key(directory_naming({holders(3), 2, 2, "refresh"}), "tag", &made);
  // h2 signed the first one anew with a key that is neither that of the ceremony nor that of today.
  made.transcript.signatures[1] =
      test::signing_key("h2 in between").sign(made.transcript.signed_bytes());
  const auto directory = directory_naming({holders(3), 2, 2, "refresh", 1, {}, {"h2"}});
  auto last = refreshed.transcript;
  last.signatures[1] = test::signing_key("h2 new sign").sign(last.signed_bytes());
  const auto keys = gateway::DomainKeys::from({made.transcript, last}, directory);
  REQUIRE(keys.ok());
  const auto first = gateway::KeyRecord{made.transcript, {}}.name();
  REQUIRE(keys->find(first) != nullptr);
  CHECK(keys->find(first)->public_key.bytes() == made.transcript.key);
}

TEST_CASE("chain: what was kept counts while the next generation is in the making", "[keys]") {
  const auto made = test::make_key(directory_naming({holders(3), 2}), "tag");
  const std::vector<Transcript> chain{made.transcript};
  const auto next = GENERATE(
      values<Named>({{{"h1", "h2", "h4"}, 2, 2, "reshare"}, {holders(3), 2, 1, "make", 2}}));
  const auto directory = directory_naming(next);
  CHECK_FALSE(gateway::verify(chain, directory).ok());
  const auto kept = gateway::verify_kept(chain, directory);
  REQUIRE(kept.ok());
  CHECK(kept->generation == 1);
  auto forged = chain;
  forged[0].signatures[0][3] ^= 1;
  CHECK(gateway::verify_kept(forged, directory).failure().code == Code::bad_signature);
  auto later = chain;
  later[0].generation = 3;
  sign_again(later[0]);
  CHECK(gateway::verify_kept(later, directory).failure().code == Code::generation);
}
