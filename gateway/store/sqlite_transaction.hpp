// The contract's operations as SQL. Written in four files, by the contract's own sections.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gateway/store/database.hpp"
#include "gateway/store/store.hpp"

namespace sluis::gateway::store {

/// The table `name`, with what was read of it kept. Used on the store's thread alone.
class Names {
 public:
  explicit Names(Database& database) : database_(database) {}
  /// The number of a name that is there.
  std::optional<std::int64_t> find(std::string_view text);
  /// The same, made where it is not.
  std::int64_t intern(std::string_view text);
  const std::string& text(std::int64_t number);
  /// After anything was undone: a number may not be there any more.
  void forget();

 private:
  void keep(std::int64_t number, std::string_view text);
  Database& database_;
  std::unordered_map<std::string, std::int64_t> numbers_;
  std::unordered_map<std::int64_t, std::string> texts_;
};

/// In `meta`, from when links were dropped until the next scrub has written the others anew.
inline constexpr std::string_view links_dropped_key = "links-dropped";
/// The same for what let a person be found in the audit log.
inline constexpr std::string_view subjects_forgotten_key = "subjects-forgotten";

enum class Use : std::uint8_t { read, act, sequence };

class SqliteTransaction final : public Transaction {
 public:
  SqliteTransaction(Database& database, Names& names, Use use)
      : database_(database), names_(names), use_(use) {}

  /// What `append` gathered, in order.
  std::vector<std::string> take_records() { return std::move(records_); }

  std::optional<std::string> meta(std::string_view key) override;
  void put_meta(std::string_view key, std::string_view value) override;

  std::optional<SentSignal> sent_signal(const config::SignalId& id) override;
  void add_sent_signal(const SentSignal& signal) override;
  void add_outbox(const OutboxRow& row) override;
  std::vector<OutboxRow> outbox_of(const config::SignalId& id) override;
  std::vector<OutboxRow> due(const config::PartnerId& to, Timestamp now, std::size_t most) override;
  std::optional<Timestamp> next_due(const config::PartnerId& to) override;
  std::size_t waiting(const config::PartnerId& to) override;
  void settle(const config::EnvelopeId& id, Delivery state, std::string_view error,
              std::string_view receipt, Timestamp at) override;
  void postpone(const config::EnvelopeId& id, std::string_view error, Timestamp next) override;

  std::optional<SeenEnvelope> seen_envelope(const config::PartnerId& from,
                                            const config::EnvelopeId& id) override;
  void add_seen_envelope(const config::PartnerId& from, const config::EnvelopeId& id,
                         const crypto::Array<32>& sha256, Timestamp at) override;
  std::optional<ReceivedSignal> received_signal(const config::PartnerId& from,
                                                const config::SignalId& id) override;
  std::optional<ReceivedSignal> received_signal(std::int64_t row) override;
  std::vector<Link> links_of(std::int64_t row) override;
  std::vector<std::int64_t> received_from(const config::PartnerId& from, std::int64_t after_row,
                                          Timestamp now, std::size_t most) override;
  std::int64_t add_received_signal(const ReceivedSignal& signal) override;
  std::vector<GroupMember> group(const config::DomainId& domain, const config::EpochId& epoch,
                                 std::string_view kind, const crypto::Array<32>& tag,
                                 Timestamp now) override;
  std::vector<GroupMember> open_group(const config::DomainId& domain, const config::EpochId& epoch,
                                      std::string_view kind, const crypto::Array<32>& tag,
                                      Timestamp now) override;
  void mark_open(std::int64_t row, crypto::View sealed_key, Timestamp at) override;
  std::size_t drop_links(const config::DomainId& domain, const config::EpochId& epoch,
                         std::size_t most) override;

  Component component(std::int64_t id) override;
  void merge(std::int64_t into, std::int64_t from) override;
  Component recount(std::int64_t id) override;
  void put_component(const Component& component) override;
  std::optional<Match> match(const config::MatchId& id) override;
  std::vector<Match> matches(std::string_view cursor, std::size_t most,
                             std::string& next_cursor) override;

  std::vector<Counted> counted(std::string_view name, std::int64_t from_slot) override;
  void put_counted(std::string_view name, const Counted& counted) override;
  void forget_counted(std::int64_t before_slot) override;

  void append(std::string record) override;
  void add_subject(const AuditSubject& subject) override;
  std::vector<AuditSubject> subjects(const crypto::Array<32>& reference) override;
  std::size_t forget_subjects(const crypto::Array<32>& reference) override;
  void put_entry(std::uint64_t index, std::string_view record,
                 const crypto::Array<32>& leaf) override;
  std::vector<std::string> entries(std::uint64_t from, std::size_t most) override;
  std::vector<crypto::Array<32>> leaves(std::uint64_t from, std::size_t most) override;
  void put_log(const Log& log) override;
  std::vector<Log> logs() override;
  std::uint64_t log_size() override;

 private:
  /// The database, for a change. Throws std::logic_error inside a read.
  Database& changing();
  template <class Id>
  Id named(const Query& query, int column) {
    return Id::parse(names_.text(query.integer(column))).value();
  }
  OutboxRow outbox_row(const Query& query);
  ReceivedSignal received(const Query& query);
  std::vector<GroupMember> members(Query query);
  std::optional<std::int64_t> space(const config::DomainId& domain, const config::EpochId& epoch,
                                    std::string_view kind);
  std::int64_t make_space(const config::DomainId& domain, const Link& link);
  void add_links(std::int64_t row, const ReceivedSignal& signal);
  Component component_row(const Query& query);
  std::vector<MatchSignal> signals_in(std::int64_t component);

  Database& database_;
  Names& names_;
  Use use_;
  std::vector<std::string> records_;
};

}  // namespace sluis::gateway::store
