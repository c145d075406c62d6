#include <catch2/catch.hpp>

#include "support.hpp"

using namespace sluis;
using namespace sluis::gateway::store;
using namespace sluis::gateway::store::test;

TEST_CASE("a sent signal is kept whole, and once", "[store]") {
  Opened store;
  const auto signal = sent_signal();
  act(*store, [&](Transaction& tx) { tx.add_sent_signal(signal); });
  CHECK_THROWS(act(*store, [&](Transaction& tx) { tx.add_sent_signal(signal); }));
  store.reopen();
  look(*store, [&](Transaction& tx) {
    const auto found = tx.sent_signal(signal.id);
    REQUIRE(found);
    CHECK(found->id == signal.id);
    CHECK(found->body_mac == signal.body_mac);
    CHECK(found->owner == signal.owner);
    CHECK(found->answer == signal.answer);
    CHECK(found->accepted_at == signal.accepted_at);
    CHECK_FALSE(tx.sent_signal(config::SignalId::random()));
    return true;
  });
}

TEST_CASE("an outbox row is kept whole; a list by signal leaves the sealed bytes out", "[store]") {
  Opened store;
  const auto signal = config::SignalId::random();
  const auto to_zvh = outbox_row(signal);
  const auto to_ggd = outbox_row(signal, "ggd");
  const auto other = outbox_row(config::SignalId::random());
  act(*store, [&](Transaction& tx) {
    for (const auto& row : {to_zvh, to_ggd, other}) tx.add_outbox(row);
  });
  store.reopen();
  look(*store, [&](Transaction& tx) {
    const auto rows = tx.outbox_of(signal);
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].id == to_zvh.id);
    CHECK(rows[1].id == to_ggd.id);
    CHECK(rows[0].sealed.empty());

    const auto due = tx.due(partner("ggd"), at(10), 10);
    REQUIRE(due.size() == 1);
    const auto& row = due[0];
    CHECK(row.id == to_ggd.id);
    CHECK(row.signal == signal);
    CHECK(row.to == to_ggd.to);
    CHECK(row.seal_key == to_ggd.seal_key);
    CHECK(row.sealed == to_ggd.sealed);
    CHECK(row.signature == to_ggd.signature);
    CHECK(row.queued_at == to_ggd.queued_at);
    CHECK(row.expires_at == to_ggd.expires_at);
    CHECK(row.trace_id == to_ggd.trace_id);
    CHECK(row.state == Delivery::waiting);
    CHECK(row.attempts == 0);
    CHECK(row.last_error.empty());
    CHECK(row.receipt.empty());
    CHECK_FALSE(row.settled_at);
    return true;
  });
}

TEST_CASE("due: per partner, oldest first, not before its time, at most so many", "[store]") {
  Opened store;
  std::vector<OutboxRow> rows;
  for (int i = 0; i < 5; ++i) rows.push_back(outbox_row(config::SignalId::random()));
  rows[2].queued_at = rows[2].next_attempt = at(5);
  rows[4].next_attempt = at(50);
  act(*store, [&](Transaction& tx) {
    for (const auto& row : rows) tx.add_outbox(row);
  });
  const auto zvh = partner("zvh");
  const auto due_at = [&](std::int64_t seconds, std::size_t most) {
    return look(*store, [&](Transaction& tx) {
      std::vector<config::EnvelopeId> ids;
      for (const auto& row : tx.due(zvh, at(seconds), most)) ids.push_back(row.id);
      return ids;
    });
  };
  using Ids = std::vector<config::EnvelopeId>;
  CHECK(due_at(4, 10).empty());
  CHECK(due_at(10, 10) == Ids{rows[2].id, rows[0].id, rows[1].id, rows[3].id});
  CHECK(due_at(10, 2) == Ids{rows[2].id, rows[0].id});
  CHECK(due_at(50, 10).size() == 5);
  look(*store, [&](Transaction& tx) {
    CHECK(tx.next_due(zvh) == at(5));
    CHECK(tx.waiting(zvh) == 5);
    CHECK(tx.due(partner("nobody"), at(100), 10).empty());
    CHECK_FALSE(tx.next_due(partner("nobody")));
    CHECK(tx.waiting(partner("nobody")) == 0);
    return true;
  });

  act(*store, [&](Transaction& tx) { tx.postpone(rows[2].id, "unreachable", at(70)); });
  CHECK(due_at(60, 10).back() == rows[4].id);
  look(*store, [&](Transaction& tx) {
    CHECK(tx.next_due(zvh) == at(10));
    const auto row = tx.outbox_of(rows[2].signal).at(0);
    CHECK(row.attempts == 1);
    CHECK(row.last_error == "unreachable");
    CHECK(row.next_attempt == at(70));
    return true;
  });
}

TEST_CASE("a settled row is final: not due, no sealed bytes, its receipt kept", "[store]") {
  const auto state = GENERATE(Delivery::delivered, Delivery::refused, Delivery::expired);
  Opened store;
  const auto row = outbox_row(config::SignalId::random());
  act(*store, [&](Transaction& tx) { tx.add_outbox(row); });
  act(*store, [&](Transaction& tx) { tx.settle(row.id, state, "code", R"({"v":1})", at(20)); });
  act(*store, [&](Transaction& tx) {
    tx.postpone(row.id, "later", at(30));
    tx.settle(row.id, Delivery::expired, "again", "", at(40));
  });
  look(*store, [&](Transaction& tx) {
    CHECK(tx.due(row.to, at(500), 10).empty());
    CHECK(tx.waiting(row.to) == 0);
    CHECK_FALSE(tx.next_due(row.to));
    const auto found = tx.outbox_of(row.signal).at(0);
    CHECK(found.state == state);
    CHECK(found.last_error == "code");
    CHECK(found.receipt == R"({"v":1})");
    CHECK(found.settled_at == at(20));
    CHECK(found.attempts == 0);
    return true;
  });
}
