#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "support.hpp"

using namespace sluis;
using namespace sluis::gateway::store;
using namespace sluis::gateway::store::test;

namespace {

/// Adds a signal of its own component; gives its row. Odd tags make a name-dob link alone.
std::int64_t add(Transaction& tx, std::string_view from, std::vector<Link> links, bool open) {
  auto signal = received_signal(from, std::move(links));
  if (open) {
    signal.opened_at = at(12);
    signal.opened_key = {1};
  }
  return tx.add_received_signal(signal);
}

std::int64_t component_of(Transaction& tx, std::int64_t row) {
  return tx.received_signal(row)->component;
}

/// A match of two partners with one open signal, changed last at `updated` seconds.
config::MatchId add_match(Transaction& tx, std::int64_t updated, bool open = true) {
  const auto into = component_of(tx, add(tx, "ggz", {link("bsn", "2026b", 1)}, open));
  const auto from = component_of(tx, add(tx, "politie", {link("bsn", "2026b", 1)}, false));
  tx.merge(into, from);
  auto component = tx.recount(into);
  component.match = config::MatchId::random();
  component.created_at = component.updated_at = at(updated);
  component.certainty = Certainty::certain;
  tx.put_component(component);
  return *component.match;
}

std::vector<config::MatchId> ids(const std::vector<Match>& matches) {
  std::vector<config::MatchId> ids;
  for (const auto& match : matches) ids.push_back(*match.component.match);
  return ids;
}

struct Page {
  std::vector<Match> matches;
  std::string next;
};
Page page(Store& store, std::string_view cursor, std::size_t most) {
  return look(store, [&](Transaction& tx) {
    Page page;
    page.matches = tx.matches(cursor, most, page.next);
    return page;
  });
}

}  // namespace

TEST_CASE("merge and recount: partners are counted once, the oldest is the first", "[store]") {
  Opened store;
  act(*store, [](Transaction& tx) {
    const auto one = add(tx, "ggz", {link("bsn", "2026b", 1)}, false);
    const auto two = add(tx, "politie", {link("bsn", "2026b", 1)}, true);
    const auto three = add(tx, "ggz", {link("bsn", "2026b", 1)}, true);
    const auto into = component_of(tx, three);
    const auto gone = component_of(tx, one);
    tx.merge(into, gone);
    tx.merge(into, component_of(tx, two));
    CHECK(component_of(tx, one) == into);
    CHECK_THROWS(tx.component(gone));
    const auto component = tx.recount(into);
    CHECK(component.signals == 3);
    CHECK(component.partners == 2);
    CHECK(component.open == 2);
    CHECK(component.oldest == one);
    CHECK_FALSE(component.ambiguous);
    const auto kept = tx.component(into);
    CHECK(kept.signals == 3);
    CHECK(kept.oldest == one);
    CHECK_THROWS(tx.merge(into, into));
  });
}

TEST_CASE("recount: ambiguous where two unique tags of one epoch differ", "[store]") {
  struct Case {
    std::string name;
    std::vector<Link> one, two;
    bool ambiguous;
  };
  const auto c = GENERATE(values<Case>({
      {"the same number", {link("bsn", "2026b", 1)}, {link("bsn", "2026b", 1)}, false},
      {"two numbers", {link("bsn", "2026b", 1)}, {link("bsn", "2026b", 2)}, true},
      {"in two epochs", {link("bsn", "2026b", 1)}, {link("bsn", "2027a", 2)}, false},
      {"one has none", {link("bsn", "2026b", 1)}, {link("name-dob", "2026b", 2)}, false},
      {"two names", {link("name-dob", "2026b", 1)}, {link("name-dob", "2026b", 2)}, false},
      {"differs in the second epoch alone",
       {link("bsn", "2026b", 1), link("bsn", "2027a", 3)},
       {link("name-dob", "2026b", 2), link("bsn", "2027a", 4)},
       true},
  }));
  DYNAMIC_SECTION(c.name) {
    Opened store;
    act(*store, [&](Transaction& tx) {
      const auto into = component_of(tx, add(tx, "ggz", c.one, false));
      tx.merge(into, component_of(tx, add(tx, "politie", c.two, false)));
      CHECK(tx.recount(into).ambiguous == c.ambiguous);
    });
  }
}

TEST_CASE("a match is found by its id, with its signals in order", "[store]") {
  Opened store;
  std::optional<config::MatchId> id;
  act(*store, [&](Transaction& tx) { id = add_match(tx, 100); });
  store.reopen();
  const auto match = look(*store, [&](Transaction& tx) { return tx.match(*id); });
  REQUIRE(match);
  CHECK(match->component.match == id);
  CHECK(match->component.created_at == at(100));
  CHECK(match->component.updated_at == at(100));
  CHECK(match->component.certainty == Certainty::certain);
  CHECK(match->component.partners == 2);
  REQUIRE(match->signals.size() == 2);
  CHECK(match->signals[0].from == partner("ggz"));
  CHECK(match->signals[0].theme == "zorg");
  CHECK(match->signals[0].purpose == "regie");
  CHECK(match->signals[0].received_at == at(11));
  CHECK(match->signals[0].open);
  CHECK_FALSE(match->signals[1].open);
  CHECK_FALSE(look(*store, [](Transaction& tx) { return tx.match(config::MatchId::random()); }));
}

TEST_CASE("an id that was merged away leads to the match that lives, also twice over", "[store]") {
  Opened store;
  act(*store, [](Transaction& tx) {
    const auto a = add_match(tx, 1);
    const auto b = add_match(tx, 2);
    const auto c = add_match(tx, 3);
    const auto component = [&](const config::MatchId& id) { return tx.match(id)->component.id; };
    tx.merge(component(b), component(c));
    CHECK(tx.match(c)->component.match == b);
    tx.merge(component(a), component(b));
    const auto living = component(a);
    for (const auto& id : {a, b, c}) {
      REQUIRE(tx.match(id));
      CHECK(tx.match(id)->component.id == living);
      CHECK(tx.match(id)->component.match == a);
    }
    CHECK(tx.match(c)->signals.size() == 6);
  });
}

TEST_CASE("the id of the part that was merged may be the one that stays", "[store]") {
  Opened store;
  act(*store, [](Transaction& tx) {
    const auto young = add_match(tx, 5);
    const auto old = add_match(tx, 1);
    const auto into = tx.match(young)->component.id;
    tx.merge(into, tx.match(old)->component.id);
    auto component = tx.recount(into);
    component.match = old;
    tx.put_component(component);
    CHECK(tx.match(old)->component.id == into);
    CHECK(tx.match(young)->component.id == into);
    CHECK(tx.match(young)->component.match == old);
  });
}

TEST_CASE("matches: newest change first, with something open and two partners", "[store]") {
  Opened store;
  std::vector<config::MatchId> expected;
  act(*store, [&](Transaction& tx) {
    const auto a = add_match(tx, 10);
    add_match(tx, 40, false);
    const auto b = add_match(tx, 30);
    const auto c = add_match(tx, 30);
    add(tx, "ggz", {link("bsn", "2026b", 1)}, true);
    expected = {c, b, a};
  });
  const auto all = page(*store, "", 10);
  CHECK(ids(all.matches) == expected);
  CHECK(all.next.empty());
  CHECK(all.matches[0].signals.size() == 2);

  const auto first = page(*store, "", 2);
  CHECK(ids(first.matches) == std::vector{expected[0], expected[1]});
  REQUIRE_FALSE(first.next.empty());
  const auto second = page(*store, first.next, 2);
  CHECK(ids(second.matches) == std::vector{expected[2]});
  CHECK(second.next.empty());
}

TEST_CASE("matches: exactly a page has no next one", "[store]") {
  Opened store;
  act(*store, [](Transaction& tx) {
    add_match(tx, 1);
    add_match(tx, 2);
  });
  CHECK(page(*store, "", 2).next.empty());
}

TEST_CASE("matches: a page is stable while rows come and go", "[store]") {
  Opened store;
  std::vector<config::MatchId> put;
  act(*store, [&](Transaction& tx) {
    for (int i = 0; i < 20; ++i) put.push_back(add_match(tx, 100 + i / 3));
  });
  std::set<std::string> seen;
  std::string cursor;
  std::size_t pages = 0;
  do {
    const auto one = page(*store, cursor, 3);
    for (const auto& id : ids(one.matches)) CHECK(seen.insert(id.str()).second);
    cursor = one.next;
    ++pages;
    // A new one, which comes first, and the cursor's own place taken away.
    act(*store, [&](Transaction& tx) {
      add_match(tx, 1000 + static_cast<std::int64_t>(pages));
      auto moved = tx.match(*one.matches.back().component.match)->component;
      moved.updated_at = at(2000);
      tx.put_component(moved);
    });
  } while (!cursor.empty());
  for (const auto& id : put) CHECK(seen.contains(id.str()));
  CHECK(seen.size() == put.size());
}

TEST_CASE("matches: a cursor that no list gave is refused", "[store]") {
  Opened store;
  const auto* cursor = GENERATE("x", "AAAA", "not base64!", "AAAAAAAAAAAAAAAAAAAAAAAAAAAA");
  CHECK_THROWS_AS(page(*store, cursor, 3), InvalidCursor);
}
