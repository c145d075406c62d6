#include "gateway/audit/journal.hpp"

#include <catch2/catch.hpp>

#include "gateway/store/database.hpp"
#include "support.hpp"

using namespace sluis;
using namespace sluis::gateway;
using namespace sluis::gateway::audit;
using namespace sluis::gateway::audit::test;

namespace {

Checkpoint opened(TestLog& log) {
  return open_checkpoint(log.checkpoint(), verifier()).value();
}

Hash root_of(const std::vector<std::string>& records) {
  CompactRange range;
  for (const auto& record : records) range.append(leaf_hash(crypto::as_view(record)));
  return range.root();
}

void damage(const TempFolder& folder, const char* sql) {
  auto database = store::Database::open(folder.path() / "store.db", 1024);
  REQUIRE(database);
  database->exec(sql);
}

std::string refusal(const TempFolder& folder, const crypto::SigningKey& key = log_key()) {
  const TestLog log(folder.path(), key);
  REQUIRE_FALSE(log.loaded);
  CHECK(log.loaded.failure().code == config::Code::internal);
  return log.loaded.failure().detail;
}

}  // namespace

TEST_CASE("every commit has a signed checkpoint over all records so far", "[journal]") {
  const TempFolder folder;
  int wakes = 0;
  {
    TestLog log(folder.path());
    REQUIRE(log.loaded);
    log.journal.on_commit([&] { ++wakes; });
    CHECK(log.checkpoint().empty());
    log.append(numbered(3));
    CHECK(opened(log).size == 3);
    CHECK(opened(log).root == root_of(numbered(3)));
    log.append(numbered(4, 3));
    CHECK(opened(log).root == root_of(numbered(7)));
    log.append({});
  }
  CHECK(wakes == 2);
  TestLog log(folder.path());
  REQUIRE(log.loaded);
  log.append(numbered(1, 7));
  CHECK(opened(log).size == 8);
  CHECK(opened(log).root == root_of(numbered(8)));
}

TEST_CASE("a commit that is undone leaves no trace in what is signed next", "[journal]") {
  const TempFolder folder;
  TestLog log(folder.path());
  log.append(numbered(2));
  // Longer than a bundle can hold: the log refuses it, and the commit with it.
  log.store->write([](store::Transaction& tx) { tx.put_meta("a", "1"); }, [](auto) {});
  CHECK_THROWS(act(*log.store, [](store::Transaction& tx) {
    tx.append("{\"n\":2}");
    tx.append(std::string(70'000, 'x'));
  }));
  log.append(numbered(1, 2));
  CHECK(opened(log).size == 3);
  CHECK(opened(log).root == root_of(numbered(3)));
}

TEST_CASE("a first commit that is undone does not fix the year", "[journal]") {
  const TempFolder folder;
  TestLog log(folder.path());
  log.clock.time = config::parse_time("2025-12-31T23:59:59Z").value();
  CHECK_THROWS(
      act(*log.store, [](store::Transaction& tx) { tx.append(std::string(70'000, 'x')); }));
  log.clock.time = config::parse_time("2026-01-01T00:00:00Z").value();
  log.append(numbered(1));
  CHECK(opened(log).origin == origin);
}

TEST_CASE("nothing is signed before the log was loaded", "[journal]") {
  const TempFolder folder;
  const FixedClock clock;
  Journal journal(log_key(), oin(), clock, folder.path() / "guard");
  const auto store = store::test::open_engine(folder.path(), journal);
  CHECK_THROWS_AS(act(*store, [](store::Transaction& tx) { tx.append("{}"); }), store::Unavailable);
  store->stop();
}

TEST_CASE("a log that is not what was signed is not loaded, and the record is named", "[journal]") {
  const TempFolder folder;
  { TestLog(folder.path()).append(numbered(10)); }
  struct Case {
    const char* name;
    const char* sql;
    const char* detail;
  };
  const auto c = GENERATE(values<Case>({
      {"changed", "UPDATE log_entry SET record = x'7b7d' WHERE number = 4", "record 4 is not"},
      {"another leaf", "UPDATE log_leaf SET hash = zeroblob(32) WHERE number = 6",
       "record 6 is not"},
      {"swapped",
       "UPDATE log_entry SET number = -1 WHERE number = 2;"
       "UPDATE log_entry SET number = 2 WHERE number = 3;"
       "UPDATE log_entry SET number = 3 WHERE number = -1",
       "record 2 is not"},
      {"record removed", "DELETE FROM log_entry WHERE number = 5", "record 5 is missing"},
      {"removed with its leaf",
       "DELETE FROM log_entry WHERE number = 5; DELETE FROM log_leaf WHERE number = 5",
       "record 5 is missing"},
      {"cut short", "DELETE FROM log_entry WHERE number > 7; DELETE FROM log_leaf WHERE number > 7",
       "record 8 is missing: the log is cut short"},
      {"all gone", "DELETE FROM log_entry; DELETE FROM log_leaf", "record 0 is missing"},
      {"never signed",
       "INSERT INTO log_entry SELECT 10, record FROM log_entry WHERE number = 1;"
       "INSERT INTO log_leaf SELECT 10, hash FROM log_leaf WHERE number = 1",
       "record 10 was never signed"},
      {"copied with its leaf",
       "UPDATE log_entry SET record = (SELECT record FROM log_entry WHERE number = 1) "
       "WHERE number = 3;"
       "UPDATE log_leaf SET hash = (SELECT hash FROM log_leaf WHERE number = 1) WHERE number = 3",
       "records 0 to 9 do not give the root"},
      {"no checkpoint", "DELETE FROM log", "have no checkpoint"},
      {"a checkpoint that is none", "UPDATE log SET note = 'x'", "not ours"},
      {"the year changed", "UPDATE log SET origin = replace(origin, '2026', '2025')", "not ours"},
  }));
  DYNAMIC_SECTION(c.name) {
    damage(folder, c.sql);
    CHECK_THAT(refusal(folder), Catch::Contains(c.detail));
  }
}

TEST_CASE("another log key than the one that signed is refused", "[journal]") {
  const TempFolder folder;
  { TestLog(folder.path()).append(numbered(1)); }
  const auto other = crypto::SigningKey::random();
  CHECK_THAT(refusal(folder, other), Catch::Contains("the log key that the log was written with"));
}
