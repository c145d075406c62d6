// What TestRegion reads of a gateway's audit log and database.
#include <sqlite3.h>

#include <algorithm>
#include <memory>
#include <ostream>
#include <stdexcept>

#include "config/settings.hpp"
#include "crypto/encoding.hpp"
#include "gateway/audit/log_chain.hpp"
#include "gateway/audit/log_reader.hpp"
#include "gateway/audit/tiles.hpp"
#include "tests/functional/region.hpp"

namespace sluis::test {

namespace audit = gateway::audit;

namespace {

constexpr auto publish_patience = std::chrono::seconds(60);

/// What the published checkpoint says; its signature is `log_fault`'s to check.
std::uint64_t published_size(const audit::LogReader& log) {
  const auto text = log.checkpoint();
  const auto note = text ? audit::parse_note(*text) : config::error(config::Code::not_found, "");
  const auto checkpoint = note ? audit::parse_checkpoint(note->body) : note.failure();
  return checkpoint ? checkpoint->size : 0;
}

void read_all(const audit::LogReader& log, std::uint64_t size, std::vector<Json>& records) {
  for (std::uint64_t first = 0; first < size; first += audit::tile_width) {
    const auto bundle =
        log.bundle(first / audit::tile_width, std::min(size - first, audit::tile_width));
    if (!bundle) throw std::runtime_error("a bundle of a published log is missing");
    std::string_view rest = bundle->bytes;
    while (const auto record = audit::take_from_bundle(rest))
      records.push_back(Json::parse(*record));
  }
}

/// A copy of a database whose program has nothing to do: the file and its write-ahead log belong
/// together, so both are copied again when either changed meanwhile.
std::filesystem::path copy_of(const std::filesystem::path& database,
                              const std::filesystem::path& folder) {
  namespace fs = std::filesystem;
  constexpr auto overwrite = fs::copy_options::overwrite_existing;
  const fs::path copy = folder / "copy.db";
  const auto wal = [](const fs::path& file) { return fs::path(file.string() + "-wal"); };
  const auto version = [&] {
    return std::pair(fs::last_write_time(database), fs::exists(wal(database))
                                                        ? fs::last_write_time(wal(database))
                                                        : fs::file_time_type{});
  };
  for (int tries = 0; tries < 20; ++tries) {
    const auto before = version();
    fs::remove(wal(copy));
    fs::copy_file(database, copy, overwrite);
    if (fs::exists(wal(database))) fs::copy_file(wal(database), wal(copy), overwrite);
    if (version() == before) return copy;
    pause_between_polls();
  }
  throw std::runtime_error(database.string() + " never rests");
}

struct Close {
  void operator()(sqlite3* database) const { sqlite3_close(database); }
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Database = std::unique_ptr<sqlite3, Close>;
using Statement = std::unique_ptr<sqlite3_stmt, Close>;

Database open_copy(const std::filesystem::path& copy) {
  sqlite3* opened = nullptr;
  const int failed = sqlite3_open_v2(copy.c_str(), &opened, SQLITE_OPEN_READWRITE, nullptr);
  Database database(opened);
  if (failed != SQLITE_OK) throw std::runtime_error(copy.string() + ": cannot be opened");
  return database;
}

Statement prepare(const Database& database, const char* sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(database.get(), sql, -1, &statement, nullptr) != SQLITE_OK)
    throw std::runtime_error(sqlite3_errmsg(database.get()));
  return Statement(statement);
}

std::int64_t number(const Database& database, const char* sql) {
  const auto statement = prepare(database, sql);
  if (sqlite3_step(statement.get()) != SQLITE_ROW)
    throw std::runtime_error(sqlite3_errmsg(database.get()));
  return sqlite3_column_int64(statement.get(), 0);
}

crypto::Bytes blob(const Statement& statement, int column) {
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement.get(), column));
  return {data, data + sqlite3_column_bytes(statement.get(), column)};
}

template <std::size_t N>
crypto::Array<N> array(const Statement& statement, int column) {
  const auto bytes = blob(statement, column);
  if (bytes.size() != N) throw std::runtime_error("a column of another size");
  crypto::Array<N> value;
  std::ranges::copy(bytes, value.begin());
  return value;
}

std::string uuid_text(crypto::View bytes) {
  auto text = crypto::hex(bytes);
  for (const std::size_t dash : {8U, 13U, 18U, 23U}) text.insert(dash, "-");
  return text;
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Kept& kept) {
  return out << kept.sent << " sent, " << kept.outbox << " in the outbox, " << kept.received
             << " received, " << kept.open << " open, " << kept.links << " links, " << kept.seen
             << " envelopes seen, " << kept.budget << " of budgets used";
}

Kept TestRegion::kept(std::string_view partner) {
  const auto database = open_copy(copy_of(data(partner) / "sluis.db", scratch_));
  return {number(database, "SELECT count(*) FROM sent"),
          number(database, "SELECT count(*) FROM outbox"),
          number(database, "SELECT count(*) FROM received"),
          number(database, "SELECT count(*) FROM received WHERE opened_at IS NOT NULL"),
          number(database, "SELECT count(*) FROM link"),
          number(database, "SELECT count(*) FROM seen_envelope"),
          number(database, "SELECT coalesce(sum(n), 0) FROM counter")};
}

std::vector<gateway::Envelope> TestRegion::queued(std::string_view partner) {
  const auto database = open_copy(copy_of(data(partner) / "sluis.db", scratch_));
  const auto rows =
      prepare(database,
              "SELECT outbox.id, name.text, seal_key, sealed, signature FROM outbox "
              "JOIN name ON name.id = recipient JOIN outbox_sealed ON outbox = outbox.row "
              "WHERE state = 0 ORDER BY outbox.row");
  std::vector<gateway::Envelope> envelopes;
  while (sqlite3_step(rows.get()) == SQLITE_ROW) {
    const auto* to = reinterpret_cast<const char*>(sqlite3_column_text(rows.get(), 1));
    envelopes.push_back({config::EnvelopeId::parse(uuid_text(blob(rows, 0))).value(),
                         config::PartnerId::parse(partner).value(),
                         config::PartnerId::parse(to).value(), array<32>(rows, 2), blob(rows, 3),
                         array<64>(rows, 4)});
  }
  return envelopes;
}

std::uint64_t TestRegion::log_size(std::string_view partner) {
  const auto outbox = operations(partner, "/outbox");
  return outbox.json.is_object() ? outbox.json.value("auditSize", std::uint64_t{0}) : 0;
}

std::vector<Json> TestRegion::records(std::string_view partner) {
  const auto wanted = log_size(partner);  // 0 when the gateway does not run: what is there is all
  std::vector<std::pair<audit::LogReader, std::uint64_t>> logs;
  const bool there = poll_until(within(publish_patience), [&] {
    const auto published = audit::published_logs(data(partner) / "audit");
    std::uint64_t size = 0;
    logs.clear();
    if (!published) return false;
    for (const auto& each : *published) {
      const audit::LogReader reader(each.folder);
      logs.emplace_back(reader, published_size(reader));
      size += logs.back().second;
    }
    return size >= wanted;
  });
  if (!there) throw std::runtime_error(std::string(partner) + " does not publish its log");
  std::vector<Json> records;
  for (const auto& [log, size] : logs) read_all(log, size, records);
  return records;
}

std::string TestRegion::log_fault(std::string_view partner) {
  const auto settings = config::Settings::read(layout_.settings(partner)).value();
  const auto directory =
      config::Directory::read(contents(layout_.directory()), settings.region.trust).value();
  const auto* entry = directory.partner(settings.organisation);
  const auto logs = audit::published_logs(data(partner) / "audit");
  if (!logs) return logs.failure().detail;
  for (const auto& [origin, report] : audit::verify_chain(*logs, entry->oin, entry->log_key)) {
    if (report.ok()) continue;
    const auto& fault = *report.fault;
    return origin + ": " + (fault.record ? "record " + std::to_string(*fault.record) + ": " : "") +
           fault.what;
  }
  return {};
}

std::size_t count(const std::vector<Json>& records, std::string_view action,
                  std::string_view outcome, std::string_view rule) {
  return static_cast<std::size_t>(std::ranges::count_if(records, [&](const Json& record) {
    return record.value("action", "") == action && record.value("outcome", "") == outcome &&
           (rule.empty() || record.value("rule", "") == rule);
  }));
}

}  // namespace sluis::test
