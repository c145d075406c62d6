#include <catch2/catch.hpp>

#include "support.hpp"

using namespace sluis;
using namespace sluis::gateway::store;
using namespace sluis::gateway::store::test;

TEST_CASE("meta: the last value stands, bytes and all", "[store]") {
  Opened store;
  const std::string odd("a\0b\xff", 4);
  act(*store, [&](Transaction& tx) {
    tx.put_meta("k", "first");
    tx.put_meta("k", odd);
    tx.put_meta("empty", "");
  });
  store.reopen();
  look(*store, [&](Transaction& tx) {
    CHECK(tx.meta("k") == odd);
    CHECK(tx.meta("empty") == "");
    CHECK_FALSE(tx.meta("none"));
    return true;
  });
}

TEST_CASE("a counter has a name and slots, and is forgotten by slot", "[store]") {
  Opened store;
  act(*store, [](Transaction& tx) {
    CHECK(tx.counted("evaluate/ggz", 0).empty());
    tx.put_counted("evaluate/ggz", {10, 5});
    tx.put_counted("evaluate/ggz", {9, 1});
    tx.put_counted("evaluate/ggz", {10, 12});
    tx.put_counted("evaluate/ggz", {11, 3});
    tx.put_counted("evaluate/politie", {9, 2});
    tx.put_counted("evaluate/politie", {12, 2});
    tx.put_counted("evaluate/politie", {12, 0});
  });
  store.reopen();
  const auto of = [&](const std::string& name, std::int64_t from) {
    return look(*store, [&](Transaction& tx) {
      std::string text;
      for (const auto& [slot, n] : tx.counted(name, from))
        text += std::to_string(slot) + ":" + std::to_string(n) + " ";
      return text;
    });
  };
  CHECK(of("evaluate/ggz", 0) == "9:1 10:12 11:3 ");
  CHECK(of("evaluate/ggz", 10) == "10:12 11:3 ");
  CHECK(of("evaluate/politie", 0) == "9:2 ");
  act(*store, [](Transaction& tx) { tx.forget_counted(10); });
  CHECK(of("evaluate/ggz", 0) == "10:12 11:3 ");
  CHECK(of("evaluate/politie", 0).empty());
}

TEST_CASE("a record's subject is found by each of its references", "[store]") {
  Opened store;
  const AuditSubject one{"0f8fad5b-d9cb-469f-a165-70867728950e",
                         "person",
                         bytes32(1),
                         {bytes32(10), bytes32(11), bytes32(10)}};
  const AuditSubject two{"7c9e6679-7425-40de-944b-e07fc1f90ae7", "case", bytes32(2), {bytes32(10)}};
  act(*store, [&](Transaction& tx) {
    tx.add_subject(one);
    tx.add_subject(two);
  });
  look(*store, [&](Transaction& tx) {
    const auto both = tx.subjects(bytes32(10));
    REQUIRE(both.size() == 2);
    CHECK(both[0].record_id == one.record_id);
    CHECK(both[0].kind == "person");
    CHECK(both[0].salt == one.salt);
    CHECK(both[0].references == one.references);
    CHECK(both[1].record_id == two.record_id);
    CHECK(tx.subjects(bytes32(11)).size() == 1);
    CHECK(tx.subjects(bytes32(12)).empty());
    return true;
  });
}

TEST_CASE("a subject that is forgotten is found by none of its references", "[store]") {
  Opened store;
  const AuditSubject one{
      "0f8fad5b-d9cb-469f-a165-70867728950e", "person", bytes32(1), {bytes32(10), bytes32(11)}};
  const AuditSubject two{
      "7c9e6679-7425-40de-944b-e07fc1f90ae7", "person", bytes32(2), {bytes32(11), bytes32(12)}};
  act(*store, [&](Transaction& tx) {
    tx.add_subject(one);
    tx.add_subject(two);
  });
  std::size_t forgotten = 0;
  act(*store, [&](Transaction& tx) { forgotten = tx.forget_subjects(bytes32(10)); });
  CHECK(forgotten == 1);
  store.reopen();
  look(*store, [&](Transaction& tx) {
    CHECK(tx.subjects(bytes32(10)).empty());
    REQUIRE(tx.subjects(bytes32(11)).size() == 1);
    CHECK(tx.subjects(bytes32(11))[0].record_id == two.record_id);
    return true;
  });
  act(*store, [&](Transaction& tx) { forgotten = tx.forget_subjects(bytes32(10)); });
  CHECK(forgotten == 0);
}

TEST_CASE("the log is read back in slices, and keeps its last checkpoint", "[store]") {
  Opened store;
  CHECK(look(*store, [](Transaction& tx) { return tx.log_size(); }) == 0);
  CHECK(look(*store, [](Transaction& tx) { return tx.logs().empty(); }));
  for (int i = 0; i < 3; ++i) {
    act(*store, [i](Transaction& tx) {
      tx.append("record " + std::to_string(2 * i));
      tx.append("record " + std::to_string(2 * i + 1));
    });
  }
  store.reopen();
  look(*store, [](Transaction& tx) {
    CHECK(tx.log_size() == 6);
    CHECK(tx.logs().back().note == "size 6");
    CHECK(tx.entries(4, 10) == std::vector<std::string>{"record 4", "record 5"});
    CHECK(tx.entries(1, 2) == std::vector<std::string>{"record 1", "record 2"});
    CHECK(tx.entries(6, 2).empty());
    CHECK(tx.leaves(0, 100).size() == 6);
    CHECK(tx.leaves(5, 1).size() == 1);
    return true;
  });
}

TEST_CASE("an index of the log is given once", "[store]") {
  Opened store;
  act(*store, [](Transaction& tx) { tx.put_entry(0, "a", bytes32(1)); });
  CHECK_THROWS(act(*store, [](Transaction& tx) { tx.put_entry(0, "b", bytes32(2)); }));
  CHECK(look(*store, [](Transaction& tx) { return tx.entries(0, 9); }).at(0) == "a");
}

TEST_CASE("logs stand in order, and one's newest state replaces the one before", "[store]") {
  Opened store;
  act(*store, [](Transaction& tx) {
    tx.put_log({0, "a/2026", 3, "at 3"});
    tx.put_log({5, "a/2027", 1, "begun"});
    tx.put_log({0, "a/2026", 5, "at 5"});
  });
  // An origin is one log's alone.
  CHECK_THROWS(act(*store, [](Transaction& tx) { tx.put_log({9, "a/2026", 1, "again"}); }));
  store.reopen();
  const auto logs = look(*store, [](Transaction& tx) { return tx.logs(); });
  REQUIRE(logs.size() == 2);
  CHECK(logs[0].origin == "a/2026");
  CHECK(logs[0].size == 5);
  CHECK(logs[0].note == "at 5");
  CHECK(logs[1].first == 5);
  CHECK(logs[1].note == "begun");
}
