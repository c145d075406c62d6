// A store that notes which calls are made on it, and leaves the work to another.
#pragma once

#include <string>
#include <utility>

#include "gateway/store/store.hpp"

namespace sluis::gateway::store::test {

/// Every call by its name, in order, without its values.
class CountingTransaction final : public Transaction {
 public:
  CountingTransaction(Transaction& real, std::string& calls) : real_(real), calls_(calls) {}

  std::optional<std::string> meta(std::string_view key) override { return noted("meta").meta(key); }
  void put_meta(std::string_view key, std::string_view value) override {
    return noted("put_meta").put_meta(key, value);
  }
  std::optional<SentSignal> sent_signal(const config::SignalId& id) override {
    return noted("sent_signal").sent_signal(id);
  }
  void add_sent_signal(const SentSignal& signal) override {
    return noted("add_sent_signal").add_sent_signal(signal);
  }
  void add_outbox(const OutboxRow& row) override { return noted("add_outbox").add_outbox(row); }
  std::vector<OutboxRow> outbox_of(const config::SignalId& id) override {
    return noted("outbox_of").outbox_of(id);
  }
  std::vector<OutboxRow> due(const config::PartnerId& to, Timestamp now,
                             std::size_t most) override {
    return noted("due").due(to, now, most);
  }
  std::optional<Timestamp> next_due(const config::PartnerId& to) override {
    return noted("next_due").next_due(to);
  }
  std::size_t waiting(const config::PartnerId& to) override { return noted("waiting").waiting(to); }
  void settle(const config::EnvelopeId& id, Delivery state, std::string_view error,
              std::string_view receipt, Timestamp at) override {
    return noted("settle").settle(id, state, error, receipt, at);
  }
  void postpone(const config::EnvelopeId& id, std::string_view error, Timestamp next) override {
    return noted("postpone").postpone(id, error, next);
  }
  std::optional<SeenEnvelope> seen_envelope(const config::PartnerId& from,
                                            const config::EnvelopeId& id) override {
    return noted("seen_envelope").seen_envelope(from, id);
  }
  void add_seen_envelope(const config::PartnerId& from, const config::EnvelopeId& id,
                         const crypto::Array<32>& sha256, Timestamp at) override {
    return noted("add_seen_envelope").add_seen_envelope(from, id, sha256, at);
  }
  std::optional<ReceivedSignal> received_signal(const config::PartnerId& from,
                                                const config::SignalId& id) override {
    return noted("received_signal").received_signal(from, id);
  }
  std::optional<ReceivedSignal> received_signal(std::int64_t row) override {
    return noted("received_signal").received_signal(row);
  }
  std::vector<Link> links_of(std::int64_t row) override { return noted("links_of").links_of(row); }
  std::vector<std::int64_t> received_from(const config::PartnerId& from, std::int64_t after_row,
                                          Timestamp now, std::size_t most) override {
    return noted("received_from").received_from(from, after_row, now, most);
  }
  std::int64_t add_received_signal(const ReceivedSignal& signal) override {
    return noted("add_received_signal").add_received_signal(signal);
  }
  std::vector<GroupMember> group(const config::DomainId& domain, const config::EpochId& epoch,
                                 std::string_view kind, const crypto::Array<32>& tag,
                                 Timestamp now) override {
    return noted("group").group(domain, epoch, kind, tag, now);
  }
  std::vector<GroupMember> open_group(const config::DomainId& domain, const config::EpochId& epoch,
                                      std::string_view kind, const crypto::Array<32>& tag,
                                      Timestamp now) override {
    return noted("open_group").open_group(domain, epoch, kind, tag, now);
  }
  void mark_open(std::int64_t row, crypto::View sealed_key, Timestamp at) override {
    return noted("mark_open").mark_open(row, sealed_key, at);
  }
  std::size_t drop_links(const config::DomainId& domain, const config::EpochId& epoch,
                         std::size_t most) override {
    return noted("drop_links").drop_links(domain, epoch, most);
  }
  Component component(std::int64_t id) override { return noted("component").component(id); }
  void merge(std::int64_t into, std::int64_t from) override {
    return noted("merge").merge(into, from);
  }
  Component recount(std::int64_t id) override { return noted("recount").recount(id); }
  void put_component(const Component& component) override {
    return noted("put_component").put_component(component);
  }
  std::optional<Match> match(const config::MatchId& id) override {
    return noted("match").match(id);
  }
  std::vector<Match> matches(std::string_view cursor, std::size_t most,
                             std::string& next_cursor) override {
    return noted("matches").matches(cursor, most, next_cursor);
  }
  std::vector<Counted> counted(std::string_view name, std::int64_t from_slot) override {
    return noted("counted").counted(name, from_slot);
  }
  void put_counted(std::string_view name, const Counted& counted) override {
    return noted("put_counted").put_counted(name, counted);
  }
  void forget_counted(std::int64_t before_slot) override {
    return noted("forget_counted").forget_counted(before_slot);
  }
  void append(std::string record) override { return noted("append").append(std::move(record)); }
  void add_subject(const AuditSubject& subject) override {
    return noted("add_subject").add_subject(subject);
  }
  std::vector<AuditSubject> subjects(const crypto::Array<32>& reference) override {
    return noted("subjects").subjects(reference);
  }
  std::size_t forget_subjects(const crypto::Array<32>& reference) override {
    return noted("forget_subjects").forget_subjects(reference);
  }
  void put_entry(std::uint64_t index, std::string_view record,
                 const crypto::Array<32>& leaf) override {
    return noted("put_entry").put_entry(index, record, leaf);
  }
  std::vector<std::string> entries(std::uint64_t from, std::size_t most) override {
    return noted("entries").entries(from, most);
  }
  std::vector<crypto::Array<32>> leaves(std::uint64_t from, std::size_t most) override {
    return noted("leaves").leaves(from, most);
  }
  void put_log(const store::Log& log) override { return noted("put_log").put_log(log); }
  std::vector<store::Log> logs() override { return noted("logs").logs(); }
  std::uint64_t log_size() override { return noted("log_size").log_size(); }

 private:
  Transaction& noted(const char* call) {
    calls_ += call;
    calls_ += ' ';
    return real_;
  }
  Transaction& real_;
  std::string& calls_;
};

class CountingStore final : public Store {
 public:
  explicit CountingStore(Store& real) : real_(real) {}
  void write(Work work, Done done) override {
    real_.write(counted("write: ", std::move(work)), std::move(done));
  }
  void read(Work work, Done done) override {
    real_.read(counted("read: ", std::move(work)), std::move(done));
  }
  void scrub(Done done) override { real_.scrub(std::move(done)); }
  void stop() override { real_.stop(); }
  [[nodiscard]] bool healthy() const noexcept override { return real_.healthy(); }

  std::string calls;  // looked at while nothing is under way

 private:
  Work counted(const char* what, Work work) {
    return [this, what, work = std::move(work)](Transaction& tx) {
      calls += what;
      CountingTransaction counting(tx, calls);
      work(counting);
    };
  }
  Store& real_;
};

}  // namespace sluis::gateway::store::test
