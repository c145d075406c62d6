// Small values, counters, and the audit log.
#include <algorithm>
#include <set>

#include "gateway/store/codec.hpp"
#include "gateway/store/sqlite_transaction.hpp"

namespace sluis::gateway::store {
namespace {

/// A record that is missing ends a slice: what comes after it must not move up unseen.
bool unbroken(const Query& query, std::uint64_t expected) {
  return static_cast<std::uint64_t>(query.integer(0)) == expected;
}

std::vector<crypto::Array<32>> split_references(crypto::View joined) {
  std::vector<crypto::Array<32>> references;
  for (std::size_t at = 0; at + 32 <= joined.size(); at += 32)
    std::ranges::copy(joined.subspan(at, 32), references.emplace_back().begin());
  return references;
}

}  // namespace

Database& SqliteTransaction::changing() {
  if (use_ == Use::read) throw std::logic_error("store: a change inside a read");
  return database_;
}

std::optional<std::string> SqliteTransaction::meta(std::string_view key) {
  Query query = database_.query("SELECT value FROM meta WHERE key = ?", key);
  if (!query.step()) return std::nullopt;
  return std::string(crypto::as_text(query.blob(0)));
}

void SqliteTransaction::put_meta(std::string_view key, std::string_view value) {
  changing().run("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", key,
                 crypto::as_view(value));
}

std::vector<Counted> SqliteTransaction::counted(std::string_view name, std::int64_t from_slot) {
  Query query = database_.query(
      "SELECT slot, n FROM counter WHERE name = ? AND slot >= ? ORDER BY slot", name, from_slot);
  std::vector<Counted> list;
  while (query.step())
    list.push_back({query.integer(0), static_cast<std::uint64_t>(query.integer(1))});
  return list;
}

void SqliteTransaction::put_counted(std::string_view name, const Counted& counted) {
  if (counted.n == 0) {
    changing().run("DELETE FROM counter WHERE name = ? AND slot = ?", name, counted.slot);
  } else {
    changing().run("INSERT OR REPLACE INTO counter (name, slot, n) VALUES (?, ?, ?)", name,
                   counted.slot, counted.n);
  }
}

void SqliteTransaction::forget_counted(std::int64_t before_slot) {
  changing().run("DELETE FROM counter WHERE slot < ?", before_slot);
}

void SqliteTransaction::append(std::string record) {
  changing();
  if (use_ == Use::sequence) throw std::logic_error("store: append inside the sequencer");
  records_.push_back(std::move(record));
}

void SqliteTransaction::add_subject(const AuditSubject& subject) {
  crypto::Bytes references;
  for (const auto& reference : subject.references) {
    references.insert(references.end(), reference.begin(), reference.end());
  }
  changing().run("INSERT INTO audit_subject (record, kind, salt, refs) VALUES (?, ?, ?, ?)",
                 uuid_bytes(subject.record_id), subject.kind, subject.salt, references);
  const auto row = database_.last_row();
  for (const auto& reference : subject.references) {
    database_.run("INSERT OR IGNORE INTO audit_reference (reference, subject) VALUES (?, ?)",
                  reference, row);
  }
}

std::vector<AuditSubject> SqliteTransaction::subjects(const crypto::Array<32>& reference) {
  Query query = database_.query(
      "SELECT record, kind, salt, refs FROM audit_reference "
      "CROSS JOIN audit_subject ON row = subject WHERE reference = ? ORDER BY row",
      reference);
  std::vector<AuditSubject> subjects;
  while (query.step()) {
    subjects.push_back({uuid_text(query.array<16>(0)), query.text(1), query.array<32>(2),
                        split_references(query.blob(3))});
  }
  return subjects;
}

std::size_t SqliteTransaction::forget_subjects(const crypto::Array<32>& reference) {
  std::vector<std::int64_t> rows;
  std::set<crypto::Array<32>> references;
  {
    Query query = database_.query(
        "SELECT row, refs FROM audit_reference "
        "CROSS JOIN audit_subject ON row = subject WHERE reference = ?",
        reference);
    while (query.step()) {
      rows.push_back(query.integer(0));
      for (const auto& one : split_references(query.blob(1))) references.insert(one);
    }
  }
  for (const auto row : rows) {
    for (const auto& one : references)
      changing().run("DELETE FROM audit_reference WHERE reference = ? AND subject = ?", one, row);
    database_.run("DELETE FROM audit_subject WHERE row = ?", row);
  }
  if (!rows.empty()) put_meta(subjects_forgotten_key, "1");  // for the next scrub, as of links
  return rows.size();
}

void SqliteTransaction::put_entry(std::uint64_t index, std::string_view record,
                                  const crypto::Array<32>& leaf) {
  changing().run("INSERT INTO log_entry (number, record) VALUES (?, ?)", index,
                 crypto::as_view(record));
  database_.run("INSERT INTO log_leaf (number, hash) VALUES (?, ?)", index, leaf);
}

std::vector<std::string> SqliteTransaction::entries(std::uint64_t from, std::size_t most) {
  Query query = database_.query(
      "SELECT number, record FROM log_entry WHERE number >= ? ORDER BY number LIMIT ?", from, most);
  std::vector<std::string> records;
  while (query.step() && unbroken(query, from + records.size())) {
    records.emplace_back(crypto::as_text(query.blob(1)));
  }
  return records;
}

std::vector<crypto::Array<32>> SqliteTransaction::leaves(std::uint64_t from, std::size_t most) {
  Query query = database_.query(
      "SELECT number, hash FROM log_leaf WHERE number >= ? ORDER BY number LIMIT ?", from, most);
  std::vector<crypto::Array<32>> hashes;
  while (query.step() && unbroken(query, from + hashes.size()))
    hashes.push_back(query.array<32>(1));
  return hashes;
}

void SqliteTransaction::put_log(const Log& log) {
  changing().run(
      "INSERT INTO log (first, origin, size, note) VALUES (?, ?, ?, ?) "
      "ON CONFLICT (first) DO UPDATE SET size = excluded.size, note = excluded.note",
      log.first, log.origin, log.size, log.note);
}

std::vector<Log> SqliteTransaction::logs() {
  Query query = database_.query("SELECT first, origin, size, note FROM log ORDER BY first");
  std::vector<Log> logs;
  while (query.step()) {
    logs.push_back({static_cast<std::uint64_t>(query.integer(0)), query.text(1),
                    static_cast<std::uint64_t>(query.integer(2)), query.text(3)});
  }
  return logs;
}

std::uint64_t SqliteTransaction::log_size() {
  Query query = database_.query("SELECT ifnull(max(number) + 1, 0) FROM log_entry");
  return query.step() ? static_cast<std::uint64_t>(query.integer(0)) : 0;
}

}  // namespace sluis::gateway::store
