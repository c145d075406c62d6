#include "gateway/core/opening.hpp"

#include <algorithm>
#include <map>

#include "crypto/content.hpp"
#include "crypto/lock.hpp"
#include "crypto/secretbox.hpp"

namespace sluis::gateway {

using store::GroupMember;

namespace {

/// One partner's share in a group for one k and check value. A partner that came with two different
/// ones is left out (`y` empty).
struct PartnerShare {
  std::optional<crypto::Array<32>> y;
  std::vector<const GroupMember*> members;
};
using PartnerShares = std::map<config::PartnerId, PartnerShare>;

const store::Share* share_of(const GroupMember& member, const store::Share& like) {
  const auto found = std::ranges::find_if(member.shares, [&](const store::Share& share) {
    return share.k == like.k && share.check == like.check;
  });
  return found == member.shares.end() ? nullptr : &*found;
}

PartnerShares shares_by_partner(const Standing& standing, const std::vector<GroupMember>& group,
                                const store::Share& like) {
  PartnerShares by_partner;
  for (const auto& member : group) {
    const auto* share = share_of(member, like);
    const auto* partner = standing.directory->partner(member.from);
    if (share == nullptr || partner == nullptr || !partner->active) continue;
    auto [at, fresh] = by_partner.try_emplace(member.from, PartnerShare{share->y, {}});
    if (at->second.y != share->y) at->second.y.reset();
    at->second.members.push_back(&member);
  }
  return by_partner;
}

/// The points that may open `closed`: its own first, then one of each other partner that has a
/// signal which does not contradict it.
struct Candidates {
  std::vector<crypto::Point> points;
  std::vector<const GroupMember*> members;
};

Candidates candidates_for(const GroupMember& closed, const PartnerShares& by_partner,
                          const Standing& standing) {
  Candidates found;
  const auto add = [&](const config::PartnerId& partner, const PartnerShare& share,
                       const GroupMember* member) {
    const auto point = crypto::Point::of(standing.directory->partner(partner)->oin.str(), *share.y);
    if (!point) return;
    found.points.push_back(*point);
    found.members.push_back(member);
  };
  const auto own = by_partner.find(closed.from);
  if (own == by_partner.end() || !own->second.y) return found;
  add(closed.from, own->second, &closed);
  if (found.points.empty()) return found;
  for (const auto& [partner, share] : by_partner) {
    if (partner == closed.from || !share.y) continue;
    const auto agrees = std::ranges::find_if(share.members, [&](const GroupMember* other) {
      return !contradict(closed.unique_tag, other->unique_tag);
    });
    if (agrees != share.members.end()) add(partner, share, *agrees);
  }
  return found;
}

/// Unwraps the content key with K, checks it against the commitment and keeps it sealed.
bool unwrap(store::Transaction& tx, const Region& region, const config::DomainId& domain,
            const store::Link& link, const GroupMember& closed, const crypto::WrapKey& key,
            config::Timestamp now) {
  const auto signal = tx.received_signal(closed.row);
  if (!signal) return false;
  const crypto::WrapPlace place{{closed.from.str(), region.self().str(), closed.id.str()},
                                domain.str(),
                                link.epoch.str(),
                                link.kind,
                                closed.wrapped->k};
  const auto content_key = crypto::unwrap(key, {closed.wrapped->nonce, closed.wrapped->box}, place);
  if (!content_key ||
      !crypto::equal(crypto::commitment(closed.id.str(), *content_key), signal->commitment))
    return false;
  tx.mark_open(closed.row,
               seal_content_key(*region.keys(), closed.from, closed.id, content_key->reveal()),
               now);
  return true;
}

bool is_noted(const Openings& openings, std::int64_t row) {
  return std::ranges::find(openings.opened, row, &Opening::row) != openings.opened.end();
}

void note_odd_shares(const Candidates& candidates, const std::vector<std::size_t>& off,
                     Openings& openings) {
  for (const auto place : off) {
    const auto* member = candidates.members[place];
    const bool known = std::ranges::any_of(
        openings.odd_shares, [&](const OddShare& odd) { return odd.partner == member->from; });
    if (!known) openings.odd_shares.push_back({member->from, member->id});
  }
}

void open_for_share(store::Transaction& tx, const Region& region, const Standing& standing,
                    const config::DomainId& domain, const store::Link& link,
                    const store::Share& share, const std::vector<GroupMember>& group,
                    config::Timestamp now, Openings& openings) {
  const bool wanted = std::ranges::any_of(group, [&](const GroupMember& member) {
    return !member.open && member.wrapped && member.wrapped->k == share.k;
  });
  if (!wanted) return;
  const auto by_partner = shares_by_partner(standing, group, share);
  if (by_partner.size() < share.k) return;
  for (const auto& closed : group) {
    if (closed.open || !closed.wrapped || closed.wrapped->k != share.k ||
        share_of(closed, share) == nullptr || is_noted(openings, closed.row))
      continue;
    const auto candidates = candidates_for(closed, by_partner, standing);
    if (candidates.points.size() < share.k) continue;
    const auto opening = crypto::find_opening(share.k, 0, candidates.points, share.check);
    if (!opening.key) continue;
    note_odd_shares(candidates, opening.off_polynomial, openings);
    if (unwrap(tx, region, domain, link, closed, *opening.key, now))
      openings.opened.push_back(
          {closed.row, closed.component, closed.from, closed.id, link.kind, share.k});
  }
}

/// What something in the database is bound to.
crypto::Bytes stored_context(std::string_view label, const config::PartnerId& from,
                             const config::SignalId& signal) {
  return crypto::concat({crypto::as_view(label), crypto::as_view(crypto::zero_byte),
                         crypto::as_view(from.str()), crypto::as_view(crypto::zero_byte),
                         crypto::as_view(signal.str())});
}

constexpr std::string_view stored_key_label = "sluis/store/content-key/v1";
constexpr std::string_view stored_box_label = "sluis/store/content-box/v1";

}  // namespace

void open_group(store::Transaction& tx, const Region& region, const Standing& standing,
                const store::ReceivedSignal& arrived, const store::Link& link,
                const std::vector<GroupMember>& group, config::Timestamp now, Openings& openings) {
  for (const auto& share : link.shares)
    open_for_share(tx, region, standing, arrived.domain, link, share, group, now, openings);
}

void record_openings(store::Transaction& tx, const Recorder& recorder,
                     const config::PartnerId& self, const Openings& openings, const Trace& trace) {
  const auto start = [&](std::string_view action, audit::Outcome outcome) {
    return recorder.start(action, outcome, this_gateway(self), trace.child());
  };
  for (const auto& opening : openings.opened) {
    auto record = start("content.open", audit::Outcome::permit);
    record.counterparty = opening.from.str();
    record.object = {"signal", opening.signal.str()};
    record.rule = opening.kind + "/" + std::to_string(opening.k);
    recorder.append(tx, std::move(record));
  }
  for (const auto& odd : openings.odd_shares) {
    auto record = start("content.odd-share", audit::Outcome::error);
    record.counterparty = odd.partner.str();
    record.object = {"signal", odd.signal.str()};
    recorder.append(tx, std::move(record));
  }
}

crypto::Bytes seal_content_key(const GatewayKeys& keys, const config::PartnerId& from,
                               const config::SignalId& signal, crypto::FixedView<32> content_key) {
  return crypto::seal(keys.store_key.reveal(), stored_context(stored_key_label, from, signal),
                      content_key);
}

crypto::Bytes seal_content_box(const GatewayKeys& keys, const config::PartnerId& from,
                               const config::SignalId& signal, crypto::View box) {
  return crypto::seal(keys.store_key.reveal(), stored_context(stored_box_label, from, signal), box);
}

std::optional<crypto::Bytes> open_content_box(const GatewayKeys& keys,
                                              const store::ReceivedSignal& signal) {
  return crypto::open(keys.store_key.reveal(),
                      stored_context(stored_box_label, signal.from, signal.id), signal.content_box);
}

std::optional<config::Json> open_content(const GatewayKeys& keys, const config::PartnerId& self,
                                         const store::ReceivedSignal& signal) {
  if (signal.opened_key.empty()) return std::nullopt;
  auto box = open_content_box(keys, signal);
  if (!box) return std::nullopt;
  auto raw =
      crypto::open(keys.store_key.reveal(),
                   stored_context(stored_key_label, signal.from, signal.id), signal.opened_key);
  if (!raw) return std::nullopt;
  const auto content_key = crypto::ContentKey::copy_of(*raw);
  crypto::wipe(*raw);
  if (!content_key) return std::nullopt;
  auto text = crypto::open_content(*content_key, {signal.content_nonce, std::move(*box)},
                                   {signal.from.str(), self.str(), signal.id.str()});
  if (!text) return std::nullopt;
  auto json = config::parse_json(crypto::as_text(*text));
  crypto::wipe(*text);
  if (!json || !json->is_object()) return std::nullopt;
  return std::move(*json);
}

}  // namespace sluis::gateway
