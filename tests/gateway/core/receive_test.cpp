#include "gateway/core/receive.hpp"

#include <boost/asio/detached.hpp>
#include <catch2/catch.hpp>

#include "crypto/encoding.hpp"
#include "crypto/hash.hpp"
#include "crypto/labels.hpp"
#include "signal_maker.hpp"
#include "tests/config/region_fixture.hpp"

using namespace sluis;
using namespace sluis::gateway;
using namespace sluis::gateway::test;
using config::Json;
using store::test::look;

namespace {

struct Receiver : Gateway {
  explicit Receiver(const std::string& policy = policy_of("zvh"),
                    const Json& document = region_document())
      : Gateway("zvh", policy, document) {}
  std::vector<Receipt> take(std::vector<Envelope> envelopes, const std::string& peer = "ggz") {
    return run(receive.receive(partner(peer), std::move(envelopes)));
  }
  Receipt take(const Envelope& envelope, const std::string& peer = "ggz") {
    return take(std::vector{envelope}, peer).front();
  }
  SignalMessage message(const std::string& from = "ggz", unsigned reveal = 2) {
    SignalPlan plan{.from = from, .keys = {{"bsn", "1"}, {"name-dob", "B|J|1980-01-01"}}};
    plan.reveal = reveal;
    return make_message(plan, region.now());
  }
  bool has(const SignalMessage& message) {
    return look(*store, [&](store::Transaction& tx) {
      return tx.received_signal(message.from, message.id).has_value();
    });
  }
  Receive receive{region, *store, curve, recorder};
};

/// As `from` would sign it, with whatever is inside.
Envelope enclose_text(const std::string& text, const std::string& to_key = "zvh") {
  const auto key = seal_key(to_key).public_key();
  Envelope envelope{config::EnvelopeId::random(),
                    partner("ggz"),
                    partner("zvh"),
                    key,
                    crypto::seal_to(key, crypto::as_view(text)).value(),
                    {}};
  envelope.signature =
      sluis::test::signing_key("ggz sign")
          .sign(crypto::envelope_signed(envelope.id.str(), "ggz", "zvh", key, envelope.sealed));
  return envelope;
}

}  // namespace

TEST_CASE("receive: a good envelope is stored, with a signed receipt and a record", "[core]") {
  Receiver zvh;
  const auto message = zvh.message();
  const auto envelope = enclose(message);
  const auto receipt = zvh.take(envelope);
  CHECK(receipt.status == "stored");
  CHECK_FALSE(receipt.reason);
  CHECK(receipt.envelope == envelope.id);
  CHECK(receipt.from == partner("zvh"));
  CHECK(receipt.to == partner("ggz"));
  CHECK(receipt.sha256 == crypto::sha256({envelope.sealed}));
  CHECK(receipt.at == zvh.region.now());
  CHECK(receipt.signed_by(sluis::test::signing_key("zvh sign").public_key()));
  REQUIRE(zvh.has(message));
  const auto log = records(*zvh.store);
  REQUIRE(log.size() == 1);
  CHECK(log[0]["action"] == "envelope.receive");
  CHECK(log[0]["outcome"] == "permit");
  CHECK(log[0]["rule"] == "zvh-accepts");
  CHECK(log[0]["object"] == Json{{"kind", "signal"}, {"id", message.id.str()}});
  CHECK(log[0]["traceId"] == message.traceparent.substr(3, 32));
  CHECK(log[0]["parentSpanId"] == message.traceparent.substr(36, 16));
  CHECK(log[0].contains("subject"));
}

TEST_CASE("receive: each refusal has its reason, is recorded, and keeps nothing", "[core]") {
  struct Case {
    std::string name, status, reason;
    std::function<void(SignalMessage&)> change;
    std::function<void(Envelope&)> damage = [](Envelope&) {};
    std::string peer = "ggz";
  };
  const auto c = GENERATE(values<Case>({
      {"in another's name", "refused", "wrong-sender", [](SignalMessage&) {}, [](Envelope&) {},
       "politie"},
      {"to another", "refused", "wrong-recipient",
       [](SignalMessage& m) { m.to = partner("gemeente"); }},
      {"signature of another", "deferred", "bad-signature", [](SignalMessage&) {},
       [](Envelope& e) { e.signature[0] ^= 1; }},
      {"a bit of sealed", "deferred", "bad-signature", [](SignalMessage&) {},
       [](Envelope& e) { e.sealed[9] ^= 1; }},
      {"cut short", "deferred", "bad-signature", [](SignalMessage&) {},
       [](Envelope& e) { e.sealed.resize(20); }},
      {"another id inside", "refused", "inner-differs", [](SignalMessage&) {},
       [](Envelope& e) {
         e = [&] {
           Envelope other = e;
           other.id = config::EnvelopeId::random();
           other.signature = sluis::test::signing_key("ggz sign")
                                 .sign(crypto::envelope_signed(other.id.str(), "ggz", "zvh",
                                                               other.seal_key, other.sealed));
           return other;
         }();
       }},
      {"an unknown domain", "refused", "not-accepted",
       [](SignalMessage& m) { m.domain = config::DomainId::parse("om").value(); }},
      {"an unknown theme", "refused", "not-accepted", [](SignalMessage& m) { m.theme = "weer"; }},
      {"an unknown purpose", "refused", "not-accepted",
       [](SignalMessage& m) { m.purpose = "reclame"; }},
      {"expired", "refused", "expired", [](SignalMessage& m) { m.expires_at = m.created_at; }},
      {"an epoch that is not in force", "refused", "links",
       [](SignalMessage& m) { m.links[0].epoch = config::EpochId::parse("2030a").value(); }},
      {"two links of one kind", "refused", "links",
       [](SignalMessage& m) { m.links[1].kind = "bsn"; }},
      {"a share too few", "refused", "links",
       [](SignalMessage& m) { m.links[0].shares.pop_back(); }},
      {"a share too many", "refused", "links",
       [](SignalMessage& m) {
         m.links[0].shares.push_back({4, {}, {}});
       }},
      {"one k twice", "refused", "links", [](SignalMessage& m) { m.links[0].shares[1].k = 2; }},
      {"a reveal that the epoch has no lock for", "refused", "links",
       [](SignalMessage& m) {
         m.reveal = 4;
         for (auto& link : m.links) link.wrapped->k = 4;
       }},
      {"a traceparent of zeroes", "refused", "malformed",
       [](SignalMessage& m) {
         m.traceparent = "00-" + std::string(32, '0') + "-b7ad6b7169203331-01";
       }},
      {"no commitment to the key beside it", "refused", "commitment",
       [](SignalMessage& m) {
         m.reveal = 1;
         for (auto& link : m.links) link.wrapped.reset();
         m.content_key.emplace();
       }},
  }));
  DYNAMIC_SECTION(c.name) {
    Receiver zvh;
    auto message = zvh.message();
    c.change(message);
    auto envelope =
        seal_envelope(message, seal_key("zvh").public_key(), sluis::test::signing_key("ggz sign"))
            .value();
    c.damage(envelope);
    const auto receipt = zvh.take(envelope, c.peer);
    CHECK(receipt.status == c.status);
    CHECK(receipt.reason == c.reason);
    CHECK(receipt.to == partner(c.peer));
    CHECK(receipt.signed_by(sluis::test::signing_key("zvh sign").public_key()));
    CHECK_FALSE(zvh.has(message));
    const auto log = records(*zvh.store);
    REQUIRE(log.size() == 1);
    CHECK(log[0]["outcome"] == (c.status == "refused" ? "deny" : "error"));
    CHECK(log[0]["rule"] == c.reason);
    CHECK(log[0]["counterparty"] == c.peer);
    CHECK(log[0]["object"] == Json{{"kind", "envelope"}, {"id", envelope.id.str()}});
    // What was refused has taken no id: the same, put right, is stored.
    if (c.peer == "ggz") {
      auto again = zvh.message();
      again.envelope = envelope.id;
      CHECK(zvh.take(enclose(again)).status == "stored");
    }
  }
}

TEST_CASE("receive: in an overlap every epoch has the same kinds", "[core]") {
  auto document = region_document();
  auto next = document["domains"][0]["epochs"][0];
  next["id"] = "2027a";
  document["domains"][0]["epochs"].push_back(next);
  Receiver zvh(policy_of("zvh"), document);
  SignalPlan plan{.from = "ggz", .keys = {{"bsn", "1"}, {"name-dob", "B|J|1980-01-01"}}};
  plan.epochs = {"2026b", "2027a"};
  auto message = make_message(plan, zvh.region.now());
  REQUIRE(message.links.size() == 4);
  SECTION("as an honest sender makes them") {
    CHECK(zvh.take(enclose(message)).status == "stored");
  }
  SECTION("also where the sender knows of one epoch alone") {
    std::erase_if(message.links, [](const auto& link) { return link.epoch.str() == "2027a"; });
    CHECK(zvh.take(enclose(message)).status == "stored");
  }
  SECTION("a kind that one epoch lacks could hide a contradiction") {
    const auto kind = GENERATE(as<std::string>(), "bsn", "name-dob");
    std::erase_if(message.links, [&](const auto& link) {
      return link.epoch.str() == "2027a" && link.kind == kind;
    });
    const auto receipt = zvh.take(enclose(message));
    CHECK(receipt.status == "refused");
    CHECK(receipt.reason == "links");
  }
}

TEST_CASE("receive: what is not sealed to us, or is no message, is refused", "[core]") {
  Receiver zvh;
  const auto check = [&](Envelope envelope, const std::string& reason) {
    const auto receipt = zvh.take(envelope);
    CHECK(receipt.status == "refused");
    CHECK(receipt.reason == reason);
  };
  auto elsewhere = enclose_text("{}", "politie");
  elsewhere.seal_key = seal_key("zvh").public_key();
  elsewhere.signature = sluis::test::signing_key("ggz sign")
                            .sign(crypto::envelope_signed(elsewhere.id.str(), "ggz", "zvh",
                                                          elsewhere.seal_key, elsewhere.sealed));
  check(elsewhere, "not-sealed-to-us");
  check(enclose_text("no JSON"), "malformed");
  check(enclose_text("[]"), "malformed");
  check(enclose_text(R"({"v":1,"kind":"signal"})"), "malformed");
}

TEST_CASE("receive: what may still come right is deferred", "[core]") {
  Receiver zvh;
  const auto message = zvh.message();
  SECTION("an unknown seal key") {
    const auto receipt = zvh.take(enclose_text("{}", "politie"));
    CHECK(receipt.status == "deferred");
    CHECK(receipt.reason == "unknown-seal-key");
  }
  SECTION("a kind of message of a later version") {
    const auto receipt = zvh.take(enclose_text(R"({"v":1,"kind":"message","text":"…"})"));
    CHECK(receipt.status == "deferred");
    CHECK(receipt.reason == "unknown-kind");
  }
  SECTION("a suspended partner") {
    zvh.region.replace(standing_of("zvh", policy_of("zvh"),
                                   with_partner(region_document(), "ggz", "status", "suspended")));
    CHECK(zvh.take(enclose(message)).reason == "forbidden");
    zvh.region.replace(standing_of("zvh", policy_of("zvh")));
    CHECK(zvh.take(enclose(message)).status == "stored");
  }
  SECTION("a directory that has expired") {
    zvh.clock.advance(std::chrono::days(300));
    const auto receipt = zvh.take(enclose(message));
    CHECK(receipt.status == "deferred");
    CHECK(receipt.reason == "expired");
  }
  SECTION("a store that cannot keep it") {
    zvh.store.sequencer.refuse = true;
    const auto receipt = zvh.take(enclose(message));
    CHECK(receipt.status == "deferred");
    CHECK(receipt.reason == "unavailable");
    zvh.store.sequencer.refuse = false;
    CHECK_FALSE(zvh.has(message));
  }
}

TEST_CASE("receive: a repeat is told so and changes nothing", "[core]") {
  Receiver zvh;
  const auto message = zvh.message();
  const auto envelope = enclose(message);
  REQUIRE(zvh.take(envelope).status == "stored");
  const auto before = records(*zvh.store).size();
  CHECK(zvh.take(envelope).status == "duplicate");
  CHECK(records(*zvh.store).size() == before);
  SECTION("twice in one delivery too") {
    const auto other = enclose(zvh.message());
    const auto receipts = zvh.take({other, other, envelope});
    CHECK(receipts[0].status == "stored");
    CHECK(receipts[1].status == "duplicate");
    CHECK(receipts[2].status == "duplicate");
  }
  SECTION("also once the policy would not take it any more") {
    zvh.region.replace(
        standing_of("zvh", R"({"organisation":"zvh","version":2,"validUntil":"2027-06-30"})"));
    CHECK(zvh.take(envelope).status == "duplicate");
    CHECK(zvh.take(enclose(zvh.message())).reason == "not-accepted");
  }
  SECTION("also once it has expired") {
    zvh.clock.advance(std::chrono::days(181));
    zvh.region.replace(standing_of("zvh", policy_of("zvh")));
    CHECK(zvh.take(envelope).status == "duplicate");
  }
  SECTION("but not in another partner's name") {
    CHECK(zvh.take(envelope, "politie").reason == "wrong-sender");
  }
}

TEST_CASE("receive: a repeat is known when the key that it was sealed to is gone", "[core]") {
  Receiver zvh;
  const auto envelope = enclose(zvh.message());
  REQUIRE(zvh.take(envelope).status == "stored");
  auto keys = keys_of("zvh");
  keys.seal.clear();
  keys.seal.push_back(crypto::SealKey::random());
  zvh.region.replace(*zvh.region.standing(), std::make_shared<const GatewayKeys>(std::move(keys)));
  CHECK(zvh.take(envelope).status == "duplicate");
  auto forged = envelope;
  forged.signature[5] ^= 1;
  CHECK(zvh.take(forged).reason == "bad-signature");
  CHECK(zvh.take(enclose(zvh.message())).reason == "unknown-seal-key");
}

TEST_CASE("receive: an id that was used stays the first one's", "[core]") {
  Receiver zvh;
  const auto first = zvh.message();
  REQUIRE(zvh.take(enclose(first)).status == "stored");
  auto second = zvh.message();
  SECTION("an envelope's") {
    second.envelope = first.envelope;
    const auto receipt = zvh.take(enclose(second));
    CHECK(receipt.status == "refused");
    CHECK(receipt.reason == "id-reused");
    CHECK_FALSE(zvh.has(second));
    // Whoever cannot sign for the sender is not told that the id was taken.
    auto forged = enclose(second);
    forged.signature[5] ^= 1;
    CHECK(zvh.take(forged).reason == "bad-signature");
  }
  SECTION("a signal's") {
    second.id = first.id;
    const auto receipt = zvh.take(enclose(second));
    CHECK(receipt.status == "refused");
    CHECK(receipt.reason == "id-reused");
  }
  SECTION("but another partner's may be the same") {
    auto other = zvh.message("politie");
    other.envelope = first.envelope;
    other.id = first.id;
    CHECK(zvh.take(enclose(other), "politie").status == "stored");
  }
  CHECK(records(*zvh.store, "envelope.receive").size() >= 2);
}

TEST_CASE("receive: each envelope of a delivery stands alone, in order", "[core]") {
  Receiver zvh;
  std::vector<Envelope> envelopes;
  for (int i = 0; i < 40; ++i) {
    auto envelope = enclose(zvh.message());
    if (i % 3 == 0) envelope.signature[0] ^= 1;
    envelopes.push_back(std::move(envelope));
  }
  const auto receipts = zvh.take(envelopes);
  REQUIRE(receipts.size() == 40);
  for (std::size_t i = 0; i < 40; ++i) {
    CHECK(receipts[i].envelope == envelopes[i].id);
    CHECK(receipts[i].status == (i % 3 == 0 ? "deferred" : "stored"));
  }
}

TEST_CASE("receive: what opens and what matches is recorded", "[core]") {
  Receiver zvh;
  const auto one = zvh.message("ggz"), two = zvh.message("politie");
  zvh.take(enclose(one));
  CHECK(records(*zvh.store, "match.begin").empty());
  zvh.take(enclose(two), "politie");
  const auto opened = records(*zvh.store, "content.open");
  REQUIRE(opened.size() == 2);
  CHECK(opened[0]["counterparty"] == "ggz");
  CHECK(opened[0]["object"]["id"] == one.id.str());
  CHECK(opened[0]["rule"] == "bsn/2");
  REQUIRE(records(*zvh.store, "match.begin").size() == 1);
  zvh.take(enclose(zvh.message("gemeente")), "gemeente");
  CHECK(records(*zvh.store, "match.begin").size() == 1);
  const auto grown = records(*zvh.store, "match.grow");
  REQUIRE(grown.size() == 1);
  CHECK(grown[0]["count"] == 3);

  auto odd = zvh.message("veilig-thuis");
  for (auto& link : odd.links) link.shares[0].y = crypto::Scalar::from_u64(7).bytes;
  zvh.take(enclose(odd), "veilig-thuis");
  zvh.take(enclose(zvh.message("gemeente")), "gemeente");
  const auto named = records(*zvh.store, "content.odd-share");
  REQUIRE_FALSE(named.empty());
  CHECK(named[0]["counterparty"] == "veilig-thuis");
}

TEST_CASE("receive: what is revealed at once is open, its key sealed", "[core]") {
  Receiver zvh;
  const auto message = zvh.message("ggz", 1);
  REQUIRE(zvh.take(enclose(message)).status == "stored");
  const auto kept = look(*zvh.store, [&](store::Transaction& tx) {
    return tx.received_signal(message.from, message.id).value();
  });
  CHECK(kept.opened_at == zvh.region.now());
  const auto& key = *message.content_key;
  CHECK(std::ranges::search(kept.opened_key, key).empty());
}

TEST_CASE("receive: nothing is kept longer than both sides allow", "[core]") {
  auto policy = Json::parse(policy_of("zvh"));
  policy["accept"][0]["keepAtMost"] = "P30D";
  Receiver zvh(policy.dump());
  const auto message = zvh.message();
  zvh.take(enclose(message));
  const auto kept = look(*zvh.store, [&](store::Transaction& tx) {
    return tx.received_signal(message.from, message.id).value();
  });
  CHECK(kept.keep_until == zvh.region.now() + std::chrono::days(30));
  CHECK(kept.expires_at == message.expires_at);
}
