#include "gateway/core/envelope.hpp"

#include <catch2/catch.hpp>
#include <fstream>

#include "crypto/encoding.hpp"
#include "crypto/labels.hpp"
#include "signal_maker.hpp"
#include "tests/config/region_fixture.hpp"

using namespace sluis;
using namespace sluis::gateway;
using namespace sluis::gateway::test;
using config::Code;
using config::Json;

namespace {

const Json& vectors() {
  static const Json document = [] {
    std::ifstream file(SLUIS_TEST_DATA "/vectors/protocol.json");
    return Json::parse(file);
  }();
  return document;
}

crypto::SigningKey key_of(const Json& vector) {
  return crypto::SigningKey::from_seed(crypto::from_hex(vector["seed"].get<std::string>()).value())
      .value();
}

template <std::size_t N>
crypto::Array<N> unhex(const Json& text) {
  return crypto::array_from_hex<N>(text.get<std::string>()).value();
}

config::Timestamp noon() {
  return config::parse_time("2026-11-21T12:00:00Z").value();
}

SignalMessage message(unsigned reveal = 2) {
  SignalPlan plan{.from = "ggz", .keys = {{"bsn", "1"}, {"name-dob", "B|J|1980-01-01"}}};
  plan.reveal = reveal;
  return make_message(plan, noon());
}

Receipt receipt() {
  Receipt made{config::EnvelopeId::parse("5bcbd0f8-c9c6-4359-96d5-9b93583213f0").value(),
               partner("zvh"),
               partner("ggz"),
               "stored",
               std::nullopt,
               {},
               noon(),
               {}};
  return made;
}

/// One change to a JSON document and what it must lead to.
struct Fault {
  std::string name, at;  // a pointer to what is changed
  Json value;            // discarded: taken away
  std::string said_at;   // the error's pointer
  Code code = Code::invalid;
};

/// As it comes over the wire.
Json parsed(const Json& json) {
  return config::parse_json(json.dump()).value();
}

Json changed(Json json, const Fault& fault) {
  const Json::json_pointer at(fault.at);
  if (fault.value.is_discarded()) {
    json[at.parent_pointer()].erase(at.back());
  } else {
    json[at] = fault.value;
  }
  return parsed(json);
}

const Json gone(Json::value_t::discarded);
const std::string base32(42, 'A'), base33(44, 'A');

}  // namespace

TEST_CASE("envelope: the known answer verifies, and reads back as it was written", "[core]") {
  const auto& vector = vectors()["envelope"];
  const Envelope envelope{config::EnvelopeId::parse(vector["id"].get<std::string>()).value(),
                          partner("ggz"),
                          partner("zvh"),
                          unhex<32>(vector["sealKey"]),
                          crypto::from_hex(vector["sealed"].get<std::string>()).value(),
                          unhex<64>(vector["signature"])};
  const auto sign_key = unhex<32>(vector["signKey"]);
  CHECK(key_of(vector).public_key() == sign_key);
  CHECK(crypto::hex(crypto::envelope_signed(envelope.id.str(), "ggz", "zvh", envelope.seal_key,
                                            envelope.sealed)) == vector["signed"]);
  CHECK(envelope.signed_by(sign_key));
  CHECK_FALSE(envelope.signed_by(sluis::test::signing_key("another").public_key()));

  const auto read = Envelope::from_json(parsed(envelope.to_json()));
  REQUIRE(read.ok());
  CHECK(read->to_json() == envelope.to_json());
  CHECK(read->signed_by(sign_key));
}

TEST_CASE("envelope: every field is under the signature", "[core]") {
  const auto good = enclose(message());
  const auto sign_key = sluis::test::signing_key("ggz sign").public_key();
  REQUIRE(good.signed_by(sign_key));
  struct Case {
    std::string name;
    std::function<void(Envelope&)> change;
  };
  const auto c = GENERATE(values<Case>({
      {"id", [](Envelope& e) { e.id = config::EnvelopeId::random(); }},
      {"from", [](Envelope& e) { e.from = partner("politie"); }},
      {"to", [](Envelope& e) { e.to = partner("gemeente"); }},
      {"sealKey", [](Envelope& e) { e.seal_key[0] ^= 1; }},
      {"sealed", [](Envelope& e) { e.sealed.back() ^= 1; }},
      {"sealed, longer", [](Envelope& e) { e.sealed.push_back(0); }},
      {"signature", [](Envelope& e) { e.signature[63] ^= 0x20; }},
  }));
  DYNAMIC_SECTION(c.name) {
    auto envelope = good;
    c.change(envelope);
    CHECK_FALSE(envelope.signed_by(sign_key));
  }
}

TEST_CASE("envelope: what is sealed opens to the message", "[core]") {
  const auto reveal = GENERATE(1U, 2U, 3U);
  const auto sent = message(reveal);
  const auto envelope = enclose(sent);
  const auto inner = seal_key("zvh").open(envelope.sealed);
  REQUIRE(inner);
  const auto read = SignalMessage::from_json(config::parse_json(crypto::as_text(*inner)).value());
  REQUIRE(read.ok());
  CHECK(read->to_json() == sent.to_json());
  CHECK(read->envelope == envelope.id);
  CHECK(read->content_key.has_value() == (reveal == 1));
  CHECK(read->links[1].shares[1].y == sent.links[1].shares[1].y);
  CHECK(read->created_at == sent.created_at);
}

TEST_CASE("envelope: a seal key that is none seals nothing", "[core]") {
  CHECK_FALSE(seal_envelope(message(), {}, sluis::test::signing_key("ggz sign")));
}

TEST_CASE("envelope: another form is refused with its place", "[core]") {
  const auto c = GENERATE(values<Fault>({
      {"an unknown key", "/extra", 1, "/extra"},
      {"no id", "/id", gone, "/id"},
      {"an id in upper case", "/id", "5BCBD0F8-C9C6-4359-96D5-9B93583213F0", "/id"},
      {"another version", "/v", 2, "/v"},
      {"no version", "/v", gone, "/v"},
      {"a sender that is no slug", "/from", "GGZ", "/from"},
      {"a number for a partner", "/to", 5, "/to"},
      {"a seal key of 31 bytes", "/sealKey", base32, "/sealKey"},
      {"a signature of 32 bytes", "/signature", std::string(43, 'A'), "/signature"},
      {"padding", "/sealed", "AA==", "/sealed"},
      {"null", "/signature", nullptr, "/signature"},
      {"too long", "/sealed", std::string((512 * 1024 / 3 + 1) * 4, 'A'), "/sealed",
       Code::too_large},
  }));
  DYNAMIC_SECTION(c.name) {
    const auto read = Envelope::from_json(changed(enclose(message()).to_json(), c));
    REQUIRE_FALSE(read.ok());
    CHECK(read.failure().code == c.code);
    CHECK(read.failure().pointer == c.said_at);
  }
  CHECK(Envelope::from_json(Json::array()).failure().code == Code::invalid);
}

TEST_CASE("signal message: another form is refused with its place", "[core]") {
  const auto c = GENERATE(values<Fault>({
      {"an unknown key outside", "/more", true, "/more"},
      {"an unknown key inside", "/signal/more", true, "/signal/more"},
      {"an unknown key in a link", "/signal/links/0/more", 1, "/signal/links/0/more"},
      {"no domain", "/signal/domain", gone, "/signal/domain"},
      {"no kind", "/kind", gone, "/kind"},
      {"a kind that is no text", "/kind", 1, "/kind"},
      {"a message of another kind", "/kind", "withdrawal", "/kind", Code::unavailable},
      {"an empty theme", "/signal/theme", "", "/signal/theme"},
      {"a time with an offset", "/createdAt", "2026-11-21T12:00:00+01:00", "/createdAt"},
      {"no term", "/signal/expiresAt", gone, "/signal/expiresAt"},
      {"a traceparent cut short", "/signal/traceparent", "00-", "/signal/traceparent"},
      {"reveal 0", "/signal/reveal", 0, "/signal/reveal"},
      {"reveal 256", "/signal/reveal", 256, "/signal/reveal"},
      {"no links", "/signal/links", Json::array(), "/signal/links"},
      {"an unknown kind of link", "/signal/links/0/kind", "email", "/signal/links/0/kind"},
      {"a tag of 33 bytes", "/signal/links/1/tag", base33, "/signal/links/1/tag"},
      {"no shares", "/signal/links/0/shares", Json::array(), "/signal/links/0/shares"},
      {"a share for one", "/signal/links/0/shares/0/k", 1, "/signal/links/0/shares/0/k"},
      {"a y of 31 bytes", "/signal/links/0/shares/0/y", base32, "/signal/links/0/shares/0/y"},
      {"a box of 32 bytes", "/signal/links/0/wrapped/box", std::string(43, 'A'),
       "/signal/links/0/wrapped/box"},
      {"no commitment", "/signal/commitment", gone, "/signal/commitment"},
      {"a nonce of 32 bytes", "/signal/content/nonce", std::string(43, 'A'),
       "/signal/content/nonce"},
      {"no content", "/signal/content", gone, "/signal/content"},
      {"a content key beside wrapped ones", "/signal/contentKey", std::string(43, 'A'),
       "/signal/contentKey"},
      {"a link that is not wrapped", "/signal/links/1/wrapped", gone, "/signal/links"},
      {"wrapped for another k than reveal", "/signal/links/1/wrapped/k", 3, "/signal/links"},
      {"revealed at once, without a key", "/signal/reveal", 1, "/signal/contentKey"},
  }));
  DYNAMIC_SECTION(c.name) {
    const auto read = SignalMessage::from_json(changed(message().to_json(), c));
    REQUIRE_FALSE(read.ok());
    CHECK(read.failure().code == c.code);
    CHECK(read.failure().pointer == c.said_at);
  }
  SECTION("revealed at once, yet wrapped") {
    auto json = message(1).to_json();
    json["signal"]["links"][0]["wrapped"] = message().to_json()["signal"]["links"][0]["wrapped"];
    CHECK(SignalMessage::from_json(parsed(json)).failure().pointer == "/signal/links");
  }
  SECTION("an error names no value") {
    auto json = message().to_json();
    json["signal"]["theme"] = Json{{"geheim", "geheim"}};
    CHECK(SignalMessage::from_json(parsed(json)).failure().detail.find("geheim") ==
          std::string::npos);
  }
}

TEST_CASE("receipt: the known answer, signed again from typed values", "[core]") {
  const auto& vector = vectors()["receipt"];
  auto made = receipt();
  made.sha256 = crypto::array_from_base64url<32>(vector["sha256"].get<std::string>()).value();
  made.sign(key_of(vector));
  CHECK(crypto::base64url(made.signature) == vector["signature"]);
  CHECK(made.signed_by(key_of(vector).public_key()));
  auto plain = made.to_json();
  plain.erase("signature");
  CHECK(crypto::hex(crypto::receipt_signed(config::jcs(plain).value())) == vector["signed"]);

  const auto read = Receipt::from_json(parsed(made.to_json()));
  REQUIRE(read.ok());
  CHECK(read->to_json() == made.to_json());
  CHECK(read->signed_by(key_of(vector).public_key()));
}

TEST_CASE("receipt: every field is under the signature", "[core]") {
  const auto key = sluis::test::signing_key("zvh sign");
  auto good = receipt();
  good.sign(key);
  REQUIRE(good.signed_by(key.public_key()));
  struct Case {
    std::string name;
    std::function<void(Receipt&)> change;
  };
  const auto c = GENERATE(values<Case>({
      {"envelope", [](Receipt& r) { r.envelope = config::EnvelopeId::random(); }},
      {"from", [](Receipt& r) { r.from = partner("politie"); }},
      {"to", [](Receipt& r) { r.to = partner("politie"); }},
      {"status", [](Receipt& r) { r.status = "duplicate"; }},
      {"reason", [](Receipt& r) { r.reason = "expired"; }},
      {"sha256", [](Receipt& r) { r.sha256[31] ^= 1; }},
      {"at", [](Receipt& r) { r.at += std::chrono::seconds(1); }},
  }));
  DYNAMIC_SECTION(c.name) {
    auto other = good;
    c.change(other);
    CHECK_FALSE(other.signed_by(key.public_key()));
  }
}

TEST_CASE("receipt: another form is refused with its place", "[core]") {
  const auto c = GENERATE(values<Fault>({
      {"an unknown key", "/note", "x", "/note"},
      {"an unknown status", "/status", "lost", "/status"},
      {"no reason", "/reason", gone, "/reason"},
      {"a reason that is no text", "/reason", 5, "/reason"},
      {"a reason that is no code", "/reason", "Jan Jansen woont hier", "/reason"},
      {"a reason without end", "/reason", std::string(5000, 'a'), "/reason"},
      {"a hash of 31 bytes", "/sha256", base32, "/sha256"},
      {"no signature", "/signature", gone, "/signature"},
      {"a time that is none", "/at", "now", "/at"},
  }));
  DYNAMIC_SECTION(c.name) {
    const auto read = Receipt::from_json(changed(receipt().to_json(), c));
    REQUIRE_FALSE(read.ok());
    CHECK(read.failure().code == c.code);
    CHECK(read.failure().pointer == c.said_at);
  }
  auto refused = receipt();
  refused.status = "refused";
  refused.reason = "not-accepted";
  CHECK(Receipt::from_json(parsed(refused.to_json()))->reason == "not-accepted");
}
