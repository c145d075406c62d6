#include "gateway/store/database.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace sluis::gateway::store {
namespace {

using config::Code;
using config::Result;

/// SQLite gives its WAL the mode of the database, so the file is made before SQLite sees it.
Result<void> make_private_file(const std::filesystem::path& file) {
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  const bool made = fd >= 0 && ::fchmod(fd, 0600) == 0;
  const int cause = errno;
  if (fd >= 0) ::close(fd);
  if (!made) {
    return config::error(Code::unavailable, "store: cannot open " + file.string() + ": " +
                                                std::generic_category().message(cause));
  }
  // A new name in a folder is durable once the folder is.
  const auto folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
  const int folder_fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder_fd >= 0) {
    ::fsync(folder_fd);
    ::close(folder_fd);
  }
  return {};
}

config::Error opening_failed(const std::filesystem::path& file, const EngineError& cause) {
  switch (cause.code & 0xff) {
    case SQLITE_BUSY:
      return config::error(
          Code::unavailable,
          "store: " + file.string() + " is in use by another process: stop that one first");
    case SQLITE_NOTADB:
      return config::error(Code::invalid, "store: " + file.string() +
                                              " is not a database: name another file, or put "
                                              "the right one back from a backup");
    default:
      return config::error(Code::unavailable,
                           "store: cannot open " + file.string() + ": " + cause.what());
  }
}

}  // namespace

bool EngineError::out_of_our_hands() const noexcept {
  switch (code & 0xff) {
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_MISUSE:
    case SQLITE_RANGE:
    case SQLITE_TOOBIG:
    case SQLITE_ERROR:
      return false;
    default:
      return true;
  }
}

Query::~Query() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

bool Query::step() {
  const int result = sqlite3_step(statement_);
  if (result == SQLITE_ROW) return true;
  if (result != SQLITE_DONE) database_.fail(result);
  return false;
}

bool Query::null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

std::int64_t Query::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::string Query::text(int column) const {
  const auto* bytes = sqlite3_column_text(statement_, column);
  if (bytes == nullptr) return {};
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return {reinterpret_cast<const char*>(bytes), size};
}

crypto::View Query::blob(int column) const {
  const auto* bytes = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
  return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

void Query::check(int result) {
  if (result != SQLITE_OK) database_.fail(result);
}

void Query::fill(int column, std::span<std::uint8_t> target) const {
  const auto bytes = blob(column);
  if (bytes.size() != target.size()) {
    throw EngineError(SQLITE_CORRUPT, "store: a value of " + std::to_string(bytes.size()) +
                                          " bytes, want " + std::to_string(target.size()));
  }
  std::ranges::copy(bytes, target.begin());
}

void Query::bind_integer(int position, std::int64_t value) {
  check(sqlite3_bind_int64(statement_, position, value));
}

void Query::bind_text(int position, std::string_view value) {
  const char* text = value.empty() ? "" : value.data();
  check(
      sqlite3_bind_text64(statement_, position, text, value.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
}

void Query::bind_blob(int position, crypto::View value) {
  // A null pointer would bind NULL, and an empty value is not that.
  const auto result = value.empty() ? sqlite3_bind_zeroblob(statement_, position, 0)
                                    : sqlite3_bind_blob64(statement_, position, value.data(),
                                                          value.size(), SQLITE_TRANSIENT);
  check(result);
}

Result<Database> Database::open(const std::filesystem::path& file, int cache_kib) {
  if (auto made = make_private_file(file); !made) return made.failure();
  sqlite3* handle = nullptr;
  // NOMUTEX: one thread at a time is this class's contract, so SQLite need not lock.
  const int opened = sqlite3_open_v2(
      file.c_str(), &handle,
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOFOLLOW,
      nullptr);
  Database database(handle);
  try {
    if (opened != SQLITE_OK) database.fail(opened);
    database.configure(cache_kib);
  } catch (const EngineError& cause) {
    return opening_failed(file, cause);
  }
  return database;
}

void Database::configure(int cache_kib) {
  sqlite3_db_config(handle_.get(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle_.get(), SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  // The lock comes before WAL: then the WAL's index is in memory and no -shm file is made.
  exec("PRAGMA locking_mode=EXCLUSIVE");
  exec("PRAGMA temp_store=MEMORY");
  {
    Query journal = query("PRAGMA journal_mode=WAL");
    if (!journal.step() || journal.text(0) != "wal") {
      throw EngineError(SQLITE_CANTOPEN, "store: no write-ahead log on this file system");
    }
  }
  exec("PRAGMA synchronous=FULL");
  exec("PRAGMA foreign_keys=ON");
  exec("PRAGMA secure_delete=ON");
  exec("PRAGMA cell_size_check=ON");
  exec(("PRAGMA cache_size=-" + std::to_string(cache_kib)).c_str());
  // Takes the lock now and not with the first act.
  exec("BEGIN IMMEDIATE");
  exec("COMMIT");
}

void Database::fail(int result) {
  const int code = sqlite3_extended_errcode(handle_.get());
  const EngineError failure(code != SQLITE_OK ? code : result,
                            std::string("store: ") + sqlite3_errmsg(handle_.get()));
  if (!failure_) failure_ = failure;
  throw EngineError(failure);
}

void Database::roll_back() noexcept {
  if (in_transaction()) sqlite3_exec(handle_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Database::exec(const char* sql) {
  const int result = sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr);
  if (result != SQLITE_OK) fail(result);
}

sqlite3_stmt* Database::prepared(Sql sql) {
  auto& statement = statements_[sql.text];
  if (!statement) {
    sqlite3_stmt* fresh = nullptr;
    const int result =
        sqlite3_prepare_v3(handle_.get(), sql.text, -1, SQLITE_PREPARE_PERSISTENT, &fresh, nullptr);
    if (result != SQLITE_OK) fail(result);
    statement.reset(fresh);
  }
  if (sqlite3_stmt_busy(statement.get()) != 0) {
    throw std::logic_error(std::string("store: statement used inside itself: ") + sql.text);
  }
  return statement.get();
}

}  // namespace sluis::gateway::store
