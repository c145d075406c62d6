#include <catch2/catch.hpp>

#include "support.hpp"

using namespace sluis;
using namespace sluis::gateway::store;
using namespace sluis::gateway::store::test;

namespace {

std::int64_t add(Store& store, const ReceivedSignal& signal) {
  std::int64_t row = 0;
  act(store, [&](Transaction& tx) { row = tx.add_received_signal(signal); });
  return row;
}

std::vector<GroupMember> group(Store& store, std::string_view kind, std::uint8_t tag,
                               std::int64_t now = 100, std::string_view in = "2026b") {
  return look(store, [&](Transaction& tx) {
    return tx.group(domain(), epoch(in), kind, bytes32(tag), at(now));
  });
}

std::vector<GroupMember> open_group(Store& store, std::uint8_t tag, std::int64_t now = 100) {
  return look(store, [&](Transaction& tx) {
    return tx.open_group(domain(), epoch("2026b"), "bsn", bytes32(tag), at(now));
  });
}

void check_same(const Link& found, const Link& put) {
  CHECK(found.kind == put.kind);
  CHECK(found.epoch == put.epoch);
  CHECK(found.tag == put.tag);
  REQUIRE(found.shares.size() == put.shares.size());
  for (std::size_t i = 0; i < found.shares.size(); ++i) {
    CHECK(found.shares[i].k == put.shares[i].k);
    CHECK(found.shares[i].y == put.shares[i].y);
    CHECK(found.shares[i].check == put.shares[i].check);
  }
  REQUIRE(found.wrapped.has_value() == put.wrapped.has_value());
  if (!found.wrapped) return;
  CHECK(found.wrapped->k == put.wrapped->k);
  CHECK(found.wrapped->nonce == put.wrapped->nonce);
  CHECK(found.wrapped->box == put.wrapped->box);
}

}  // namespace

TEST_CASE("a seen envelope is known by its sender and id together", "[store]") {
  Opened store;
  const auto id = config::EnvelopeId::random();
  act(*store,
      [&](Transaction& tx) { tx.add_seen_envelope(partner("ggz"), id, bytes32(9), at(1)); });
  look(*store, [&](Transaction& tx) {
    REQUIRE(tx.seen_envelope(partner("ggz"), id));
    CHECK(tx.seen_envelope(partner("ggz"), id)->sha256 == bytes32(9));
    CHECK_FALSE(tx.seen_envelope(partner("politie"), id));
    CHECK_FALSE(tx.seen_envelope(partner("ggz"), config::EnvelopeId::random()));
    return true;
  });
  CHECK_THROWS(act(*store, [&](Transaction& tx) {
    tx.add_seen_envelope(partner("ggz"), id, bytes32(8), at(2));
  }));
}

TEST_CASE("a received signal is kept whole, with its links in order", "[store]") {
  Opened store;
  auto signal = received_signal(
      "ggz", {link("name-dob", "2026b", 1), link("bsn", "2026b", 2), link("bsn", "2027a", 3)});
  signal.links[0].wrapped.reset();
  signal.links[2].shares.clear();
  const auto row = add(*store, signal);
  store.reopen();
  look(*store, [&](Transaction& tx) {
    const auto found = tx.received_signal(signal.from, signal.id);
    REQUIRE(found);
    CHECK(found->row == row);
    CHECK(found->from == signal.from);
    CHECK(found->id == signal.id);
    CHECK(found->envelope == signal.envelope);
    CHECK(found->domain == signal.domain);
    CHECK(found->theme == signal.theme);
    CHECK(found->purpose == signal.purpose);
    CHECK(found->legal_basis == signal.legal_basis);
    CHECK(found->trace_id == signal.trace_id);
    CHECK(found->created_at == signal.created_at);
    CHECK(found->received_at == signal.received_at);
    CHECK(found->expires_at == signal.expires_at);
    CHECK(found->keep_until == signal.keep_until);
    CHECK(found->reveal == signal.reveal);
    CHECK(found->commitment == signal.commitment);
    CHECK(found->content_nonce == signal.content_nonce);
    CHECK(found->content_box == signal.content_box);
    CHECK(found->opened_key.empty());
    CHECK_FALSE(found->opened_at);
    CHECK(found->component > 0);
    CHECK(found->links.empty());
    CHECK(tx.received_signal(row)->id == signal.id);
    CHECK_FALSE(tx.received_signal(row + 1));
    CHECK_FALSE(tx.received_signal(partner("politie"), signal.id));

    const auto links = tx.links_of(row);
    REQUIRE(links.size() == 3);
    for (std::size_t i = 0; i < 3; ++i) check_same(links[i], signal.links[i]);

    const auto component = tx.component(found->component);
    CHECK(component.domain == signal.domain);
    CHECK(component.signals == 1);
    CHECK(component.partners == 1);
    CHECK(component.open == 0);
    CHECK(component.oldest == row);
    CHECK_FALSE(component.match);
    CHECK_FALSE(component.ambiguous);
    return true;
  });
  CHECK_THROWS(add(*store, signal));
}

TEST_CASE("a received signal that contradicts itself is our bug", "[store]") {
  Opened store;
  auto doubled = received_signal("ggz", {link("bsn", "2026b", 1), link("bsn", "2026b", 2)});
  CHECK_THROWS_AS(add(*store, doubled), std::logic_error);
  auto half_open = received_signal("ggz", {link("bsn", "2026b", 1)});
  half_open.opened_at = at(1);
  CHECK_THROWS_AS(add(*store, half_open), std::logic_error);
}

TEST_CASE("group: one (domain, epoch, kind, tag), in order of arrival", "[store]") {
  Opened store;
  const auto first =
      received_signal("ggz", {link("bsn", "2026b", 1), link("name-dob", "2026b", 5)});
  const auto second = received_signal("politie", {link("name-dob", "2026b", 5)});
  auto elsewhere = received_signal("politie", {link("bsn", "2026b", 1)});
  elsewhere.domain = domain("other");
  const auto row1 = add(*store, first);
  const auto row2 = add(*store, second);
  add(*store, elsewhere);
  add(*store, received_signal("ggz", {link("bsn", "2027a", 1)}));
  add(*store, received_signal("ggz", {link("bsn", "2026b", 2)}));

  CHECK(group(*store, "bsn", 1).size() == 1);
  CHECK(group(*store, "bsn", 3).empty());
  CHECK(group(*store, "dob-address", 5).empty());
  CHECK(group(*store, "bsn", 1, 100, "1999a").empty());
  const auto members = group(*store, "name-dob", 5);
  REQUIRE(members.size() == 2);
  CHECK(members[0].row == row1);
  CHECK(members[0].from == first.from);
  CHECK(members[0].id == first.id);
  CHECK(members[0].reveal == 2);
  CHECK_FALSE(members[0].open);
  CHECK(members[0].expires_at == first.expires_at);
  CHECK(members[0].unique_tag == bytes32(1));
  CHECK(members[0].shares.size() == 2);
  CHECK(members[0].shares[1].y == bytes32(0x31));
  REQUIRE(members[0].wrapped);
  CHECK(members[0].wrapped->k == 2);
  CHECK(members[1].row == row2);
  CHECK_FALSE(members[1].unique_tag);
  CHECK(members[0].component != members[1].component);
}

TEST_CASE("a link's unique tag is that of its own epoch", "[store]") {
  Opened store;
  add(*store, received_signal("ggz", {link("name-dob", "2026b", 5), link("bsn", "2027a", 8),
                                      link("name-dob", "2027a", 6), link("bsn", "2026b", 7)}));
  CHECK(group(*store, "name-dob", 5).at(0).unique_tag == bytes32(7));
  CHECK(group(*store, "name-dob", 6, 100, "2027a").at(0).unique_tag == bytes32(8));
  CHECK(group(*store, "bsn", 7).at(0).unique_tag == bytes32(7));
}

TEST_CASE("group leaves out what has expired", "[store]") {
  Opened store;
  auto early = received_signal("ggz", {link("bsn", "2026b", 1)});
  early.expires_at = at(500);
  add(*store, early);
  const auto late = received_signal("politie", {link("bsn", "2026b", 1)});
  const auto row = add(*store, late);
  act(*store, [&](Transaction& tx) { tx.mark_open(row, bytes32(1), at(50)); });
  CHECK(group(*store, "bsn", 1, 499).size() == 2);
  const auto left = group(*store, "bsn", 1, 500);
  REQUIRE(left.size() == 1);
  CHECK(left[0].row == row);
  CHECK(open_group(*store, 1, 999).size() == 1);
  CHECK(open_group(*store, 1, 1000).empty());
}

TEST_CASE("open_group has the open ones alone; mark_open makes one", "[store]") {
  Opened store;
  const auto closed = add(*store, received_signal("ggz", {link("bsn", "2026b", 1)}));
  auto at_once = received_signal("politie", {link("bsn", "2026b", 1)});
  at_once.opened_at = at(12);
  at_once.opened_key = {1, 2, 3};
  const auto open = add(*store, at_once);
  CHECK(open_group(*store, 1).size() == 1);
  CHECK(open_group(*store, 1).at(0).row == open);
  CHECK(open_group(*store, 1).at(0).open);

  const crypto::Bytes key{9, 9, 9};
  act(*store, [&](Transaction& tx) { tx.mark_open(closed, key, at(60)); });
  CHECK(open_group(*store, 1).size() == 2);
  CHECK(group(*store, "bsn", 1).at(0).open);
  look(*store, [&](Transaction& tx) {
    CHECK(tx.received_signal(closed)->opened_key == key);
    CHECK(tx.received_signal(closed)->opened_at == at(60));
    CHECK(tx.received_signal(open)->opened_key == at_once.opened_key);
    return true;
  });
  CHECK_THROWS(act(*store, [&](Transaction& tx) { tx.mark_open(12345, key, at(60)); }));
}

TEST_CASE("a partner's signals are gone through in order of arrival, without expired ones",
          "[store]") {
  Opened store;
  std::vector<std::int64_t> rows;
  act(*store, [&](Transaction& tx) {
    for (int i = 0; i < 5; ++i) {
      auto signal = received_signal("ggz", {link("bsn", "2026b", 1)});
      if (i == 2) signal.expires_at = at(500);
      rows.push_back(tx.add_received_signal(signal));
      tx.add_received_signal(received_signal("politie", {link("bsn", "2026b", 1)}));
    }
  });
  look(*store, [&](Transaction& tx) {
    using Rows = std::vector<std::int64_t>;
    CHECK(tx.received_from(partner("ggz"), 0, at(600), 3) == Rows{rows[0], rows[1], rows[3]});
    CHECK(tx.received_from(partner("ggz"), rows[3], at(600), 3) == Rows{rows[4]});
    CHECK(tx.received_from(partner("ggz"), rows[4], at(600), 3).empty());
    CHECK(tx.received_from(partner("gemeente"), 0, at(600), 3).empty());
    return true;
  });
}

TEST_CASE("links of an epoch that ended: dropped a few at a time, the other epoch's stay",
          "[store]") {
  Opened store;
  std::vector<std::int64_t> rows;
  for (std::uint8_t i = 1; i <= 5; ++i)
    rows.push_back(
        add(*store, received_signal("ggz", {link("bsn", "2026a", i), link("name-dob", "2026a", i),
                                            link("bsn", "2026b", i)})));
  const auto drop = [&](std::size_t most) {
    std::size_t dropped = 0;
    act(*store, [&](Transaction& tx) { dropped = tx.drop_links(domain(), epoch("2026a"), most); });
    return dropped;
  };
  CHECK(drop(4) == 4);
  CHECK(drop(4) == 4);
  CHECK(drop(4) == 2);
  CHECK(drop(4) == 0);
  for (std::uint8_t i = 1; i <= 5; ++i) {
    CHECK(group(*store, "bsn", i, 100, "2026a").empty());
    CHECK(group(*store, "name-dob", i, 100, "2026a").empty());
    CHECK(group(*store, "bsn", i).size() == 1);
  }
  look(*store, [&](Transaction& tx) {
    CHECK(tx.links_of(rows.front()).size() == 1);
    CHECK(tx.received_signal(rows.front()).has_value());
    return true;
  });
  // The epoch's name may come back: what is stored under it then has nothing of what was.
  add(*store, received_signal("politie", {link("bsn", "2026a", 1)}));
  CHECK(group(*store, "bsn", 1, 100, "2026a").size() == 1);
}

TEST_CASE("links of an epoch or domain that nobody knows: none to drop", "[store]") {
  Opened store;
  act(*store, [&](Transaction& tx) {
    CHECK(tx.drop_links(domain("other"), epoch("2026a"), 10) == 0);
    CHECK(tx.drop_links(domain(), epoch("1999"), 10) == 0);
  });
}
