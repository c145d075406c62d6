#include "gateway/store/schema.hpp"

#include <string>

namespace sluis::gateway::store {
namespace {

using config::Code;

// Times are milliseconds since 1970 (UTC), UUIDs their 16 bytes. Names that come back in every row
// (partners, domains, kinds, purposes, ...) are numbers into `name`. What is large stands apart
// from what is searched, so that an index range stays a few pages.
constexpr const char* tables_sql = R"sql(
CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE name (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;

CREATE TABLE sent (
  row INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  body_mac BLOB NOT NULL,
  owner TEXT NOT NULL,
  answer TEXT NOT NULL,
  accepted_at INTEGER NOT NULL) STRICT;

CREATE TABLE outbox (
  row INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  signal BLOB NOT NULL,
  recipient INTEGER NOT NULL REFERENCES name,
  seal_key BLOB NOT NULL,
  signature BLOB NOT NULL,
  queued_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  trace_id TEXT NOT NULL,
  state INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  next_attempt INTEGER NOT NULL,
  last_error TEXT NOT NULL,
  receipt TEXT NOT NULL,
  settled_at INTEGER) STRICT;
CREATE INDEX outbox_of_signal ON outbox (signal);
CREATE INDEX outbox_waiting ON outbox (recipient, next_attempt) WHERE state = 0;
CREATE TABLE outbox_sealed (
  outbox INTEGER PRIMARY KEY REFERENCES outbox,
  sealed BLOB NOT NULL) STRICT;

CREATE TABLE seen_envelope (
  sender INTEGER NOT NULL REFERENCES name,
  id BLOB NOT NULL,
  sha256 BLOB NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (sender, id)) STRICT, WITHOUT ROWID;

-- A number of a component or signal is never given again: AUTOINCREMENT.
CREATE TABLE component (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  domain INTEGER NOT NULL REFERENCES name,
  match BLOB UNIQUE,
  created_at INTEGER NOT NULL DEFAULT 0,
  updated_at INTEGER NOT NULL DEFAULT 0,
  certainty INTEGER NOT NULL DEFAULT 0,
  ambiguous INTEGER NOT NULL DEFAULT 0,
  partners INTEGER NOT NULL DEFAULT 1,
  signals INTEGER NOT NULL DEFAULT 1,
  open INTEGER NOT NULL DEFAULT 0,
  oldest INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX component_listed ON component (updated_at DESC, id DESC)
  WHERE open > 0 AND partners >= 2 AND match IS NOT NULL;
CREATE TABLE match_alias (
  match BLOB PRIMARY KEY,
  component INTEGER NOT NULL REFERENCES component) STRICT, WITHOUT ROWID;
CREATE INDEX match_alias_of ON match_alias (component);

CREATE TABLE received (
  row INTEGER PRIMARY KEY AUTOINCREMENT,
  sender INTEGER NOT NULL REFERENCES name,
  id BLOB NOT NULL,
  envelope BLOB NOT NULL,
  domain INTEGER NOT NULL REFERENCES name,
  theme INTEGER NOT NULL REFERENCES name,
  purpose INTEGER NOT NULL REFERENCES name,
  legal_basis INTEGER NOT NULL REFERENCES name,
  trace_id TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  keep_until INTEGER NOT NULL,
  reveal INTEGER NOT NULL,
  opened_at INTEGER,
  component INTEGER NOT NULL REFERENCES component,
  UNIQUE (sender, id)) STRICT;
CREATE INDEX received_in ON received (component, sender, opened_at);
-- The box comes in sealed by the caller, as opened_key does: the shares lie beside it.
CREATE TABLE content (
  signal INTEGER PRIMARY KEY REFERENCES received,
  commitment BLOB NOT NULL,
  nonce BLOB NOT NULL,
  box BLOB NOT NULL,
  opened_key BLOB NOT NULL) STRICT;

-- A space is what tags are compared within: one (domain, epoch, kind).
CREATE TABLE space (
  id INTEGER PRIMARY KEY,
  domain INTEGER NOT NULL REFERENCES name,
  epoch INTEGER NOT NULL REFERENCES name,
  kind INTEGER NOT NULL REFERENCES name,
  UNIQUE (domain, epoch, kind)) STRICT;
)sql";

constexpr const char* link_table_sql = R"sql(
-- Rows lie in order of arrival. expires_at and open repeat what the signal's own row says, so that
-- what has expired or is closed costs a search nothing.
CREATE TABLE link (
  signal INTEGER NOT NULL REFERENCES received,
  number INTEGER NOT NULL,
  space INTEGER NOT NULL REFERENCES space,
  tag BLOB NOT NULL,
  unique_tag BLOB,
  shares BLOB NOT NULL,
  wrapped BLOB,
  expires_at INTEGER NOT NULL,
  open INTEGER NOT NULL,
  PRIMARY KEY (signal, number)) STRICT, WITHOUT ROWID;
)sql";
constexpr const char* link_index_sql = R"sql(
CREATE INDEX link_tagged ON link (space, tag, signal);
CREATE INDEX link_tagged_open ON link (space, tag, signal) WHERE open = 1;
)sql";

constexpr const char* more_tables_sql = R"sql(
CREATE TABLE counter (
  name TEXT NOT NULL,
  slot INTEGER NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (name, slot)) STRICT, WITHOUT ROWID;
CREATE INDEX counter_slot ON counter (slot);

CREATE TABLE log_entry (number INTEGER PRIMARY KEY, record BLOB NOT NULL) STRICT;
CREATE TABLE log_leaf (number INTEGER PRIMARY KEY, hash BLOB NOT NULL) STRICT;
-- Numbers of records run on over all logs; "first" is that of a log's first one.
CREATE TABLE log (
  first INTEGER PRIMARY KEY,
  origin TEXT NOT NULL UNIQUE,
  size INTEGER NOT NULL,
  note TEXT NOT NULL) STRICT;
)sql";

constexpr const char* subject_tables_sql = R"sql(
CREATE TABLE audit_subject (
  row INTEGER PRIMARY KEY,
  record BLOB NOT NULL,
  kind TEXT NOT NULL,
  salt BLOB NOT NULL,
  refs BLOB NOT NULL) STRICT;
CREATE TABLE audit_reference (
  reference BLOB NOT NULL,
  subject INTEGER NOT NULL,
  PRIMARY KEY (reference, subject)) STRICT, WITHOUT ROWID;
)sql";

std::int64_t number(Database& database, Sql pragma) {
  Query query = database.query(pragma);
  return query.step() ? query.integer(0) : 0;
}

}  // namespace

config::Result<void> prepare_schema(Database& database) try {
  const auto version = number(database, "PRAGMA user_version");
  const auto application = number(database, "PRAGMA application_id");
  const auto tables = number(database, "SELECT count(*) FROM sqlite_schema");
  if (application != schema_application && (application != 0 || version != 0 || tables != 0)) {
    return config::error(Code::invalid,
                         "store: the file is another program's database: name another file");
  }
  if (version > schema_version) {
    return config::error(Code::invalid,
                         "store: the file has schema " + std::to_string(version) +
                             ", and this program knows " + std::to_string(schema_version) +
                             ": start the newer program that wrote it, or put back a backup from "
                             "before");
  }
  if (version == schema_version) return {};
  if (tables != 0) {
    return config::error(Code::invalid,
                         "store: the file has schema " + std::to_string(version) +
                             ", from before the first release, and this program knows " +
                             std::to_string(schema_version) + ": begin with an empty data folder");
  }
  database.exec("BEGIN IMMEDIATE");
  for (const auto* sql :
       {tables_sql, link_table_sql, link_index_sql, more_tables_sql, subject_tables_sql})
    database.exec(sql);
  database.exec(("PRAGMA application_id=" + std::to_string(schema_application)).c_str());
  database.exec(("PRAGMA user_version=" + std::to_string(schema_version)).c_str());
  database.exec("COMMIT");
  return {};
} catch (const EngineError& cause) {
  database.roll_back();
  return config::error(cause.out_of_our_hands() ? Code::unavailable : Code::invalid,
                       std::string("store: cannot make its tables: ") + cause.what());
}

void write_links_anew(Database& database) {
  database.exec("ALTER TABLE link RENAME TO link_before");
  database.exec(link_table_sql);
  database.exec("INSERT INTO link SELECT * FROM link_before ORDER BY signal, number");
  database.exec("DROP TABLE link_before");  // with its indexes, whose names are free then
  database.exec(link_index_sql);
}

void write_subjects_anew(Database& database) {
  database.exec("ALTER TABLE audit_subject RENAME TO audit_subject_before");
  database.exec("ALTER TABLE audit_reference RENAME TO audit_reference_before");
  database.exec(subject_tables_sql);
  database.exec("INSERT INTO audit_subject SELECT * FROM audit_subject_before ORDER BY row");
  database.exec(
      "INSERT INTO audit_reference SELECT * FROM audit_reference_before "
      "ORDER BY reference, subject");
  database.exec("DROP TABLE audit_reference_before");
  database.exec("DROP TABLE audit_subject_before");
}

}  // namespace sluis::gateway::store
