// /peer/v1/envelopes: what a partner, or somebody who is none, may not do, and what comes of it.
#include <catch2/catch.hpp>

#include "crypto/hash.hpp"
#include "crypto/labels.hpp"
#include "gateway/core/envelope.hpp"
#include "gateway/keys/gateway_keys.hpp"
#include "gateway/peer/wire.hpp"
#include "tests/functional/raw_tls.hpp"
#include "tests/functional/region.hpp"

namespace sluis::test {

namespace {

using config::EnvelopeId;
using config::PartnerId;
using config::SignalId;
using gateway::Envelope;
using gateway::SignalMessage;

constexpr auto path = "/peer/v1/envelopes";

PartnerId partner(std::string_view id) {
  return PartnerId::parse(id).value();
}

template <std::size_t N>
crypto::Array<N> random_bytes() {
  crypto::Array<N> bytes;
  crypto::fill_random(bytes);
  return bytes;
}

Call post(const std::vector<Envelope>& envelopes) {
  return {"POST", path, gateway::peer::envelopes_body(envelopes), "application/json"};
}

/// One region for all of these: what is refused changes nothing.
struct Fixture {
  Fixture() { region.start(); }

  [[nodiscard]] gateway::GatewayKeys keys(std::string_view whose) const {
    return gateway::GatewayKeys::read(region.layout().partner(whose) / "keys" / "gateway.json")
        .value();
  }

  /// A whole signal from ggz to zvh about nobody: tags and shares are drawn by lot.
  [[nodiscard]] SignalMessage message() const {
    const auto document = Json::parse(contents(region.layout().directory()));
    const auto epoch = document["domains"][0]["epochs"][0]["id"].get<std::string>();
    const auto now = config::SystemClock().now();
    gateway::store::Link link{
        "bsn", config::EpochId::parse(epoch).value(), random_bytes<32>(), {}, {}};
    for (const std::uint8_t k : {std::uint8_t{2}, std::uint8_t{3}})
      link.shares.push_back({k, random_bytes<32>(), random_bytes<32>()});
    link.wrapped = {2, random_bytes<24>(), random_bytes<48>()};
    const auto box = random_bytes<32>();
    return {EnvelopeId::random(),
            partner("ggz"),
            partner("zvh"),
            now,
            SignalId::random(),
            config::DomainId::parse("zvh").value(),
            "verward-hoog-risico-gedrag",
            "persoonsgerichte-aanpak",
            "wgbo-conflict-van-plichten",
            now + std::chrono::hours(24),
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            2,
            {link},
            random_bytes<32>(),
            random_bytes<24>(),
            {box.begin(), box.end()},
            {}};
  }

  [[nodiscard]] Envelope sealed(const SignalMessage& message, std::string_view signer = "ggz",
                                std::string_view reader = "zvh") const {
    return gateway::seal_envelope(message, keys(reader).seal.front().public_key(),
                                  keys(signer).sign)
        .value();
  }
  /// Signed as it stands, whatever was changed in it.
  [[nodiscard]] Envelope signed_again(Envelope envelope, std::string_view signer = "ggz") const {
    envelope.signature = keys(signer).sign.sign(
        crypto::envelope_signed(envelope.id.str(), envelope.from.str(), envelope.to.str(),
                                envelope.seal_key, envelope.sealed));
    return envelope;
  }

  /// The receipt, whose signature was checked.
  gateway::Receipt deliver(const Envelope& envelope, std::string_view to = "zvh",
                           std::string_view as = "ggz") {
    const auto answer = region.peer(to, region.identity(as), post({envelope}));
    INFO(answer.body << answer.failure);
    REQUIRE(answer.status == 200);
    const auto receipts = gateway::peer::read_receipts(answer.body).value();
    REQUIRE(receipts.size() == 1);
    CHECK(receipts[0].envelope == envelope.id);
    CHECK(receipts[0].from == partner(to));
    CHECK(receipts[0].to == partner(as));
    CHECK(receipts[0].sha256 == crypto::sha256({envelope.sealed}));
    CHECK(receipts[0].signed_by(keys(to).sign.public_key()));
    return receipts[0];
  }

  void check_refused(const Envelope& envelope, const std::string& status, const std::string& reason,
                     std::string_view to = "zvh", std::string_view as = "ggz") {
    const auto outcome = status == "refused" ? "deny" : "error";
    const auto kept = region.kept(to);
    const auto before = count(region.records(to), "envelope.receive", outcome, reason);
    const auto receipt = deliver(envelope, to, as);
    CHECK(receipt.status == status);
    CHECK(receipt.reason == reason);
    CHECK(count(region.records(to), "envelope.receive", outcome, reason) == before + 1);
    CHECK(region.kept(to) == kept);
  }

  TestRegion region;
};

Fixture& fixture() {
  static Fixture made;
  return made;
}

}  // namespace

TEST_CASE("peer: an envelope is stored once; replayed it is a duplicate, and the log does not grow",
          "[peer]") {
  auto& f = fixture();
  const auto envelope = f.sealed(f.message());
  const auto before = f.region.kept("zvh");
  CHECK(f.deliver(envelope).status == "stored");
  const auto stored = f.region.kept("zvh");
  CHECK(stored.received == before.received + 1);
  CHECK(stored.seen == before.seen + 1);
  const auto size = f.region.log_size("zvh");
  CHECK(f.deliver(envelope).status == "duplicate");
  CHECK(f.region.kept("zvh") == stored);
  CHECK(f.region.log_size("zvh") == size);
}

TEST_CASE("peer: an id that was used is refused with another content", "[peer]") {
  auto& f = fixture();
  const auto first = f.message();
  REQUIRE(f.deliver(f.sealed(first)).status == "stored");
  SECTION("the envelope's") {
    auto other = f.message();
    other.envelope = first.envelope;
    f.check_refused(f.sealed(other), "refused", "id-reused");
  }
  SECTION("the signal's") {
    auto other = f.message();
    other.id = first.id;
    f.check_refused(f.sealed(other), "refused", "id-reused");
  }
}

TEST_CASE("peer: an envelope that is not what it says is refused, for its own reason", "[peer]") {
  auto& f = fixture();
  const auto good = f.sealed(f.message());
  auto changed = good;
  SECTION("a wrong signature") {
    changed.signature[5] ^= 1;
    f.check_refused(changed, "deferred", "bad-signature");
  }
  SECTION("another partner's signature") {
    f.check_refused(f.signed_again(good, "politie"), "deferred", "bad-signature");
  }
  SECTION("another id under the signature") {
    changed.id = EnvelopeId::random();
    f.check_refused(changed, "deferred", "bad-signature");
  }
  SECTION("sealed cut short after signing") {
    changed.sealed.resize(changed.sealed.size() / 2);
    f.check_refused(changed, "deferred", "bad-signature");
  }
  SECTION("sealed cut short before signing") {
    changed.sealed.resize(changed.sealed.size() / 2);
    f.check_refused(f.signed_again(changed), "refused", "not-sealed-to-us");
  }
  SECTION("sealed to another's key") {
    changed = f.sealed(f.message(), "ggz", "politie");
    changed.seal_key = good.seal_key;
    f.check_refused(f.signed_again(changed), "refused", "not-sealed-to-us");
  }
  SECTION("addressed to another") {
    changed.to = partner("politie");
    f.check_refused(f.signed_again(changed), "refused", "wrong-recipient");
  }
  SECTION("brought to another") {
    f.check_refused(good, "refused", "wrong-recipient", "politie");
  }
  SECTION("another's, brought by us") {
    f.check_refused(good, "refused", "wrong-sender", "zvh", "politie");
  }
  SECTION("inside, another id than outside") {
    changed.id = EnvelopeId::random();
    f.check_refused(f.signed_again(changed), "refused", "inner-differs");
  }
  SECTION("a seal key that zvh does not have: not final") {
    changed = f.sealed(f.message(), "ggz", "politie");
    f.check_refused(changed, "deferred", "unknown-seal-key");
  }
  CHECK(f.deliver(good).status == "stored");  // what was wrong was that alone
}

TEST_CASE("peer: a signal that does not fit is refused, for its own reason", "[peer]") {
  auto& f = fixture();
  auto message = f.message();
  SECTION("past its validity") {
    message.expires_at = message.created_at - std::chrono::seconds(1);
    f.check_refused(f.sealed(message), "refused", "expired");
  }
  SECTION("a share too few") {
    message.links[0].shares.pop_back();
    f.check_refused(f.sealed(message), "refused", "links");
  }
  SECTION("the same kind twice") {
    message.links.push_back(message.links[0]);
    f.check_refused(f.sealed(message), "refused", "links");
  }
  SECTION("an epoch that is not in force") {
    message.links[0].epoch = config::EpochId::parse("1999a").value();
    f.check_refused(f.sealed(message), "refused", "links");
  }
  SECTION("a domain that is not zvh's") {
    message.domain = config::DomainId::parse("elders").value();
    f.check_refused(f.sealed(message), "refused", "not-accepted");
  }
  SECTION("a content key that is not the one committed to") {
    message.reveal = 1;
    message.links[0].wrapped.reset();
    message.content_key = random_bytes<32>();
    f.check_refused(f.sealed(message), "refused", "commitment");
  }
  SECTION("a wrapped key for another k") {
    message.links[0].wrapped->k = 3;
    f.check_refused(f.sealed(message), "refused", "malformed");
  }
  SECTION("a trace that is none") {
    message.traceparent.replace(0, 2, "zz");
    f.check_refused(f.sealed(message), "refused", "malformed");
  }
}

TEST_CASE("peer: who cannot prove to be an active partner gets nowhere, and it is recorded",
          "[peer]") {
  auto& f = fixture();
  const auto call = post({f.sealed(f.message())});
  const auto kept = f.region.kept("zvh");
  const auto recorded = [&](const char* rule) {
    return count(f.region.records("zvh"), "peer.connect", "deny", rule);
  };
  const auto wait_recorded = [&](const char* rule, std::size_t before) {
    return poll_until(within(std::chrono::seconds(60)),
                      [&] { return recorded(rule) == before + 1; });
  };
  SECTION("no certificate") {
    const auto before = recorded("certificate-required");
    CHECK(f.region.peer("zvh", std::nullopt, call).status == 0);
    CHECK(wait_recorded("certificate-required", before));
  }
  SECTION("a certificate of another region") {
    const TestRegion other;
    const auto before = recorded("certificate-unknown-authority");
    CHECK(f.region.peer("zvh", other.identity("ggz"), call).status == 0);
    CHECK(wait_recorded("certificate-unknown-authority", before));
  }
  SECTION("a suspended partner; when it is active again it is let in") {
    const auto set = [&](const char* status) {
      f.region.change_directory([&](Json& directory) {
        for (auto& entry : directory["partners"])
          if (entry["id"] == "ggz") entry["status"] = status;
      });
    };
    set("suspended");
    const auto before = recorded("forbidden");
    const auto answer = f.region.peer("zvh", f.region.identity("ggz"), call);
    CHECK(answer.status == 403);
    CHECK(answer.code() == "forbidden");
    CHECK(recorded("forbidden") == before + 1);
    CHECK(f.region.kept("zvh") == kept);
    set("active");
    CHECK(f.region.peer("zvh", f.region.identity("ggz"), call).status == 200);
    return;
  }
  CHECK(f.region.kept("zvh") == kept);
}

TEST_CASE("peer: a policy that takes less is in force at once; what was stored stays a duplicate",
          "[peer]") {
  auto& f = fixture();
  const auto file = f.region.layout().partner("zvh") / "policy.json";
  const auto before = contents(file);
  const auto stored = f.sealed(f.message());
  REQUIRE(f.deliver(stored).status == "stored");
  auto text = before;
  const std::string all = "\"themes\": [\"*\"], \"keepAtMost\"";
  text.replace(text.find(all), all.size(),
               "\"themes\": [\"geweld-in-afhankelijkheidsrelaties\"], \"keepAtMost\"");
  f.region.replace_policy("zvh", text);
  f.check_refused(f.sealed(f.message()), "refused", "not-accepted");
  CHECK(f.deliver(stored).status == "duplicate");
  f.region.replace_policy("zvh", before);
  CHECK(f.deliver(f.sealed(f.message())).status == "stored");
}

TEST_CASE("peer: a body that is no list of envelopes is refused whole", "[peer]") {
  auto& f = fixture();
  const auto one = f.sealed(f.message());
  auto other_version = one.to_json();
  other_version["v"] = 2;
  auto extra = one.to_json();
  extra["x"] = 1;
  auto short_signature = one.to_json();
  short_signature["signature"] = "AAAA";
  const auto list = [](const Json& items) { return Json{{"envelopes", items}}.dump(); };
  struct Case {
    std::string name, body;
    int status;
    std::string code;
  };
  const auto c = GENERATE_COPY(values<Case>({
      {"nothing", "{}", 400, "invalid"},
      {"no envelope", list(Json::array()), 400, "invalid"},
      {"another version", list({one.to_json(), other_version}), 400, "invalid"},
      {"a field too many", list({extra}), 400, "invalid"},
      {"a signature that is too short", list({short_signature}), 400, "invalid"},
      {"cut short", list({one.to_json()}).substr(0, 200), 400, "invalid"},
      {"257 envelopes", list(Json(257, one.to_json())), 413, "too-large"},
  }));
  DYNAMIC_SECTION(c.name) {
    const auto kept = f.region.kept("zvh");
    const auto before = count(f.region.records("zvh"), "envelope.receive", "deny", c.code);
    const auto answer =
        f.region.peer("zvh", f.region.identity("ggz"), {"POST", path, c.body, "application/json"});
    INFO(answer.body << answer.failure);
    CHECK(answer.status == c.status);
    CHECK(answer.code() == c.code);
    CHECK(count(f.region.records("zvh"), "envelope.receive", "deny", c.code) == before + 1);
    CHECK(f.region.kept("zvh") == kept);
  }
}

TEST_CASE("peer: a request that is cut off in its body is nothing", "[peer]") {
  auto& f = fixture();
  const auto body = gateway::peer::envelopes_body({f.sealed(f.message())});
  const auto head = "POST " + std::string(path) +
                    " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n" +
                    "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  const auto kept = f.region.kept("zvh");
  const auto port = f.region.ports("zvh").peer;
  const auto answer =
      send_and_drop(port, f.region.identity("ggz"), head + body.substr(0, body.size() - 1));
  REQUIRE(answer);
  CHECK(*answer == "");
  CHECK(f.region.kept("zvh") == kept);
  const auto whole = send_and_drop(port, f.region.identity("ggz"), head + body);
  REQUIRE(whole);
  CHECK(whole->find("\"stored\"") != std::string::npos);
}

TEST_CASE("peer: after all of this every log is whole", "[peer]") {
  auto& f = fixture();
  f.region.stop();
  // Those of partners too that have done nothing yet.
  for (const auto& each : gateway::cli::demo_partners) CHECK(f.region.log_fault(each.id) == "");
}

}  // namespace sluis::test
