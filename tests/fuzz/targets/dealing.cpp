// POST /peer/v1/dealings, its answer, and the messages of a key ceremony in them (protocol.md §6):
// read, signed by who is said to have sent them, and given to a holder that takes part.
#include "gateway/keys/dealing.hpp"

#include "gateway/keys/ceremony.hpp"
#include "gateway/peer/wire.hpp"
#include "tests/config/region_fixture.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/gateway/keys/key_making.hpp"

using namespace sluis;
using gateway::DealingBody;
using gateway::RoundMessage;

namespace {

const gateway::CeremonyPlan& plan() {
  static const auto made = test::plan_of(test::directory(), "tag");
  return made;
}

void dealing_holds(const RoundMessage& message) {
  const auto dealing = DealingBody::parse(message.body);
  if (!dealing) return;
  fuzz::must(DealingBody::parse(dealing->json()).has_value(), "what is written reads back");
  const auto* dealer = plan().dealer(message.from);
  if (dealer == nullptr) return;
  const auto cer = plan().ceremony.cer();
  const auto hash = gateway::commitment_hash(cer, *dealer, dealing->commitments);
  const auto elements = gateway::check_dealing(plan(), cer, *dealer, *dealing, hash);
  if (!elements) return;
  fuzz::must(elements->size() == plan().ceremony.threshold, "a dealer commits to t coefficients");
  fuzz::must(dealing->shares.size() == plan().ceremony.holders.size(), "and deals to n holders");
  for (std::size_t i = 0; i < elements->size(); ++i)
    fuzz::must((*elements)[i].bytes() == dealing->commitments[i], "its commitments are elements");
}

/// A holder takes them all in and says its part; nobody else's word puts a key in force.
void take_part(const std::vector<RoundMessage>& messages) {
  static const auto self = config::PartnerId::parse("politie").value();
  static const auto sign = test::signing_key("politie sign");
  static const auto seal = [] {
    std::vector<crypto::SealKey> keys;
    keys.push_back(test::box_key("politie seal"));
    return keys;
  }();
  auto ceremony = gateway::Ceremony::begin(plan(), self, nullptr).value();
  const gateway::Ceremony::OwnKeys own{sign, seal};
  (void)ceremony.advance(own);
  for (const auto& each : messages) {
    const auto key = test::signing_key(each.from.str() + " sign");
    (void)ceremony.receive(
        RoundMessage::make(ceremony.cer(), each.round, each.from, each.body, key), own);
  }
  (void)ceremony.advance(own);
  const auto progress = ceremony.progress();
  fuzz::must((ceremony.transcript() != nullptr) == progress.in_force, "in force with a transcript");
  const auto state = ceremony.serialise();
  fuzz::must(gateway::Ceremony::restore(state.reveal()).ok(), "it can be restored");
}

}  // namespace

bool fuzz::accepts(std::string_view input) {
  const auto dealing = gateway::peer::read_dealing(input);
  const auto answer = gateway::peer::read_dealing_answer(input);
  if (!dealing && !answer) return false;
  if (dealing) {
    fuzz::must(dealing->key.generation >= 1 && dealing->attempt >= 1, "both count from 1");
    fuzz::must_be_same_document(input, gateway::peer::dealing_body(*dealing));
  } else {
    fuzz::must_be_same_document(input, gateway::peer::dealing_answer(*answer));
  }
  const auto& messages = dealing ? dealing->messages : *answer;
  for (const auto& message : messages) {
    static const auto nobody = test::signing_key("never signs a message").public_key();
    fuzz::must(!message.signed_by(nobody), "nobody's signature verifies");
    if (message.round == gateway::Round::deal) dealing_holds(message);
  }
  if (!messages.empty() && messages.size() <= 16) take_part(messages);
  return true;
}
