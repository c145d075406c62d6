#include "gateway/peer/wire.hpp"

#include <catch2/catch.hpp>

#include "config/json.hpp"
#include "crypto/encoding.hpp"

using namespace sluis;
using namespace sluis::gateway;
using namespace sluis::gateway::peer;
using config::Code;
using config::Json;

namespace {

crypto::Array<32> bytes(std::uint8_t value) {
  crypto::Array<32> filled;
  filled.fill(value);
  return filled;
}

config::PartnerId partner(std::string_view id) {
  return config::PartnerId::parse(id).value();
}

EvaluationRequest request(std::size_t elements = 2) {
  EvaluationRequest made{
      {config::DomainId::parse("zvh").value(), config::EpochId::parse("2026b").value(), "tag"},
      3,
      {partner("politie"), partner("gemeente")},
      {}};
  for (std::size_t i = 0; i < elements; ++i)
    made.blinded.push_back(bytes(static_cast<std::uint8_t>(i)));
  return made;
}

crypto::Evaluation evaluation(std::size_t elements = 2) {
  crypto::Evaluation made;
  for (std::size_t i = 0; i < elements; ++i)
    made.elements.push_back(bytes(static_cast<std::uint8_t>(i + 7)));
  made.proof.fill(9);
  return made;
}

Envelope envelope() {
  return {config::EnvelopeId::random(), partner("ggz"), partner("zvh"), bytes(1), {1, 2, 3}, {}};
}

Receipt receipt() {
  return {config::EnvelopeId::random(),
          partner("zvh"),
          partner("ggz"),
          "stored",
          std::nullopt,
          bytes(2),
          config::parse_time("2026-11-21T12:00:00Z").value(),
          {}};
}

struct Fault {
  std::string name, at;
  Json value;  // discarded: taken away
  std::string said_at;
  Code code = Code::invalid;
};

std::string changed(const std::string& body, const Fault& fault) {
  auto json = Json::parse(body);
  const Json::json_pointer at(fault.at);
  if (fault.value.is_discarded()) {
    json[at.parent_pointer()].erase(at.back());
  } else {
    json[at] = fault.value;
  }
  return json.dump();
}

const Json gone(Json::value_t::discarded);
const std::string element(43, 'A');

Json elements(std::size_t count) {
  Json list = Json::array();
  for (std::size_t i = 0; i < count; ++i) list.push_back(element);
  return list;
}

}  // namespace

TEST_CASE("wire: an evaluation request comes back as it went", "[peer]") {
  const auto sent = request();
  const auto body = evaluation_request(sent);
  CHECK(Json::parse(body) ==
        Json{{"domain", "zvh"},
             {"epoch", "2026b"},
             {"generation", 3},
             {"use", "tag"},
             {"holders", {"politie", "gemeente"}},
             {"blinded", {crypto::base64url(bytes(0)), crypto::base64url(bytes(1))}}});
  const auto read = read_evaluation_request(body);
  REQUIRE(read.ok());
  CHECK(read->key == sent.key);
  CHECK(read->generation == 3);
  CHECK(read->holders == sent.holders);
  CHECK(read->blinded == sent.blinded);
}

TEST_CASE("wire: the largest of all fits its bound", "[peer]") {
  const auto body = evaluation_request(request(max_elements));
  CHECK(body.size() < evaluation_body_bytes);
  CHECK(read_evaluation_request(body).ok());
  CHECK(evaluation_answer(3, evaluation(max_elements)).size() < evaluation_body_bytes);
}

TEST_CASE("wire: another form of an evaluation request is refused with its place", "[peer]") {
  const auto c = GENERATE(values<Fault>({
      {"an unknown key", "/more", 1, "/more"},
      {"no domain", "/domain", gone, "/domain"},
      {"an epoch that is no slug", "/epoch", "2026 B", "/epoch"},
      {"a negative generation", "/generation", -1, "/generation"},
      {"a generation that is no integer", "/generation", 1.5, "/generation"},
      {"an unknown use", "/use", "link", "/use"},
      {"one holder", "/holders", {"politie"}, "/holders"},
      {"a holder that is no slug", "/holders/1", "Gemeente", "/holders/1"},
      {"no elements", "/blinded", Json::array(), "/blinded"},
      {"1,025 elements", "/blinded", elements(1025), "/blinded", Code::too_large},
      {"an element of 31 bytes", "/blinded/1", std::string(42, 'A'), "/blinded/1"},
      {"an element with padding", "/blinded/0", element + "=", "/blinded/0"},
      {"an element that is null", "/blinded/0", nullptr, "/blinded/0"},
  }));
  DYNAMIC_SECTION(c.name) {
    const auto read = read_evaluation_request(changed(evaluation_request(request()), c));
    REQUIRE_FALSE(read.ok());
    CHECK(read.failure().code == c.code);
    CHECK(read.failure().pointer == c.said_at);
  }
  for (const auto* body : {"", "[]", "{", "null"})
    CHECK(read_evaluation_request(body).failure().code == Code::invalid);
}

TEST_CASE("wire: an answer comes back as it went", "[peer]") {
  const auto sent = evaluation();
  const auto read = read_evaluation_answer(evaluation_answer(3, sent), 3, 2);
  REQUIRE(read.ok());
  CHECK(read->elements == sent.elements);
  CHECK(read->proof == sent.proof);
}

TEST_CASE("wire: an answer to another question is refused", "[peer]") {
  const auto c = GENERATE(values<Fault>({
      {"of another generation", "/generation", 4, "/generation"},
      {"one element too few", "/evaluated", elements(1), "/evaluated"},
      {"one element too many", "/evaluated", elements(3), "/evaluated"},
      {"a proof of 32 bytes", "/proof", element, "/proof"},
      {"no proof", "/proof", gone, "/proof"},
      {"an unknown key", "/more", 1, "/more"},
  }));
  DYNAMIC_SECTION(c.name) {
    const auto read = read_evaluation_answer(changed(evaluation_answer(3, evaluation()), c), 3, 2);
    REQUIRE_FALSE(read.ok());
    CHECK(read.failure().pointer == c.said_at);
  }
}

TEST_CASE("wire: envelopes and receipts come back as they went", "[peer]") {
  const std::vector<Envelope> envelopes{envelope(), envelope()};
  const auto read = read_envelopes(envelopes_body(envelopes));
  REQUIRE(read.ok());
  REQUIRE(read->size() == 2);
  for (std::size_t i = 0; i < 2; ++i) CHECK((*read)[i].to_json() == envelopes[i].to_json());

  const std::vector<Receipt> receipts{receipt(), receipt(), receipt()};
  const auto answer = read_receipts(receipts_body(receipts));
  REQUIRE(answer.ok());
  REQUIRE(answer->size() == 3);
  for (std::size_t i = 0; i < 3; ++i) CHECK((*answer)[i].to_json() == receipts[i].to_json());
}

TEST_CASE("wire: another form of a list is refused with its place", "[peer]") {
  const auto good = envelopes_body({envelope(), envelope()});
  const auto c = GENERATE(values<Fault>({
      {"a key beside it", "/more", 1, ""},
      {"another name", "/envelopes", gone, ""},
      {"no list", "/envelopes", 5, ""},
      {"an empty list", "/envelopes", Json::array(), "/envelopes"},
      {"257 of them", "/envelopes", elements(257), "/envelopes", Code::too_large},
      {"one that is no envelope", "/envelopes/1", 5, "/envelopes/1"},
      {"one with an unknown key", "/envelopes/1/more", 5, "/envelopes/1/more"},
      {"one that is too long", "/envelopes/0/sealed", std::string(4 * 175'000, 'A'),
       "/envelopes/0/sealed", Code::too_large},
  }));
  DYNAMIC_SECTION(c.name) {
    const auto read = read_envelopes(changed(good, c));
    REQUIRE_FALSE(read.ok());
    CHECK(read.failure().code == c.code);
    CHECK(read.failure().pointer == c.said_at);
  }
  CHECK_FALSE(read_receipts(good).ok());
  CHECK_FALSE(read_envelopes(receipts_body({receipt()})).ok());
}
