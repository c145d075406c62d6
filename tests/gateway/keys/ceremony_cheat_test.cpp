// Every way of protocol.md §6 in which a party can fail the others: the ceremony stops at those who
// can see it, and names it.
#include <algorithm>
#include <catch2/catch.hpp>

#include "crypto/encoding.hpp"
#include "gateway/keys/dealing.hpp"
#include "tests/gateway/keys/holders_fixture.hpp"
#include "tests/gateway/keys/key_making.hpp"

using namespace sluis;
using config::Code;
using config::Json;
using gateway::Ceremony;
using gateway::CeremonyPlan;
using gateway::DealingBody;
using gateway::Round;
using gateway::RoundMessage;
using test::directory_naming;
using test::holders;
using test::Party;
using test::Table;

namespace {

RoundMessage say(const CeremonyPlan& plan, Round round, const std::string& from, Json body) {
  return RoundMessage::make(plan.ceremony.cer(), round, test::partner_id(from), std::move(body),
                            test::signing_key(from + " sign"));
}

Json word(const std::string& field, const crypto::Array<64>& value) {
  return {{field, crypto::base64url(value)}};
}

using Change = std::function<void(DealingBody&, const CeremonyPlan&)>;

/// The first two messages of h2 with a polynomial of its own; `before` changes the dealing before
/// h2 commits to it, `after` when the others have committed too.
struct Cheat {
  std::string name;
  Change before, after;
  std::string said;
  std::vector<std::string> seen_by{"h1", "h3"};
};

std::map<Round, RoundMessage> messages_of(const Cheat& cheat, const CeremonyPlan& plan,
                                          const crypto::Polynomial& polynomial) {
  const auto cer = plan.ceremony.cer();
  const auto& dealer = *plan.dealer(test::partner_id("h2"));
  auto dealing = DealingBody::make(plan, cer, dealer, polynomial).value();
  if (cheat.before) cheat.before(dealing, plan);
  const auto committed = gateway::commitment_hash(cer, dealer, dealing.commitments);
  if (cheat.after) cheat.after(dealing, plan);
  return {{Round::commit, say(plan, Round::commit, "h2", word("commitment", committed))},
          {Round::deal, say(plan, Round::deal, "h2", dealing.json())}};
}

void put_in_place(Table& table, std::map<Round, RoundMessage> messages) {
  table.courier = [messages = std::move(messages)](RoundMessage message, const Party&) {
    const auto found = messages.find(message.round);
    const bool replaced = message.from.str() == "h2" && found != messages.end();
    return std::optional(replaced ? found->second : std::move(message));
  };
}

/// That this party names h2 for this reason, with what h2 signed, and says nothing more.
void check_named(Table& table, const std::string& id, const std::string& reason) {
  CAPTURE(id);
  auto& party = table.at(id);
  party.restart();  // a fault stays one
  const auto faults = party.ceremony.progress().faults;
  REQUIRE(faults.size() >= 1);
  CHECK(faults.front().partner.str() == "h2");
  CHECK_THAT(faults.front().reason, Catch::Contains(reason));
  REQUIRE_FALSE(faults.front().proof.empty());
  for (const auto& message : faults.front().proof) {
    CHECK(message.from.str() == "h2");
    CHECK(message.signed_by(test::signing_key("h2 sign").public_key()));
  }
}

void check_stopped(Table& table, const std::string& id, const std::string& reason) {
  check_named(table, id, reason);
  auto& party = table.at(id);
  CHECK_FALSE(party.ceremony.advance(party.own()).value());
  CHECK_FALSE(party.ceremony.progress().in_force);
  CHECK(party.ceremony.transcript() == nullptr);
  CHECK(party.ceremony.share() == nullptr);
}

void check_nobody_signs(Table& table) {
  for (const auto& [id, party] : table.parties()) {
    for (const auto& message : party.ceremony.messages()) CHECK(message.round < Round::sign);
  }
}

void seal_share(DealingBody& dealing, const CeremonyPlan& plan, std::size_t i, crypto::View share) {
  const auto sealed = crypto::seal_to(plan.seal_keys[i], share).value();
  std::ranges::copy(sealed, dealing.shares[i].begin());
}

crypto::Array<32> other_element() {
  const auto scalar = crypto::random_scalar();
  return crypto::Element::base_mul(scalar.reveal())->bytes();
}

}  // namespace

TEST_CASE("ceremony: a dealing that does not check names its dealer", "[keys]") {
  const Change none;
  const auto c = GENERATE_COPY(values<Cheat>({
      {"a share that is not the one committed to",
       none,
       [](DealingBody& d, const CeremonyPlan& plan) {
         const auto share = crypto::random_scalar();
         seal_share(d, plan, 0, share.reveal());
       },
       "the share that it dealt us",
       {"h1"}},
      {"a share of zero",
       none,
       [](DealingBody& d, const CeremonyPlan& plan) {
         seal_share(d, plan, 0, crypto::Array<32>{});
       },
       "the share that it dealt us",
       {"h1"}},
      {"a share that is no canonical scalar",
       none,
       [](DealingBody& d, const CeremonyPlan& plan) {
         crypto::Array<32> bytes;
         bytes.fill(0xff);
         seal_share(d, plan, 0, bytes);
       },
       "the share that it dealt us",
       {"h1"}},
      {"another holder's box",
       none,
       [](DealingBody& d, const CeremonyPlan&) { d.shares[0] = d.shares[2]; },
       "opens with none of our seal keys",
       {"h1"}},
      {"a commitment that changes between rounds", none,
       [](DealingBody& d, const CeremonyPlan&) { d.commitments[1] = other_element(); },
       "not those that it committed to"},
      {"a constant that changes between rounds", none,
       [](DealingBody& d, const CeremonyPlan&) { d.commitments[0] = other_element(); },
       "not those that it committed to"},
      {"no proof of knowledge", [](DealingBody& d, const CeremonyPlan&) { d.proof.reset(); }, none,
       "no proof of knowledge"},
      {"a wrong proof of knowledge",
       [](DealingBody& d, const CeremonyPlan&) { (*d.proof)[40] ^= 1; }, none,
       "proof of knowledge does not verify"},
      {"a constant that it does not know",
       [](DealingBody& d, const CeremonyPlan&) { d.commitments[0] = other_element(); }, none,
       "proof of knowledge does not verify"},
      {"the identity as constant",
       [](DealingBody& d, const CeremonyPlan&) { d.commitments[0].fill(0); }, none,
       "commitment 1 is the identity"},
      {"the identity as commitment",
       [](DealingBody& d, const CeremonyPlan&) { d.commitments[1].fill(0); }, none,
       "commitment 2 is the identity"},
      {"a commitment that is not canonical",
       [](DealingBody& d, const CeremonyPlan&) { d.commitments[1].fill(0xff); }, none,
       "not a canonical element"},
      {"a commitment too few",
       [](DealingBody& d, const CeremonyPlan&) { d.commitments.pop_back(); }, none,
       "1 commitments, want 2"},
      {"a polynomial of a higher degree",
       [](DealingBody& d, const CeremonyPlan&) { d.commitments.push_back(other_element()); }, none,
       "3 commitments, want 2"},
      {"a share too few", [](DealingBody& d, const CeremonyPlan&) { d.shares.pop_back(); }, none,
       "not one sealed share for each holder"},
      {"shares by another polynomial than the committed one",
       [](DealingBody& d, const CeremonyPlan&) { d.commitments[1] = other_element(); }, none,
       "the share that it dealt us"},
  }));
  DYNAMIC_SECTION(c.name) {
    const auto plan = test::plan_of(directory_naming({holders(3), 2}), "tag");
    Table table(plan);
    put_in_place(table, messages_of(c, plan, crypto::Polynomial::random(2)));
    table.run();
    for (const auto& id : c.seen_by) check_stopped(table, id, c.said);
    check_nobody_signs(table);
  }
}

TEST_CASE("ceremony: a dealing on of another secret names its dealer", "[keys]") {
  const auto old = test::make_key(directory_naming({holders(3), 2}), "tag");
  SECTION("a refresh with a constant") {
    const auto plan = test::plan_of(directory_naming({holders(3), 2, 2, "refresh"}), "tag", &old);
    Table table(plan, &old);
    put_in_place(table, messages_of({}, plan, crypto::Polynomial::random(2)));
    table.run();
    check_stopped(table, "h1", "2 commitments, want 1");
  }
  SECTION("a refresh with a proof") {
    const auto plan = test::plan_of(directory_naming({holders(3), 2, 2, "refresh"}), "tag", &old);
    Table table(plan, &old);
    const Cheat cheat{
        "", [](DealingBody& d, const CeremonyPlan&) { d.proof.emplace(); }, {}, "", {}};
    const auto zero = crypto::Polynomial::random(2, crypto::Constant::zero);
    put_in_place(table, messages_of(cheat, plan, zero));
    table.run();
    check_stopped(table, "h1", "nothing to prove");
  }
  SECTION("a refresh whose polynomial is not zero at 0") {
    const auto plan = test::plan_of(directory_naming({holders(3), 2, 2, "refresh"}), "tag", &old);
    Table table(plan, &old);
    const Cheat cheat{"",
                      {},
                      [](DealingBody& d, const CeremonyPlan& p) {
                        const auto share = crypto::random_scalar();
                        seal_share(d, p, 0, share.reveal());
                      },
                      "",
                      {}};
    const auto zero = crypto::Polynomial::random(2, crypto::Constant::zero);
    put_in_place(table, messages_of(cheat, plan, zero));
    table.run();
    check_stopped(table, "h1", "the share that it dealt us");
  }
  SECTION("a reshare of something else than its share") {
    const auto plan =
        test::plan_of(directory_naming({{"h1", "h4", "h5"}, 2, 2, "reshare"}), "tag", &old);
    Table table(plan, &old);
    put_in_place(table, messages_of({}, plan, crypto::Polynomial::random(2)));
    table.run();
    check_stopped(table, "h1", "another constant than its share of the previous key");
    check_stopped(table, "h5", "another constant than its share of the previous key");
  }
}

TEST_CASE("ceremony: a dealing that is replayed is refused", "[keys]") {
  const auto earlier = test::plan_of(directory_naming({holders(3), 2}), "tag");
  Table first(earlier);
  first.run();
  const auto plan = test::plan_of(directory_naming({holders(3), 2, 1, "make", 2}), "tag");
  Table table(plan);
  const auto said_before = [&](const std::string& who, Round round) {
    for (const auto& message : first.at("h1").ceremony.messages()) {
      if (message.from.str() == who && message.round == round) return message;
    }
    throw std::logic_error("not said");
  };
  SECTION("as it was: of another ceremony, and nothing ends") {
    auto& party = table.at("h1");
    for (const auto& message : first.at("h2").ceremony.messages()) {
      const auto taken = party.ceremony.receive(message, party.own());
      REQUIRE_FALSE(taken.ok());
      CHECK(taken.failure().code == Code::not_found);
    }
    table.run();
    CHECK(party.ceremony.progress().acknowledged);
  }
  SECTION("signed anew, its own or another's") {
    const std::string whose = GENERATE("h1", "h2");
    const auto dealing = DealingBody::parse(said_before(whose, Round::deal).body).value();
    const auto hash = gateway::commitment_hash(
        plan.ceremony.cer(), *plan.dealer(test::partner_id("h2")), dealing.commitments);
    put_in_place(table, {{Round::commit, say(plan, Round::commit, "h2", word("commitment", hash))},
                         {Round::deal, say(plan, Round::deal, "h2", dealing.json())}});
    table.run();
    check_stopped(table, "h3", "proof of knowledge does not verify");
  }
  SECTION("with the commitment of then") {
    put_in_place(
        table,
        {{Round::commit, say(plan, Round::commit, "h2", said_before("h2", Round::commit).body)},
         {Round::deal, say(plan, Round::deal, "h2", said_before("h2", Round::deal).body)}});
    table.run();
    check_stopped(table, "h3", "not those that it committed to");
  }
}

TEST_CASE("ceremony: a word of the later rounds that is not right names its speaker", "[keys]") {
  const auto plan = test::plan_of(directory_naming({holders(3), 2}), "tag");
  Table table(plan);
  SECTION("another transcript") {
    put_in_place(table, {{Round::agree, say(plan, Round::agree, "h2", word("transcript", {1}))}});
    table.run();
    check_stopped(table, "h1", "its transcript is another than ours");
    check_stopped(table, "h3", "its transcript is another than ours");
  }
  SECTION("a signature over something else") {
    const auto other = test::signing_key("h2 sign").sign(crypto::Array<1>{1});
    put_in_place(table, {{Round::sign, say(plan, Round::sign, "h2", word("signature", other))}});
    table.run();
    check_stopped(table, "h1", "signature over the transcript does not verify");
    // Its right signature, seen elsewhere, counts: for others the key may be in force.
    for (const auto& message : table.at("h2").ceremony.messages()) {
      static_cast<void>(table.at("h1").ceremony.receive(message, table.at("h1").own()));
    }
    CHECK(table.at("h1").ceremony.progress().in_force);
    check_named(table, "h1", "signature over the transcript does not verify");
    CHECK(table.at("h1").ceremony.progress().in_force);
  }
  SECTION("an acknowledgement of something else: in force, but nothing may be wiped") {
    put_in_place(table, {{Round::acknowledge,
                          say(plan, Round::acknowledge, "h2", word("transcript", {1}))}});
    table.run();
    check_named(table, "h1", "acknowledges another transcript");
    CHECK(table.at("h1").ceremony.progress().in_force);
    CHECK_FALSE(table.at("h1").ceremony.progress().acknowledged);
  }
  SECTION("a body of another shape") {
    const auto round = GENERATE(Round::commit, Round::deal, Round::agree, Round::sign);
    put_in_place(table, {{round, say(plan, round, "h2", {{"transcripts", 1}})}});
    table.run();
    check_stopped(table, "h1", "is malformed");
  }
}

TEST_CASE("ceremony: two stories are shown, with both of them", "[keys]") {
  const auto round = GENERATE(Round::commit, Round::deal);
  const auto plan = test::plan_of(directory_naming({holders(3), 2}), "tag");
  Table table(plan);
  table.relay = true;
  const auto other = messages_of({}, plan, crypto::Polynomial::random(2));
  table.courier = [&](RoundMessage message, const Party& to) {
    const bool lied = message.from.str() == "h2" && message.round == round &&
                      to.ceremony.self().str() == "h3" && to.ceremony.progress().faults.empty();
    return std::optional(lied ? other.at(round) : std::move(message));
  };
  table.run();
  // h3 got the other one first, and h1's copy of the first one after it.
  bool named = false;
  for (const auto* id : {"h1", "h3"}) {
    for (const auto& fault : table.at(id).ceremony.progress().faults) {
      CHECK(fault.partner.str() == "h2");
      if (fault.reason.find("two different things") == std::string::npos) continue;
      named = true;
      REQUIRE(fault.proof.size() == 2);
      CHECK_FALSE(fault.proof[0].says_the_same(fault.proof[1]));
      for (const auto& message : fault.proof) {
        CHECK(message.signed_by(test::signing_key("h2 sign").public_key()));
      }
    }
  }
  CHECK(named);
  check_nobody_signs(table);
}

TEST_CASE("ceremony: silence is named, in every round", "[keys]") {
  const auto round = GENERATE(Round::commit, Round::deal, Round::agree, Round::sign);
  Table table(test::plan_of(directory_naming({holders(3), 2}), "tag"));
  table.courier = [&](RoundMessage message, const Party&) -> std::optional<RoundMessage> {
    if (message.from.str() == "h2" && message.round >= round) return std::nullopt;
    return message;
  };
  table.run();
  const auto progress = table.at("h1").ceremony.progress();
  CHECK(progress.faults.empty());
  CHECK(progress.round == round);
  REQUIRE(progress.waiting_for.size() == 1);
  CHECK(progress.waiting_for.front().str() == "h2");
  CHECK_FALSE(progress.in_force);
  table.courier = {};
  for (const auto& message : table.at("h2").ceremony.messages()) {
    for (const auto* to : {"h1", "h3"}) {
      static_cast<void>(table.at(to).ceremony.receive(message, table.at(to).own()));
    }
  }
  table.run();
  CHECK(table.at("h1").ceremony.progress().acknowledged);
}

TEST_CASE("ceremony: what nobody signed ends nothing", "[keys]") {
  const auto plan = test::plan_of(directory_naming({holders(3), 2}), "tag");
  Table table(plan);
  auto& party = table.at("h1");
  const auto body = word("commitment", {});
  const auto cer = plan.ceremony.cer();
  auto unsigned_one = say(plan, Round::commit, "h2", body);
  unsigned_one.signature = {};
  auto altered = say(plan, Round::commit, "h2", body);
  altered.body = word("commitment", {1});
  auto of_other_round = say(plan, Round::agree, "h2", word("transcript", {}));
  of_other_round.round = Round::acknowledge;
  const auto by_other = RoundMessage::make(cer, Round::commit, test::partner_id("h2"), body,
                                           test::signing_key("h3 sign"));
  const auto stranger = RoundMessage::make(cer, Round::commit, test::partner_id("ggz"), body,
                                           test::signing_key("ggz sign"));
  for (const auto& message : {unsigned_one, altered, of_other_round, by_other}) {
    const auto taken = party.ceremony.receive(message, party.own());
    REQUIRE_FALSE(taken.ok());
    CHECK(taken.failure().code == Code::bad_signature);
  }
  CHECK(party.ceremony.receive(stranger, party.own()).failure().code == Code::forbidden);
  CHECK(party.ceremony.messages().empty());
  table.run();
  CHECK(party.ceremony.progress().acknowledged);
  CHECK(party.ceremony.progress().faults.empty());
}

TEST_CASE("ceremony: a gateway that lost its state does not deal twice", "[keys]") {
  const auto plan = test::plan_of(directory_naming({holders(3), 2}), "tag");
  Table table(plan);
  table.run();
  auto& party = table.at("h2");
  party.ceremony = Ceremony::begin(plan, test::partner_id("h2"), nullptr).value();
  for (const auto& message : table.at("h1").ceremony.messages()) {
    static_cast<void>(party.ceremony.receive(message, party.own()));
  }
  const auto faults = party.ceremony.progress().faults;
  REQUIRE(faults.size() == 1);
  CHECK(faults.front().partner.str() == "h2");
  CHECK_THAT(faults.front().reason, Catch::Contains("is lost"));
  CHECK_FALSE(party.ceremony.advance(party.own()).value());
}

TEST_CASE("ceremony: other keys of our own than the ceremony's end in a clear error", "[keys]") {
  Table table(test::plan_of(directory_naming({holders(3), 2}), "tag"));
  auto& party = table.at("h1");
  SECTION("signKey") {
    party.sign = test::signing_key("h1 new sign");
    const auto spoke = party.ceremony.advance(party.own());
    REQUIRE_FALSE(spoke.ok());
    CHECK_THAT(spoke.failure().detail, Catch::Contains("raise the attempt"));
  }
  SECTION("sealKey") {
    party.seal.pop_back();
    const auto spoke = party.ceremony.advance(party.own());
    REQUIRE_FALSE(spoke.ok());
    CHECK_THAT(spoke.failure().detail, Catch::Contains("sealKey"));
  }
  CHECK(party.ceremony.messages().empty());
}
