// The SQLite connection and its prepared statements. Nothing outside this room sees it.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>

#include "config/result.hpp"
#include "crypto/bytes.hpp"

namespace sluis::gateway::store {

/// SQLite refused or failed; `code` is its extended result code. The text names the statement's
/// table and column at most, never a value.
struct EngineError : std::runtime_error {
  EngineError(int result, const std::string& text) : std::runtime_error(text), code(result) {}
  /// The disk, the memory or the file, and not what the statement asked for.
  [[nodiscard]] bool out_of_our_hands() const noexcept;
  int code;
};

/// The text of a statement. A constant, so that its address may stand for it in the cache.
struct Sql {
  consteval Sql(const char* constant) : text(constant) {}  // NOLINT(*-explicit-*)
  const char* text;
};

class Database;

/// A prepared statement in use: it goes back to the cache, reset, at the end of its scope.
/// Columns count from 0 and are valid until the next `step`; positions of values count from 1.
class Query {
 public:
  Query(Database& database, sqlite3_stmt* statement) : database_(database), statement_(statement) {}
  Query(Query&& other) noexcept
      : database_(other.database_), statement_(std::exchange(other.statement_, nullptr)) {}
  Query& operator=(Query&&) = delete;
  ~Query();

  /// True while there is a row.
  bool step();

  [[nodiscard]] bool null(int column) const;
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] crypto::View blob(int column) const;
  /// Throws EngineError (corrupt) unless it is exactly N bytes.
  template <std::size_t N>
  [[nodiscard]] crypto::Array<N> array(int column) const {
    crypto::Array<N> bytes{};
    fill(column, bytes);
    return bytes;
  }

  template <class T>
  void bind(int position, const T& value) {
    if constexpr (std::is_integral_v<T>) {
      bind_integer(position, static_cast<std::int64_t>(value));
    } else if constexpr (std::is_convertible_v<const T&, std::string_view>) {
      bind_text(position, value);
    } else {
      bind_blob(position, value);
    }
  }
  template <class T>
  void bind(int position, const std::optional<T>& value) {
    if (value) bind(position, *value);  // else it stays null
  }

 private:
  void bind_integer(int position, std::int64_t value);
  void bind_text(int position, std::string_view value);
  void bind_blob(int position, crypto::View value);
  void check(int result);
  void fill(int column, std::span<std::uint8_t> target) const;
  Database& database_;
  sqlite3_stmt* statement_;
};

/// One connection. It may be opened on one thread and handed to another, and is never shared.
class Database {
 public:
  /// Makes the file (mode 0600) where there is none. Locked for this process alone until it is
  /// closed; WAL; synchronous FULL; deleted content is overwritten; no temporary file ever.
  /// `unavailable` when another process has it, `invalid` when it is no database.
  static config::Result<Database> open(const std::filesystem::path& file, int cache_kib);

  /// For statements without values and rows.
  void exec(const char* sql);
  /// Ends a transaction, if there is one, as if it had never begun.
  void roll_back() noexcept;
  /// The first failure since the last call, also one that somebody caught and ignored.
  [[nodiscard]] std::optional<EngineError> take_failure() noexcept {
    return std::exchange(failure_, std::nullopt);
  }
  /// A statement with its values in order. Throws std::logic_error while the same one is in use.
  template <class... Values>
  [[nodiscard]] Query query(Sql sql, const Values&... values) {
    Query statement(*this, prepared(sql));
    int position = 0;
    (statement.bind(++position, values), ...);
    return statement;
  }
  /// Runs one to its end; gives the number of rows that it changed.
  template <class... Values>
  std::int64_t run(Sql sql, const Values&... values) {
    Query statement = query(sql, values...);
    while (statement.step()) {
    }
    return sqlite3_changes64(handle_.get());
  }
  [[nodiscard]] std::int64_t last_row() const { return sqlite3_last_insert_rowid(handle_.get()); }
  /// False too where SQLite undid the transaction by itself, as it does when the disk is full.
  [[nodiscard]] bool in_transaction() const { return sqlite3_get_autocommit(handle_.get()) == 0; }

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };

  explicit Database(sqlite3* handle) : handle_(handle) {}
  friend class Query;
  [[noreturn]] void fail(int result);
  void configure(int cache_kib);
  sqlite3_stmt* prepared(Sql sql);

  std::unique_ptr<sqlite3, Close> handle_;
  std::unordered_map<const char*, std::unique_ptr<sqlite3_stmt, Finalize>> statements_;
  std::optional<EngineError> failure_;
};

}  // namespace sluis::gateway::store
