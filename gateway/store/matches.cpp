// Components and the matches that they become.
#include "gateway/store/codec.hpp"
#include "gateway/store/sqlite_transaction.hpp"

namespace sluis::gateway::store {

Component SqliteTransaction::component_row(const Query& query) {
  Component component{.id = query.integer(0),
                      .domain = named<config::DomainId>(query, 1),
                      .match = std::nullopt,
                      .created_at = from_millis(query.integer(3)),
                      .updated_at = from_millis(query.integer(4)),
                      .certainty = static_cast<Certainty>(query.integer(5)),
                      .ambiguous = query.integer(6) != 0,
                      .partners = static_cast<std::uint32_t>(query.integer(7)),
                      .signals = static_cast<std::uint32_t>(query.integer(8)),
                      .open = static_cast<std::uint32_t>(query.integer(9)),
                      .oldest = query.integer(10)};
  if (!query.null(2)) component.match = uuid_id<config::MatchId>(query.array<16>(2));
  return component;
}

Component SqliteTransaction::component(std::int64_t id) {
  Query query = database_.query(
      "SELECT id, domain, match, created_at, updated_at, certainty, ambiguous, partners, signals, "
      "open, oldest FROM component WHERE id = ?",
      id);
  if (!query.step()) throw std::logic_error("store: no such component");
  return component_row(query);
}

void SqliteTransaction::merge(std::int64_t into, std::int64_t from) {
  if (into == from) throw std::logic_error("store: merge of a component with itself");
  (void)component(into);
  const auto gone = component(from);
  changing().run("UPDATE received SET component = ? WHERE component = ?", into, from);
  database_.run("UPDATE match_alias SET component = ? WHERE component = ?", into, from);
  if (gone.match) {
    database_.run("INSERT INTO match_alias (match, component) VALUES (?, ?)",
                  uuid_bytes(*gone.match), into);
  }
  database_.run("DELETE FROM component WHERE id = ?", from);
}

Component SqliteTransaction::recount(std::int64_t id) {
  bool ambiguous = false;
  {
    Query query = database_.query(
        "SELECT 1 FROM received CROSS JOIN link ON signal = row "
        "CROSS JOIN space ON space.id = link.space "
        "WHERE component = ? AND unique_tag IS NOT NULL "
        "GROUP BY epoch HAVING min(unique_tag) <> max(unique_tag) LIMIT 1",
        id);
    ambiguous = query.step();
  }
  const auto changed = changing().run(
      "UPDATE component SET ambiguous = ?2, "
      "(signals, partners, open, oldest) = (SELECT count(*), count(DISTINCT sender), "
      "count(opened_at), ifnull(min(row), 0) FROM received WHERE component = ?1) WHERE id = ?1",
      id, ambiguous);
  if (changed == 0) throw std::logic_error("store: recount: no such component");
  return component(id);
}

void SqliteTransaction::put_component(const Component& component) {
  std::optional<crypto::Array<16>> match;
  if (component.match) match = uuid_bytes(*component.match);
  const auto before = this->component(component.id).match;
  changing().run(
      "UPDATE component SET match = ?, created_at = ?, updated_at = ?, certainty = ? WHERE id = ?",
      match, millis(component.created_at), millis(component.updated_at),
      static_cast<std::int64_t>(component.certainty), component.id);
  if (before == component.match) return;
  // An id that was ever given out leads somewhere for good: to this component from now on.
  if (match) database_.run("DELETE FROM match_alias WHERE match = ?", *match);
  if (before) {
    database_.run("INSERT INTO match_alias (match, component) VALUES (?, ?)", uuid_bytes(*before),
                  component.id);
  }
}

std::vector<MatchSignal> SqliteTransaction::signals_in(std::int64_t component) {
  Query query = database_.query(
      "SELECT row, sender, id, theme, purpose, received_at, opened_at FROM received "
      "WHERE component = ? ORDER BY row",
      component);
  std::vector<MatchSignal> signals;
  while (query.step()) {
    signals.push_back({.row = query.integer(0),
                       .from = named<config::PartnerId>(query, 1),
                       .id = uuid_id<config::SignalId>(query.array<16>(2)),
                       .theme = names_.text(query.integer(3)),
                       .purpose = names_.text(query.integer(4)),
                       .received_at = from_millis(query.integer(5)),
                       .open = !query.null(6)});
  }
  return signals;
}

std::optional<Match> SqliteTransaction::match(const config::MatchId& id) {
  std::optional<Component> found;
  {
    Query query = database_.query(
        "SELECT id, domain, match, created_at, updated_at, certainty, ambiguous, partners, "
        "signals, open, oldest FROM component WHERE id = ifnull("
        "(SELECT id FROM component WHERE match = ?1), "
        "(SELECT component FROM match_alias WHERE match = ?1))",
        uuid_bytes(id));
    if (!query.step()) return std::nullopt;
    found = component_row(query);
  }
  const auto number = found->id;
  return Match{std::move(*found), signals_in(number)};
}

std::vector<Match> SqliteTransaction::matches(std::string_view cursor, std::size_t most,
                                              std::string& next_cursor) {
  MatchPlace after{INT64_MAX, INT64_MAX};
  if (!cursor.empty()) after = unpack_cursor(cursor);
  next_cursor.clear();
  std::vector<Match> matches;
  {
    Query query = database_.query(
        "SELECT id, domain, match, created_at, updated_at, certainty, ambiguous, partners, "
        "signals, open, oldest FROM component INDEXED BY component_listed "
        "WHERE open > 0 AND partners >= 2 AND match IS NOT NULL AND (updated_at, id) < (?, ?) "
        "ORDER BY updated_at DESC, id DESC LIMIT ?",
        after.updated_at, after.id, most + 1);
    while (query.step()) matches.push_back({component_row(query), {}});
  }
  if (matches.size() > most) {
    matches.pop_back();
    if (!matches.empty()) {
      const auto& last = matches.back().component;
      next_cursor = pack_cursor({millis(last.updated_at), last.id});
    }
  }
  for (auto& match : matches) match.signals = signals_in(match.component.id);
  return matches;
}

}  // namespace sluis::gateway::store
