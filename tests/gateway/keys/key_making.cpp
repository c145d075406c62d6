#include "tests/gateway/keys/key_making.hpp"

#include <stdexcept>

#include "crypto/threshold.hpp"
#include "tests/config/region_fixture.hpp"

namespace sluis::test {

using gateway::Ceremony;
using gateway::CeremonyPlan;
using gateway::RoundMessage;

const crypto::SecretScalar* MadeKey::share_of(const config::PartnerId& id) const {
  for (const auto& holder : transcript.holders) {
    if (holder.id == id) return &shares.at(holder.number - 1);
  }
  return nullptr;
}

CeremonyPlan plan_of(const config::Directory& directory, const std::string& use,
                     const MadeKey* previous) {
  const auto& domain = directory.domains().front();
  return gateway::plan_ceremony(directory, domain.id, domain.epochs.front().id, use,
                                previous == nullptr ? nullptr : &previous->transcript)
      .value();
}

MadeKey make_key(const config::Directory& directory, const std::string& use,
                 const MadeKey* previous) {
  Table table(plan_of(directory, use, previous), previous);
  table.run();
  return table.result();
}

crypto::SecretScalar joined(const MadeKey& key) {
  std::vector<std::uint32_t> numbers;
  for (std::uint32_t i = 1; i <= key.transcript.threshold; ++i) numbers.push_back(i);
  auto sum = crypto::weighted_share(key.shares[0], 1, numbers);
  for (std::uint32_t i = 2; i <= key.transcript.threshold; ++i) {
    sum = crypto::add(sum, crypto::weighted_share(key.shares[i - 1], i, numbers));
  }
  return sum;
}

crypto::Array<32> joined_public(const MadeKey& key) {
  const auto k = joined(key);
  return crypto::Element::base_mul(k.reveal()).value().bytes();
}

void Party::restart() {
  const auto state = ceremony.serialise();
  ceremony = Ceremony::restore(state.reveal()).value();
}

Table::Table(const CeremonyPlan& plan, const MadeKey* previous,
             const std::set<std::string>& absent) {
  for (const auto& id : plan.participants()) {
    if (absent.contains(id.str())) continue;
    std::vector<crypto::SealKey> seal;
    seal.push_back(box_key(id.str() + " older seal"));
    seal.push_back(box_key(id.str() + " seal"));
    const auto* share = previous == nullptr ? nullptr : previous->share_of(id);
    parties_.emplace(id.str(), Party{signing_key(id.str() + " sign"), std::move(seal),
                                     Ceremony::begin(plan, id, share).value()});
  }
}

bool Table::carry(const Party& from, Party& to) {
  bool changed = false;
  for (auto& message : from.ceremony.messages()) {
    const auto& sender = from.ceremony.self();
    if (!relay && message.from != sender) continue;
    const auto once = sender.str() + ">" + to.ceremony.self().str() + message.json().dump();
    if (!carried_.insert(once).second) continue;
    const auto given = courier ? courier(std::move(message), to) : std::move(message);
    if (!given) continue;
    changed = true;
    const auto taken = to.ceremony.receive(*given, to.own());
    if (taken && *taken && after_act) after_act();
  }
  return changed;
}

void Table::run() {
  bool changed = true;
  while (changed) {
    changed = false;
    for (auto& [id, party] : parties_) {
      const bool spoke = party.ceremony.advance(party.own()).value();
      if (spoke && after_act) after_act();
      changed = changed || spoke;
    }
    for (auto& [from_id, from] : parties_) {
      for (auto& [to_id, to] : parties_) {
        if (from_id != to_id) changed = carry(from, to) || changed;
      }
    }
  }
}

MadeKey Table::result() const {
  MadeKey made{*parties_.begin()->second.ceremony.transcript(), {}};
  for (const auto& holder : made.transcript.holders) {
    const auto* share = at(holder.id.str()).ceremony.share();
    if (share == nullptr) throw std::logic_error("the ceremony did not end in a key");
    made.shares.push_back(crypto::SecretScalar::copy_of(share->reveal()).value());
  }
  return made;
}

}  // namespace sluis::test
