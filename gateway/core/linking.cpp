#include "gateway/core/linking.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "gateway/core/linkage.hpp"
#include "gateway/core/opening.hpp"

namespace sluis::gateway {

using store::Certainty;
using store::Component;
using store::GroupMember;

bool contradict(const std::optional<crypto::Array<32>>& a,
                const std::optional<crypto::Array<32>>& b) noexcept {
  return a && b && *a != *b;
}

std::optional<crypto::Array<32>> unique_tag(const std::vector<store::Link>& links,
                                            const config::EpochId& epoch) {
  for (const auto& link : links)
    if (is_unique_kind(link.kind) && link.epoch == epoch) return link.tag;
  return std::nullopt;
}

namespace {

/// What the new signal's links led to.
struct Neighbourhood {
  std::set<std::int64_t> components;
  Certainty between_partners = Certainty::none;
};

void meet(Neighbourhood& around, const store::ReceivedSignal& signal, const store::Link& link,
          const std::vector<GroupMember>& group) {
  const auto mine = unique_tag(signal.links, link.epoch);
  for (const auto& other : group) {
    if (contradict(mine, other.unique_tag)) continue;
    around.components.insert(other.component);  // the new signal's own is among them
    if (other.from != signal.from)
      around.between_partners = std::max(around.between_partners, certainty_of(link.kind));
  }
}

/// The oldest match's component if there is one: its id stays. Otherwise the oldest component.
bool older(const Component& a, const Component& b) {
  if (a.match.has_value() != b.match.has_value()) return a.match.has_value();
  if (a.match && a.created_at != b.created_at) return a.created_at < b.created_at;
  return a.oldest < b.oldest;
}

struct Grown {
  Component component;
  bool match_is_new;
};

Grown grow_together(store::Transaction& tx, const Neighbourhood& around, config::Timestamp now) {
  std::vector<Component> parts;
  for (const auto id : around.components) parts.push_back(tx.component(id));
  const auto kept = *std::ranges::min_element(parts, older);
  auto certainty = around.between_partners;
  for (const auto& part : parts) {
    certainty = std::max(certainty, part.certainty);
    if (part.id != kept.id) tx.merge(kept.id, part.id);
  }
  auto whole = tx.recount(kept.id);
  whole.certainty = certainty;
  whole.updated_at = now;
  const bool is_new = whole.partners >= 2 && !whole.match;
  if (is_new) {
    whole.match = config::MatchId::random();
    whole.created_at = now;
  }
  tx.put_component(whole);
  return {std::move(whole), is_new};
}

}  // namespace

void recount_match(store::Transaction& tx, std::int64_t id, config::Timestamp now) {
  auto component = tx.recount(id);
  component.updated_at = now;
  tx.put_component(component);
}

Arrival take_in(store::Transaction& tx, const Region& region, const Standing& standing,
                const store::ReceivedSignal& signal, config::Timestamp now) {
  const auto row = tx.add_received_signal(signal);
  Neighbourhood around;
  std::vector<std::vector<GroupMember>> groups;
  for (const auto& link : signal.links) {
    groups.push_back(tx.group(signal.domain, link.epoch, link.kind, link.tag, now));
    meet(around, signal, link, groups.back());
  }
  Openings openings;
  for (std::size_t i = 0; i < groups.size(); ++i)
    open_group(tx, region, standing, signal, signal.links[i], groups[i], now, openings);
  auto grown = grow_together(tx, around, now);
  // What opened may hang in another match: a signal that does not contradict the one that opened
  // can still contradict the new one.
  for (const auto& opening : openings.opened)
    if (!around.components.contains(opening.component)) recount_match(tx, opening.component, now);
  return {row, std::move(grown.component), grown.match_is_new, std::move(openings)};
}

}  // namespace sluis::gateway
