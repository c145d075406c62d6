// What a gateway keeps, as plain values. No row holds a name, number, address or linkage key; a
// content is there only sealed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/ids.hpp"
#include "config/time.hpp"
#include "crypto/bytes.hpp"

namespace sluis::gateway::store {

using config::Timestamp;

/// Where one domain's part of a sent signal stands.
enum class Delivery : std::uint8_t { waiting, delivered, refused, expired };

/// A signal that this organisation's own system handed in, once it was accepted.
struct SentSignal {
  config::SignalId id;
  crypto::Array<32> body_mac;  // keyed MAC over the JCS of the body (api.md): tells a repeat
  std::string owner;           // the client (token name) that sent it
  std::string answer;          // the decisions, as JSON; says nothing of the person
  Timestamp accepted_at;
};

/// One envelope on its way. `sealed` is dropped once the envelope is delivered, refused or expired.
struct OutboxRow {
  config::EnvelopeId id;
  config::SignalId signal;
  config::PartnerId to;
  crypto::Array<32> seal_key;
  crypto::Bytes sealed{};
  crypto::Array<64> signature;
  Timestamp queued_at;
  Timestamp expires_at;
  std::string trace_id;
  Delivery state = Delivery::waiting;
  std::uint32_t attempts = 0;
  Timestamp next_attempt{};  // not before
  std::string last_error{};  // a stable code, or empty
  std::string receipt{};     // the partner's signed receipt as JSON, or empty
  std::optional<Timestamp> settled_at{};
};

struct Share {
  std::uint8_t k;
  crypto::Array<32> y, check;
};
struct Wrapped {
  std::uint8_t k;
  crypto::Array<24> nonce;
  crypto::Array<48> box;
};

/// The kind of which two different values contradict each other (protocol.md §2).
inline constexpr std::string_view unique_kind = "bsn";

/// One of a received signal's pseudonyms, with what opens it (protocol.md §4).
struct Link {
  std::string kind;
  config::EpochId epoch;
  crypto::Array<32> tag;
  std::vector<Share> shares;
  std::optional<Wrapped> wrapped{};
};

/// A partner's signal as it was received. `row` is this store's own number, in order of arrival.
struct ReceivedSignal {
  std::int64_t row = 0;
  config::PartnerId from;
  config::SignalId id;
  config::EnvelopeId envelope;
  config::DomainId domain;
  std::string theme, purpose, legal_basis, trace_id;
  Timestamp created_at, received_at, expires_at, keep_until;
  std::uint8_t reveal = 0;
  crypto::Array<32> commitment;
  crypto::Array<24> content_nonce;
  crypto::Bytes content_box;
  /// The content key, sealed under the gateway's store key; empty while the signal is closed.
  crypto::Bytes opened_key{};
  std::optional<Timestamp> opened_at{};
  std::int64_t component = 0;  // 0 only before it is inserted
  std::vector<Link> links{};   // filled on insert; read back by `links_of`
};

/// A signal seen through one of its links: what linking and opening need, in one index range.
struct GroupMember {
  std::int64_t row;
  config::PartnerId from;
  config::SignalId id;
  std::int64_t component;
  std::uint8_t reveal;
  bool open;
  Timestamp expires_at;
  /// The signal's tag of a unique kind in the same epoch: two that differ contradict each other.
  std::optional<crypto::Array<32>> unique_tag{};
  std::vector<Share> shares;
  std::optional<Wrapped> wrapped{};
};

/// Certainty of a link or match, weakest first.
enum class Certainty : std::uint8_t { none, possible, probable, certain };

/// Signals that hang together. It is a match once signals of two partners are in it.
struct Component {
  std::int64_t id = 0;
  config::DomainId domain;
  std::optional<config::MatchId> match{};
  Timestamp created_at, updated_at;  // as a match; meaningless before
  Certainty certainty = Certainty::none;
  bool ambiguous = false;
  std::uint32_t partners = 0, signals = 0, open = 0;
  std::int64_t oldest = 0;  // row of the oldest signal
};

/// One signal of a match, as a list shows it.
struct MatchSignal {
  std::int64_t row;
  config::PartnerId from;
  config::SignalId id;
  std::string theme, purpose;
  Timestamp received_at;
  bool open;
};

struct Match {
  Component component;
  std::vector<MatchSignal> signals;
};

/// An envelope that came in, so that a repeat is known (protocol.md §5).
struct SeenEnvelope {
  crypto::Array<32> sha256;
};

/// What was counted under a name in one slot of time. In lists the oldest slot stands first.
struct Counted {
  std::int64_t slot = 0;
  std::uint64_t n = 0;
};

/// One of the gateway's audit logs: a year's, or one that began after a restore. Records are
/// numbered over all of them; in a log itself they count from 0.
struct Log {
  std::uint64_t first = 0;  // number of its first record
  std::string origin;
  std::uint64_t size = 0;
  std::string note;  // its last checkpoint, signed
};

/// A row of the table apart that lets a person's trace be found, and forgotten (audit.md).
struct AuditSubject {
  std::string record_id;  // UUID of the record
  std::string kind;       // "person" or "case"
  crypto::Array<32> salt;
  std::vector<crypto::Array<32>> references;
};

}  // namespace sluis::gateway::store
