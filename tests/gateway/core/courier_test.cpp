#include "gateway/core/courier.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "core_fixture.hpp"
#include "crypto/hash.hpp"
#include "tests/config/region_fixture.hpp"

using namespace sluis;
using namespace sluis::gateway;
using namespace sluis::gateway::test;
using config::Code;
using config::Json;
using store::Delivery;
using store::test::act;
using store::test::look;
using Receipts = config::Result<std::vector<Receipt>>;

namespace {

Receipt receipt_for(const Envelope& envelope, const std::string& status = "stored",
                    std::optional<std::string> reason = {}) {
  Receipt receipt{envelope.id,
                  envelope.to,
                  envelope.from,
                  status,
                  std::move(reason),
                  crypto::sha256({envelope.sealed}),
                  config::parse_time("2026-11-21T12:00:00Z").value(),
                  {}};
  receipt.sign(sluis::test::signing_key(envelope.to.str() + " sign"));
  return receipt;
}

/// ggz, with an outbox. What was delivered is noted; `answer` makes each receipt.
struct Sender : Gateway {
  explicit Sender(const Json& document = region_document())
      : Gateway("ggz", policy_of("ggz"), document) {
    peers.receive = [this](const std::string& to,
                           const std::vector<Envelope>& envelopes) -> Receipts {
      deliveries.push_back({to, envelopes});
      if (down.contains(to)) return config::error(Code::unavailable, "as the test has it");
      std::vector<Receipt> receipts;
      for (const auto& envelope : envelopes) receipts.push_back(answer(envelope));
      return receipts;
    };
    courier = fresh();
  }
  ~Sender() { run(courier->stop()); }

  std::unique_ptr<Courier> fresh(std::size_t batch_bytes = 1 << 20) {
    return std::make_unique<Courier>(io.get_executor(), region, *store, peers, recorder,
                                     CourierLimits{20, 1, batch_bytes});
  }
  /// Puts `count` rows for `to` in the outbox, each of another signal.
  std::vector<store::OutboxRow> queue(const std::string& to, std::size_t count = 1) {
    std::vector<store::OutboxRow> rows;
    act(*store, [&](store::Transaction& tx) {
      for (std::size_t i = 0; i < count; ++i) {
        const auto signal = store::test::sent_signal();
        tx.add_sent_signal(signal);
        auto row = store::test::outbox_row(signal.id, to);
        row.sealed = crypto::Bytes(300, static_cast<std::uint8_t>(i));
        row.queued_at = region.now();
        row.expires_at = region.now() + std::chrono::hours(1);
        tx.add_outbox(row);
        rows.push_back(row);
      }
    });
    return rows;
  }
  store::OutboxRow now_of(const store::OutboxRow& row) {
    return look(*store, [&](store::Transaction& tx) { return tx.outbox_of(row.signal).front(); });
  }
  void run_until_settled(const store::OutboxRow& row) {
    run_until([&] { return now_of(row).state != Delivery::waiting; });
  }
  void run_until_delivered(std::size_t times) {
    run_until([&] { return deliveries.size() >= times; });
    settle();
  }

  struct Delivered {
    std::string to;
    std::vector<Envelope> envelopes;
  };
  FakePeers peers;
  std::set<std::string> down;
  std::function<Receipt(const Envelope&)> answer = [](const Envelope& e) { return receipt_for(e); };
  std::vector<Delivered> deliveries;
  std::unique_ptr<Courier> courier;
};

}  // namespace

TEST_CASE("courier: a receipt settles its envelope, and both are kept", "[core]") {
  struct Case {
    std::string status;
    std::optional<std::string> reason;
    Delivery state;
    std::string outcome, last_error;
  };
  const auto c = GENERATE(values<Case>({
      {"stored", {}, Delivery::delivered, "permit", ""},
      {"duplicate", {}, Delivery::delivered, "permit", ""},
      {"refused", "not-accepted", Delivery::refused, "deny", "not-accepted"},
      {"refused", {}, Delivery::refused, "deny", "refused"},
  }));
  Sender ggz;
  ggz.answer = [&](const Envelope& e) { return receipt_for(e, c.status, c.reason); };
  const auto row = ggz.queue("zvh").front();
  ggz.courier->wake(partner("zvh"));
  ggz.run_until_settled(row);
  const auto settled = ggz.now_of(row);
  CHECK(settled.state == c.state);
  CHECK(settled.last_error == c.last_error);
  CHECK(settled.settled_at == ggz.region.now());
  REQUIRE(ggz.deliveries.size() == 1);
  const auto& sent = ggz.deliveries[0].envelopes.front();
  CHECK(sent.id == row.id);
  CHECK(sent.from == partner("ggz"));
  CHECK(sent.sealed == row.sealed);
  CHECK(sent.signature == row.signature);
  const auto log = records(*ggz.store);
  REQUIRE(log.size() == 1);
  CHECK(log[0]["action"] == "envelope.deliver");
  CHECK(log[0]["outcome"] == c.outcome);
  CHECK(log[0]["traceId"] == row.trace_id);
  CHECK(log[0]["receipt"] == settled.receipt);
  CHECK(Receipt::from_json(config::parse_json(settled.receipt).value())
            ->signed_by(sluis::test::signing_key("zvh sign").public_key()));
}

TEST_CASE("courier: what fails is tried again with the identical bytes", "[core]") {
  Sender ggz;
  ggz.down.insert("zvh");
  const auto rows = ggz.queue("zvh", 3);
  ggz.courier->wake(partner("zvh"));
  ggz.run_until_delivered(4);
  CHECK(ggz.now_of(rows[0]).state == Delivery::waiting);
  CHECK(ggz.now_of(rows[0]).attempts >= 3);
  CHECK(ggz.now_of(rows[0]).last_error == "unavailable");
  CHECK(records(*ggz.store).empty());
  ggz.down.clear();
  for (const auto& row : rows) ggz.run_until_settled(row);
  for (const auto& delivery : ggz.deliveries) {
    REQUIRE(delivery.envelopes.size() == 3);
    for (std::size_t i = 0; i < 3; ++i)
      CHECK(delivery.envelopes[i].to_json() == ggz.deliveries[0].envelopes[i].to_json());
  }
}

TEST_CASE("courier: a receipt that is not the recipient's word settles nothing", "[core]") {
  struct Case {
    std::string name;
    std::function<void(Receipt&)> change;
    bool signed_again = true;
  };
  const auto c = GENERATE(values<Case>({
      {"a wrong signature", [](Receipt& r) { r.signature[0] ^= 1; }, false},
      {"another's signature", [](Receipt& r) { r.sign(sluis::test::signing_key("politie sign")); },
       false},
      {"of other bytes", [](Receipt& r) { r.sha256[0] ^= 1; }},
      {"of another envelope", [](Receipt& r) { r.envelope = config::EnvelopeId::random(); }},
      {"from another", [](Receipt& r) { r.from = partner("politie"); }},
      {"to another", [](Receipt& r) { r.to = partner("politie"); }},
      {"deferred",
       [](Receipt& r) {
         r.status = "deferred";
         r.reason = "unavailable";
       }},
  }));
  DYNAMIC_SECTION(c.name) {
    Sender ggz;
    const auto rows = ggz.queue("zvh", 2);
    ggz.answer = [&](const Envelope& envelope) {
      auto receipt = receipt_for(envelope);
      if (envelope.id != rows[0].id) return receipt;
      c.change(receipt);
      if (c.signed_again) receipt.sign(sluis::test::signing_key("zvh sign"));
      return receipt;
    };
    ggz.courier->wake(partner("zvh"));
    ggz.run_until_settled(rows[1]);  // it does not wait for the other
    ggz.settle();
    CHECK(ggz.now_of(rows[1]).state == Delivery::delivered);
    const auto left = ggz.now_of(rows[0]);
    CHECK(left.state == Delivery::waiting);
    CHECK(left.receipt.empty());
    CHECK(left.attempts == 1);
    CHECK(left.next_attempt >= ggz.region.now() + std::chrono::seconds(1));
    CHECK(records(*ggz.store).size() == 1);
  }
}

TEST_CASE("courier: an envelope that was deferred goes again by itself", "[core]") {
  Sender ggz;
  const auto row = ggz.queue("zvh").front();
  bool later = false;
  ggz.answer = [&](const Envelope& e) { return receipt_for(e, later ? "stored" : "deferred"); };
  ggz.courier->wake(partner("zvh"));
  ggz.run_until_delivered(1);
  CHECK(ggz.now_of(row).state == Delivery::waiting);
  later = true;
  ggz.clock.advance(std::chrono::seconds(5));
  const auto before = std::chrono::steady_clock::now();
  ggz.run_until_settled(row);
  CHECK(std::chrono::steady_clock::now() - before < std::chrono::seconds(20));
  CHECK(ggz.deliveries.size() == 2);
}

TEST_CASE("courier: what has expired is not sent, and that is recorded", "[core]") {
  Sender ggz;
  const auto rows = ggz.queue("zvh", 2);
  ggz.clock.advance(std::chrono::hours(2));
  const auto good = ggz.queue("zvh").front();
  ggz.courier->wake(partner("zvh"));
  ggz.run_until_settled(good);
  for (const auto& row : rows) {
    CHECK(ggz.now_of(row).state == Delivery::expired);
    CHECK(ggz.now_of(row).last_error == "expired");
  }
  REQUIRE(ggz.deliveries.size() == 1);
  CHECK(ggz.deliveries[0].envelopes.size() == 1);
  const auto log = records(*ggz.store, "envelope.deliver");
  REQUIRE(log.size() == 3);
  CHECK(log[0]["outcome"] == "error");
  CHECK(log[0]["rule"] == "expired");
  CHECK(log[0]["object"] == Json{{"kind", "signal"}, {"id", rows[0].signal.str()}});
}

TEST_CASE("courier: what a partner cannot check is signed anew, with the key of the directory",
          "[core]") {
  Sender ggz;
  auto keys = keys_of("ggz");
  keys.former_sign.push_back(keys.sign);
  keys.sign = crypto::SigningKey::random();  // of the next directory
  const auto named = keys.former_sign.front().public_key();
  ggz.region.replace(*ggz.region.standing(), std::make_shared<const GatewayKeys>(std::move(keys)));
  CHECK(ggz.region.sign_key().public_key() == named);
  ggz.answer = [&](const Envelope& envelope) {
    return envelope.signed_by(named) ? receipt_for(envelope)
                                     : receipt_for(envelope, "deferred", "bad-signature");
  };
  const auto row = ggz.queue("zvh").front();  // its signature is nobody's
  ggz.courier->wake(partner("zvh"));
  ggz.run_until_delivered(1);
  CHECK(ggz.now_of(row).state == Delivery::waiting);
  CHECK(ggz.now_of(row).last_error == "bad-signature");
  ggz.clock.advance(std::chrono::seconds(10));
  ggz.courier->wake(partner("zvh"));
  ggz.run_until_settled(row);
  CHECK(ggz.now_of(row).state == Delivery::delivered);
  CHECK(ggz.deliveries.back().envelopes.front().sealed == row.sealed);
}

TEST_CASE("courier: a partner that does not answer delays nobody", "[core]") {
  Sender ggz;
  Bell bell(ggz.io.get_executor());
  bool held = true;
  ggz.peers.before["politie"] = [&]() -> Task<void> {
    while (held)
      co_await bell.wait_until(std::chrono::steady_clock::now() + std::chrono::milliseconds(5));
  };
  const auto slow = ggz.queue("politie").front();
  const auto quick = ggz.queue("zvh").front();
  ggz.courier->wake(partner("politie"));
  ggz.courier->wake(partner("zvh"));
  ggz.run_until_settled(quick);
  CHECK(ggz.now_of(slow).state == Delivery::waiting);
  const auto more = ggz.queue("zvh").front();
  ggz.courier->wake(partner("zvh"));
  ggz.run_until_settled(more);
  held = false;
  ggz.run_until_settled(slow);
}

TEST_CASE("courier: a restart takes up what was left", "[core]") {
  Sender ggz;
  ggz.down = {"zvh", "politie"};
  const auto one = ggz.queue("zvh").front(), two = ggz.queue("politie").front();
  ggz.courier->start();
  ggz.run_until_delivered(2);
  ggz.run(ggz.courier->stop());
  const auto before = ggz.deliveries.size();
  ggz.courier->wake(partner("zvh"));  // nothing goes once it has stopped
  ggz.settle();
  CHECK(ggz.deliveries.size() == before);

  ggz.down.clear();
  ggz.courier = ggz.fresh();
  ggz.courier->start();
  ggz.run_until_settled(one);
  ggz.run_until_settled(two);
  CHECK(ggz.deliveries.back().envelopes.size() == 1);
}

TEST_CASE("courier: nothing goes to a suspended partner", "[core]") {
  Sender ggz(with_partner(region_document(), "zvh", "status", "suspended"));
  const auto row = ggz.queue("zvh").front();
  ggz.courier->wake(partner("zvh"));
  ggz.run_for(std::chrono::milliseconds(100));
  CHECK(ggz.deliveries.empty());
  CHECK(ggz.now_of(row).state == Delivery::waiting);
  CHECK(ggz.now_of(row).attempts == 0);
}

TEST_CASE("courier: another standing ends every pause", "[core]") {
  Sender ggz(with_partner(region_document(), "zvh", "status", "suspended"));
  ggz.courier = std::make_unique<Courier>(ggz.io.get_executor(), ggz.region, *ggz.store, ggz.peers,
                                          ggz.recorder, CourierLimits{600'000, 3'600, 1 << 20});
  ggz.down = {"politie"};
  const auto suspended = ggz.queue("zvh").front(), unreachable = ggz.queue("politie").front();
  ggz.courier->wake(partner("zvh"));
  ggz.courier->wake(partner("politie"));
  ggz.run_until_delivered(1);
  ggz.down.clear();
  // By itself the one would be tried after five seconds, the other after five minutes.
  ggz.region.replace(standing_of("ggz", policy_of("ggz")));
  ggz.courier->standing_changed();
  ggz.run_until_settled(suspended);
  ggz.run_until_settled(unreachable);
}

TEST_CASE("courier: a partner that leaves the directory while it answers settles nothing",
          "[core]") {
  auto with_sixth = region_document();
  auto sixth = sluis::test::partner_document("ggd", "00000099000000006000");
  with_sixth["partners"].push_back(sixth);
  Sender ggz(with_sixth);
  const auto row = ggz.queue("ggd").front();
  ggz.answer = [&](const Envelope& envelope) {
    ggz.region.replace(standing_of("ggz", policy_of("ggz")));
    return receipt_for(envelope);
  };
  ggz.courier->wake(partner("ggd"));
  ggz.run_until_delivered(1);
  CHECK(ggz.now_of(row).state == Delivery::waiting);
}

TEST_CASE("courier: a delivery has a bound in bytes and in envelopes, and keeps the order",
          "[core]") {
  Sender ggz;
  const auto rows = ggz.queue("zvh", 300);  // of 300 bytes each
  SECTION("envelopes") {
    ggz.courier->wake(partner("zvh"));
    ggz.run_until_settled(rows.back());
    REQUIRE(ggz.deliveries.size() == 2);
    CHECK(ggz.deliveries[0].envelopes.size() == max_envelopes);
    CHECK(ggz.deliveries[0].envelopes[7].id == rows[7].id);
  }
  SECTION("bytes") {
    ggz.run(ggz.courier->stop());
    ggz.courier = ggz.fresh(30'000);
    ggz.courier->wake(partner("zvh"));
    ggz.run_until_settled(rows.back());
    CHECK(ggz.deliveries.size() == 3);
    for (const auto& delivery : ggz.deliveries) CHECK(delivery.envelopes.size() == 100);
  }
  SECTION("one that is larger than the bound goes alone") {
    ggz.run(ggz.courier->stop());
    ggz.courier = ggz.fresh(10);
    ggz.courier->wake(partner("zvh"));
    ggz.run_until_delivered(2);
    for (const auto& delivery : ggz.deliveries) CHECK(delivery.envelopes.size() == 1);
  }
}
