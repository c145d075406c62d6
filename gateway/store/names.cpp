#include "gateway/store/sqlite_transaction.hpp"

namespace sluis::gateway::store {

std::optional<std::int64_t> Names::find(std::string_view text) {
  if (const auto known = numbers_.find(std::string(text)); known != numbers_.end()) {
    return known->second;
  }
  Query query = database_.query("SELECT id FROM name WHERE text = ?", text);
  if (!query.step()) return std::nullopt;
  keep(query.integer(0), text);
  return query.integer(0);
}

std::int64_t Names::intern(std::string_view text) {
  if (const auto known = find(text)) return *known;
  database_.run("INSERT INTO name (text) VALUES (?)", text);
  const auto number = database_.last_row();
  keep(number, text);
  return number;
}

const std::string& Names::text(std::int64_t number) {
  if (const auto known = texts_.find(number); known != texts_.end()) return known->second;
  Query query = database_.query("SELECT text FROM name WHERE id = ?", number);
  if (!query.step()) throw EngineError(SQLITE_CORRUPT, "store: a name that is not there");
  keep(number, query.text(0));
  return texts_.at(number);
}

void Names::forget() {
  numbers_.clear();
  texts_.clear();
}

void Names::keep(std::int64_t number, std::string_view text) {
  numbers_.insert_or_assign(std::string(text), number);
  texts_.insert_or_assign(number, std::string(text));
}

}  // namespace sluis::gateway::store
