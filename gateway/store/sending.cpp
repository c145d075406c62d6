// What this organisation sends: signals accepted from its own systems, and the outbox.
#include <algorithm>

#include "gateway/store/codec.hpp"
#include "gateway/store/sqlite_transaction.hpp"

namespace sluis::gateway::store {

std::optional<SentSignal> SqliteTransaction::sent_signal(const config::SignalId& id) {
  Query query = database_.query(
      "SELECT body_mac, owner, answer, accepted_at FROM sent WHERE id = ?", uuid_bytes(id));
  if (!query.step()) return std::nullopt;
  return SentSignal{id, query.array<32>(0), query.text(1), query.text(2),
                    from_millis(query.integer(3))};
}

void SqliteTransaction::add_sent_signal(const SentSignal& signal) {
  changing().run(
      "INSERT INTO sent (id, body_mac, owner, answer, accepted_at) VALUES (?, ?, ?, ?, ?)",
      uuid_bytes(signal.id), signal.body_mac, signal.owner, signal.answer,
      millis(signal.accepted_at));
}

void SqliteTransaction::add_outbox(const OutboxRow& row) {
  // Never before it was queued: rows that are tried again would else wait behind every new one.
  const auto next = std::max(row.next_attempt, row.queued_at);
  changing().run(
      "INSERT INTO outbox (id, signal, recipient, seal_key, signature, queued_at, expires_at, "
      "trace_id, state, attempts, next_attempt, last_error, receipt, settled_at) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      uuid_bytes(row.id), uuid_bytes(row.signal), names_.intern(row.to.str()), row.seal_key,
      row.signature, millis(row.queued_at), millis(row.expires_at), row.trace_id,
      static_cast<std::int64_t>(row.state), row.attempts, millis(next), row.last_error, row.receipt,
      millis(row.settled_at));
  if (row.state != Delivery::waiting) return;
  database_.run("INSERT INTO outbox_sealed (outbox, sealed) VALUES (?, ?)", database_.last_row(),
                row.sealed);
}

OutboxRow SqliteTransaction::outbox_row(const Query& query) {
  OutboxRow row{.id = uuid_id<config::EnvelopeId>(query.array<16>(0)),
                .signal = uuid_id<config::SignalId>(query.array<16>(1)),
                .to = named<config::PartnerId>(query, 2),
                .seal_key = query.array<32>(3),
                .sealed = {},
                .signature = query.array<64>(4),
                .queued_at = from_millis(query.integer(5)),
                .expires_at = from_millis(query.integer(6)),
                .trace_id = query.text(7),
                .state = static_cast<Delivery>(query.integer(8)),
                .attempts = static_cast<std::uint32_t>(query.integer(9)),
                .next_attempt = from_millis(query.integer(10)),
                .last_error = query.text(11),
                .receipt = query.text(12),
                .settled_at = std::nullopt};
  if (!query.null(13)) row.settled_at = from_millis(query.integer(13));
  return row;
}

std::vector<OutboxRow> SqliteTransaction::outbox_of(const config::SignalId& id) {
  Query query = database_.query(
      "SELECT id, signal, recipient, seal_key, signature, queued_at, expires_at, trace_id, state, "
      "attempts, next_attempt, last_error, receipt, settled_at FROM outbox WHERE signal = ? "
      "ORDER BY row",
      uuid_bytes(id));
  std::vector<OutboxRow> rows;
  while (query.step()) rows.push_back(outbox_row(query));
  return rows;
}

std::vector<OutboxRow> SqliteTransaction::due(const config::PartnerId& to, Timestamp now,
                                              std::size_t most) {
  const auto recipient = names_.find(to.str());
  if (!recipient) return {};
  Query query = database_.query(
      "SELECT id, signal, recipient, seal_key, signature, queued_at, expires_at, trace_id, state, "
      "attempts, next_attempt, last_error, receipt, settled_at, sealed "
      "FROM outbox INDEXED BY outbox_waiting CROSS JOIN outbox_sealed ON outbox = outbox.row "
      "WHERE recipient = ? AND state = 0 AND next_attempt <= ? "
      "ORDER BY next_attempt, outbox.row LIMIT ?",
      *recipient, millis(now), most);
  std::vector<OutboxRow> rows;
  while (query.step()) {
    rows.push_back(outbox_row(query));
    const auto sealed = query.blob(14);
    rows.back().sealed.assign(sealed.begin(), sealed.end());
  }
  return rows;
}

std::optional<Timestamp> SqliteTransaction::next_due(const config::PartnerId& to) {
  const auto recipient = names_.find(to.str());
  if (!recipient) return std::nullopt;
  Query query = database_.query(
      "SELECT next_attempt FROM outbox INDEXED BY outbox_waiting "
      "WHERE recipient = ? AND state = 0 ORDER BY next_attempt LIMIT 1",
      *recipient);
  if (!query.step()) return std::nullopt;
  return from_millis(query.integer(0));
}

std::size_t SqliteTransaction::waiting(const config::PartnerId& to) {
  const auto recipient = names_.find(to.str());
  if (!recipient) return 0;
  Query query = database_.query(
      "SELECT count(*) FROM outbox INDEXED BY outbox_waiting WHERE recipient = ? AND state = 0",
      *recipient);
  return query.step() ? static_cast<std::size_t>(query.integer(0)) : 0;
}

void SqliteTransaction::settle(const config::EnvelopeId& id, Delivery state, std::string_view error,
                               std::string_view receipt, Timestamp at) {
  if (state == Delivery::waiting) throw std::logic_error("store: settle: waiting is not final");
  const auto envelope = uuid_bytes(id);
  const auto changed = changing().run(
      "UPDATE outbox SET state = ?, last_error = ?, receipt = ?, settled_at = ? "
      "WHERE id = ? AND state = 0",
      static_cast<std::int64_t>(state), error, receipt, millis(at), envelope);
  if (changed == 0) return;  // settled before: the first end stands
  database_.run("DELETE FROM outbox_sealed WHERE outbox = (SELECT row FROM outbox WHERE id = ?)",
                envelope);
}

void SqliteTransaction::postpone(const config::EnvelopeId& id, std::string_view error,
                                 Timestamp next) {
  changing().run(
      "UPDATE outbox SET attempts = attempts + 1, last_error = ?, next_attempt = ? "
      "WHERE id = ? AND state = 0",
      error, millis(next), uuid_bytes(id));
}

}  // namespace sluis::gateway::store
