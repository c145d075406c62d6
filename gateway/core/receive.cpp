#include "gateway/core/receive.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "crypto/content.hpp"
#include "crypto/encoding.hpp"
#include "crypto/hash.hpp"
#include "gateway/core/linking.hpp"
#include "gateway/core/opening.hpp"
#include "policy/decide.hpp"

namespace sluis::gateway {

using config::Code;

struct Receive::Parcel {
  explicit Parcel(Envelope from) : envelope(std::move(from)) {}
  Envelope envelope;
  config::PartnerId peer = envelope.from;  // by certificate, once unpacked
  crypto::Array<32> sha256{};
  bool signed_by_sender = false;
  std::optional<SignalMessage> message;
  policy::Decision decision;
  config::Timestamp received_at{};
  std::string status;  // empty while nothing is decided
  std::string reason;

  void refuse(std::string_view why) { settle("refused", why); }
  void settle(std::string_view how, std::string_view why) {
    status = how;
    reason = why;
  }
};

namespace {

const config::Epoch* epoch_of(const config::Domain& domain, const store::Link& link) {
  const auto found = std::ranges::find(domain.epochs, link.epoch, &config::Epoch::id);
  return found == domain.epochs.end() ? nullptr : &*found;
}

/// What a recipient must be able to rely on before it stores anything: one link a (kind, epoch), of
/// an epoch that it knows, the same kinds in each epoch, and a share for every k of the epoch, no
/// more. With the same kinds in each, what contradicts in any epoch does so in every one that two
/// signals share: a sender cannot hide a contradiction by leaving a kind out. An epoch may have
/// ended while the envelope was on its way; one at least must not have.
bool links_fit(const SignalMessage& message, const config::Domain& domain, config::Timestamp now) {
  std::map<config::EpochId, std::set<std::string>> kinds;
  bool usable = false;
  for (const auto& link : message.links) {
    const auto* epoch = epoch_of(domain, link);
    if (epoch == nullptr || !kinds[link.epoch].insert(link.kind).second) return false;
    std::vector<std::uint8_t> ks;
    for (const auto& share : link.shares) ks.push_back(share.k);
    if (!std::ranges::is_permutation(ks, epoch->lock_thresholds)) return false;
    if (message.reveal > 1 && std::ranges::find(ks, message.reveal) == ks.end()) return false;
    usable = usable || now < epoch->until;
  }
  return usable && std::ranges::all_of(kinds, [&](const auto& each) {
           return each.second == kinds.begin()->second;
         });
}

/// Without the links of epochs that have ended by now. Asked inside the act that stores them: what
/// comes after the links of an ended epoch were dropped must not bring new ones.
std::vector<store::Link> links_to_keep(const SignalMessage& message, const config::Domain& domain,
                                       config::Timestamp now) {
  auto links = message.links;
  std::erase_if(links, [&](const store::Link& link) {
    const auto* epoch = epoch_of(domain, link);
    return epoch == nullptr || epoch->until <= now;
  });
  return links;
}

bool key_fits(const SignalMessage& message) {
  if (!message.content_key) return true;
  const auto key = crypto::ContentKey::copy_of(*message.content_key);
  return key && crypto::equal(crypto::commitment(message.id.str(), *key), message.commitment);
}

}  // namespace

Task<std::vector<Receipt>> Receive::receive(config::PartnerId peer,
                                            std::vector<Envelope> envelopes) {
  const auto standing = region_.standing();
  Parcels parcels;
  for (auto& envelope : envelopes) parcels.push_back(std::make_shared<Parcel>(std::move(envelope)));
  auto open = [this, parcels, peer, standing, next = std::size_t{0}]() mutable {
    const auto end = std::min(parcels.size(), next + 16);
    for (; next < end; ++next) unpack(*parcels[next], peer, *standing);
    return next == parcels.size();
  };
  co_await curve_.run_steps(std::move(open));

  std::vector<store::Store::Work> acts;
  for (const auto& parcel : parcels) acts.push_back(act_for(parcel, standing));
  const auto failures = co_await write_all(store_, std::move(acts));
  for (std::size_t i = 0; i < parcels.size(); ++i)
    if (failures[i]) parcels[i]->settle("deferred", config::code_name(Code::unavailable));

  auto sign = [this, parcels] {
    const auto key = region_.sign_key();
    std::vector<Receipt> receipts;
    for (const auto& parcel : parcels) {
      const auto& envelope = parcel->envelope;
      Receipt receipt{envelope.id,
                      region_.self(),
                      parcel->peer,
                      parcel->status,
                      parcel->reason.empty() ? std::nullopt : std::optional(parcel->reason),
                      parcel->sha256,
                      region_.now(),
                      {}};
      receipt.sign(key);
      receipts.push_back(std::move(receipt));
    }
    return receipts;
  };
  co_return co_await curve_.run(std::move(sign));
}

void Receive::unpack(Parcel& parcel, const config::PartnerId& peer,
                     const Standing& standing) const {
  const auto& envelope = parcel.envelope;
  parcel.peer = peer;
  parcel.sha256 = crypto::sha256({envelope.sealed});
  parcel.received_at = region_.now();
  if (!standing.directory->usable_at(parcel.received_at))
    return parcel.settle("deferred", "expired");
  if (envelope.from != peer) return parcel.refuse("wrong-sender");
  if (envelope.to != region_.self()) return parcel.refuse("wrong-recipient");
  const auto* partner = standing.directory->partner(peer);
  if (partner == nullptr || !partner->active) return parcel.settle("deferred", "forbidden");
  // Not final: in the moment of a new signKey, sender and recipient may know different directories.
  if (!envelope.signed_by(partner->sign_key)) return parcel.settle("deferred", "bad-signature");
  parcel.signed_by_sender = true;
  const auto keys = region_.keys();
  const auto key = std::ranges::find_if(keys->seal, [&](const crypto::SealKey& seal) {
    return seal.public_key() == envelope.seal_key;
  });
  if (key == keys->seal.end()) return parcel.settle("deferred", "unknown-seal-key");
  auto inner = key->open(envelope.sealed);
  if (!inner) return parcel.refuse("not-sealed-to-us");
  const auto json = config::parse_json(crypto::as_text(*inner));
  if (!json) return parcel.refuse("malformed");
  auto message = SignalMessage::from_json(*json);
  if (!message)
    return message.failure().code == Code::unavailable ? parcel.settle("deferred", "unknown-kind")
                                                       : parcel.refuse("malformed");
  parcel.message = std::move(*message);
  check(parcel, standing);
}

void Receive::check(Parcel& parcel, const Standing& standing) const {
  const auto& message = *parcel.message;
  const auto& envelope = parcel.envelope;
  if (message.envelope != envelope.id || message.from != envelope.from || message.to != envelope.to)
    return parcel.refuse("inner-differs");
  const auto* domain = standing.directory->domain(message.domain);
  if (domain == nullptr || domain->recipient != region_.self())
    return parcel.refuse("not-accepted");
  if (message.expires_at <= parcel.received_at) return parcel.refuse("expired");
  if (!links_fit(message, *domain, parcel.received_at)) return parcel.refuse("links");
  if (!Trace::well_formed(message.traceparent)) return parcel.refuse("malformed");
  if (!key_fits(message)) return parcel.refuse("commitment");
  policy::Question question;
  question.direction = policy::Direction::accept;
  question.partner = envelope.from.str();
  question.domain = message.domain.str();
  question.theme = message.theme;
  question.purpose = message.purpose;
  question.legal_basis = message.legal_basis;
  question.today = standing.directory->time_zone().local_day(parcel.received_at);
  parcel.decision = policy::decide(*standing.policy, question, {});
  if (!parcel.decision.permit) parcel.refuse("not-accepted");
}

store::ReceivedSignal Receive::row_for(const Parcel& parcel) const {
  const auto& message = *parcel.message;
  auto keep_until = message.expires_at;
  if (parcel.decision.keep)
    keep_until = std::min(keep_until, config::add(parcel.received_at, *parcel.decision.keep));
  store::ReceivedSignal row{.row = 0,
                            .from = message.from,
                            .id = message.id,
                            .envelope = message.envelope,
                            .domain = message.domain,
                            .theme = message.theme,
                            .purpose = message.purpose,
                            .legal_basis = message.legal_basis,
                            .trace_id = Trace::continued(message.traceparent).trace_id,
                            .created_at = message.created_at,
                            .received_at = parcel.received_at,
                            .expires_at = message.expires_at,
                            .keep_until = keep_until,
                            .reveal = message.reveal,
                            .commitment = message.commitment,
                            .content_nonce = message.content_nonce,
                            .content_box = seal_content_box(*region_.keys(), message.from,
                                                            message.id, message.content_box),
                            .opened_key = {},
                            .opened_at = {},
                            .component = 0,
                            .links = message.links};
  if (message.content_key) {
    row.opened_key =
        seal_content_key(*region_.keys(), message.from, message.id, *message.content_key);
    row.opened_at = parcel.received_at;
  }
  return row;
}

store::Store::Work Receive::act_for(const std::shared_ptr<Parcel>& parcel,
                                    const std::shared_ptr<const Standing>& standing) const {
  return [this, parcel, standing](store::Transaction& tx) {
    const auto& envelope = parcel->envelope;
    // Only what its sender signed can take an envelope id, or be told that one was taken.
    const bool genuine = parcel->signed_by_sender;
    if (const auto seen = tx.seen_envelope(envelope.from, envelope.id); genuine && seen) {
      if (seen->sha256 == parcel->sha256) {
        // Stored, whatever the policy would say of it now: a repeat changes nothing, and the log
        // does not grow with it.
        return parcel->settle("duplicate", "");
      }
      parcel->refuse("id-reused");
    }
    if (parcel->status.empty()) return take(tx, *parcel, *standing);
    auto record =
        recorder_.start("envelope.receive",
                        parcel->status == "refused" ? audit::Outcome::deny : audit::Outcome::error,
                        actor_of(parcel->peer), Trace::fresh());
    record.counterparty = parcel->peer.str();
    record.object = {"envelope", envelope.id.str()};
    record.rule = parcel->reason;
    recorder_.append(tx, std::move(record));
  };
}

void Receive::take(store::Transaction& tx, Parcel& parcel, const Standing& standing) const {
  const auto& message = *parcel.message;
  if (tx.received_signal(message.from, message.id)) {
    // The same signal in a second envelope: the first one stands.
    parcel.refuse("id-reused");
    auto refused = recorder_.start("envelope.receive", audit::Outcome::deny, actor_of(parcel.peer),
                                   Trace::continued(message.traceparent));
    refused.counterparty = parcel.peer.str();
    refused.object = {"signal", message.id.str()};
    refused.rule = parcel.reason;
    return recorder_.append(tx, std::move(refused));
  }
  tx.add_seen_envelope(message.from, message.envelope, parcel.sha256, parcel.received_at);
  auto row = row_for(parcel);
  row.links = links_to_keep(message, *standing.directory->domain(message.domain), region_.now());
  const auto arrival = take_in(tx, region_, standing, row, parcel.received_at);
  auto record = recorder_.start("envelope.receive", audit::Outcome::permit, actor_of(parcel.peer),
                                Trace::continued(message.traceparent));
  record.counterparty = message.from.str();
  record.purpose = message.purpose;
  record.legal_basis = message.legal_basis;
  record.rule = parcel.decision.rule;
  record.object = {"signal", message.id.str()};
  // As our receipt will have them: so the two logs can be held against each other.
  record.receipt = config::Json{{"envelope", message.envelope.str()},
                                {"sha256", crypto::base64url(parcel.sha256)}}
                       .dump();
  recorder_.append_received(tx, std::move(record), message.domain, message.links);
  record_arrival(tx, parcel, arrival);
  parcel.settle("stored", "");
}

void Receive::record_arrival(store::Transaction& tx, const Parcel& parcel,
                             const Arrival& arrival) const {
  const auto trace = Trace::continued(parcel.message->traceparent);
  record_openings(tx, recorder_, region_.self(), arrival.openings, trace);
  if (!arrival.component.match) return;
  auto record =
      recorder_.start(arrival.match_is_new ? "match.begin" : "match.grow", audit::Outcome::permit,
                      this_gateway(region_.self()), trace.child());
  record.object = {"match", arrival.component.match->str()};
  record.count = arrival.component.signals;
  recorder_.append(tx, std::move(record));
}

}  // namespace sluis::gateway
