// The storage contract. An engine (SQLite now) keeps it; everything above knows only this.
#pragma once

#include <exception>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/store/rows.hpp"

namespace sluis::gateway::store {

/// What one act may do. Valid only inside the function that it was handed to, on the store's own
/// thread. A failure of the engine throws; the act is then undone whole.
class Transaction {
 public:
  virtual ~Transaction() = default;

  // Small values by name: schema, highest directory version, ...
  virtual std::optional<std::string> meta(std::string_view key) = 0;
  virtual void put_meta(std::string_view key, std::string_view value) = 0;

  // Sending
  virtual std::optional<SentSignal> sent_signal(const config::SignalId& id) = 0;
  virtual void add_sent_signal(const SentSignal& signal) = 0;  // throws if the id is there
  virtual void add_outbox(const OutboxRow& row) = 0;
  virtual std::vector<OutboxRow> outbox_of(const config::SignalId& id) = 0;  // without `sealed`
  /// Waiting rows for `to` whose next attempt is not after `now`: oldest first, at most `most`.
  virtual std::vector<OutboxRow> due(const config::PartnerId& to, Timestamp now,
                                     std::size_t most) = 0;
  /// When the next waiting row for `to` may be tried, or nothing.
  virtual std::optional<Timestamp> next_due(const config::PartnerId& to) = 0;
  virtual std::size_t waiting(const config::PartnerId& to) = 0;
  /// Final: drops `sealed`.
  virtual void settle(const config::EnvelopeId& id, Delivery state, std::string_view error,
                      std::string_view receipt, Timestamp at) = 0;
  virtual void postpone(const config::EnvelopeId& id, std::string_view error, Timestamp next) = 0;

  // Receiving
  virtual std::optional<SeenEnvelope> seen_envelope(const config::PartnerId& from,
                                                    const config::EnvelopeId& id) = 0;
  virtual void add_seen_envelope(const config::PartnerId& from, const config::EnvelopeId& id,
                                 const crypto::Array<32>& sha256, Timestamp at) = 0;
  virtual std::optional<ReceivedSignal> received_signal(const config::PartnerId& from,
                                                        const config::SignalId& id) = 0;
  virtual std::optional<ReceivedSignal> received_signal(std::int64_t row) = 0;  // without links
  virtual std::vector<Link> links_of(std::int64_t row) = 0;
  /// Rows of this partner's signals that have not expired at `now`, after this row: in order of
  /// arrival, at most `most`.
  virtual std::vector<std::int64_t> received_from(const config::PartnerId& from,
                                                  std::int64_t after_row, Timestamp now,
                                                  std::size_t most) = 0;
  /// Inserts the signal and its links as a component of its own; gives its row.
  virtual std::int64_t add_received_signal(const ReceivedSignal& signal) = 0;
  /// Every signal with this tag that has not expired at `now`, in order of arrival.
  virtual std::vector<GroupMember> group(const config::DomainId& domain,
                                         const config::EpochId& epoch, std::string_view kind,
                                         const crypto::Array<32>& tag, Timestamp now) = 0;
  /// The same, but only those that are open: it costs the same whether closed ones exist or not.
  virtual std::vector<GroupMember> open_group(const config::DomainId& domain,
                                              const config::EpochId& epoch, std::string_view kind,
                                              const crypto::Array<32>& tag, Timestamp now) = 0;
  virtual void mark_open(std::int64_t row, crypto::View sealed_key, Timestamp at) = 0;
  /// Removes links of an epoch that has ended, with their tags and shares, at most `most`; gives
  /// how many, fewer than `most` when none is left. What matched stays matched.
  virtual std::size_t drop_links(const config::DomainId& domain, const config::EpochId& epoch,
                                 std::size_t most) = 0;

  // Matches
  virtual Component component(std::int64_t id) = 0;
  /// Moves every signal of `from` into `into`; `from` is gone, and its match id points to `into`.
  virtual void merge(std::int64_t into, std::int64_t from) = 0;
  /// Recounts partners, signals, open and oldest, and whether two unique tags differ (ambiguous).
  virtual Component recount(std::int64_t id) = 0;
  virtual void put_component(const Component& component) = 0;  // match, times, certainty
  /// Follows a merged id to the match that lives.
  virtual std::optional<Match> match(const config::MatchId& id) = 0;
  /// Matches with something open, newest change first, after `cursor` (opaque, empty: from the
  /// start), at most `most`.
  virtual std::vector<Match> matches(std::string_view cursor, std::size_t most,
                                     std::string& next_cursor) = 0;

  // Counters: how much was counted under a name, by slots of time (core/budget.hpp numbers them)
  virtual std::vector<Counted> counted(std::string_view name, std::int64_t from_slot) = 0;
  virtual void put_counted(std::string_view name, const Counted& counted) = 0;  // n = 0 removes
  /// Removes, whatever the name, what was counted in slots before this one.
  virtual void forget_counted(std::int64_t before_slot) = 0;

  // Audit: `append` puts a record at the end of this act; the sequencer gives it its index.
  virtual void append(std::string record) = 0;
  virtual void add_subject(const AuditSubject& subject) = 0;
  /// What was said of records that this reference has a part in, in order of arrival.
  virtual std::vector<AuditSubject> subjects(const crypto::Array<32>& reference) = 0;
  /// Removes those rows whole, with their salts and their other references; gives how many there
  /// were. The records stay. After the next scrub nothing of the rows is in any file.
  virtual std::size_t forget_subjects(const crypto::Array<32>& reference) = 0;
  // For the sequencer, and for who reads the log back
  virtual void put_entry(std::uint64_t index, std::string_view record,
                         const crypto::Array<32>& leaf) = 0;
  // Slices from `from` on, at most `most`; one ends before an index that is missing.
  virtual std::vector<std::string> entries(std::uint64_t from, std::size_t most) = 0;
  virtual std::vector<crypto::Array<32>> leaves(std::uint64_t from, std::size_t most) = 0;
  /// A log that begins, or its newest state: told by `first`.
  virtual void put_log(const Log& log) = 0;
  virtual std::vector<Log> logs() = 0;   // in order; the last one is written to
  virtual std::uint64_t log_size() = 0;  // of all of them
};

/// Gives records their place in the log and signs, inside the commit that makes them durable.
class Sequencer {
 public:
  virtual ~Sequencer() = default;
  /// On the store's thread, before COMMIT. Throwing undoes the whole commit: no act without its
  /// record.
  virtual void sequence(Transaction& tx, const std::vector<std::string>& records) = 0;
  /// The commit is durable. Must not throw and must be quick.
  virtual void committed() noexcept = 0;
  /// The commit was undone: forget what `sequence` prepared.
  virtual void undone() noexcept = 0;
};

/// Many acts share one durable commit (group commit, no timer); each stands or falls alone.
///
/// Guaranteed: when `done` is called without an exception, the act and its audit records are on
/// disk (fully persisted, also past a power cut). When it is called with one, nothing of the act is
/// there. Acts run one at a time, in the order in which they were handed in.
/// Not guaranteed: which thread calls `done` (the store's own: post to yours, and do no work
/// there).
class Store {
 public:
  using Work = std::function<void(Transaction&)>;
  using Done = std::function<void(std::exception_ptr)>;

  virtual ~Store() = default;
  /// Hands in an act. `Unavailable` (below) through `done` when the queue is full, the disk is full
  /// or the store has stopped.
  virtual void write(Work work, Done done) = 0;
  /// Looks without changing anything; sees every durable act. Waits for no commit.
  virtual void read(Work work, Done done) = 0;
  /// When `done` is called without an exception, nothing that an earlier act removed is in any file
  /// of the store any more: not in a free page, not in a write-ahead log.
  virtual void scrub(Done done) = 0;
  /// Takes nothing new, finishes what was handed in, closes. Called once; returns when all is done.
  virtual void stop() = 0;
  [[nodiscard]] virtual bool healthy() const noexcept = 0;
};

/// A cursor that no list gave: whoever asks chose it.
struct InvalidCursor : std::invalid_argument {
  using std::invalid_argument::invalid_argument;
};

/// The engine cannot do it now; the caller may try again later.
struct Unavailable : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace sluis::gateway::store
