// Writes the seeds of every target with the program's own encoders: fuzz_seeds FOLDER. Keys, nonces
// and signatures are new each time.
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>

#include "crypto/evaluation.hpp"
#include "gateway/keys/domain_keys.hpp"
#include "gateway/net/certificates.hpp"
#include "gateway/net/openssl.hpp"
#include "gateway/peer/wire.hpp"
#include "tests/fuzz/evaluation_asked.hpp"
#include "tests/gateway/keys/key_making.hpp"
#include "tests/policy/policy_fixture.hpp"

using namespace sluis;
using config::Json;

namespace {

std::filesystem::path root;

void put(const std::string& target, const std::string& name, std::string_view content) {
  std::filesystem::create_directories(root / target);
  std::ofstream(root / target / name, std::ios::binary) << content;
}

/// What a change makes of a good document: most of what a decoder refuses is nearly right.
std::string changed(std::string_view good, const std::function<void(Json&)>& change) {
  auto json = config::parse_json(good).value();
  change(json);
  return json.dump();
}

config::PartnerId partner(const char* id) {
  return config::PartnerId::parse(id).value();
}

template <std::size_t N>
crypto::Array<N> bytes(std::uint8_t value) {
  crypto::Array<N> filled;
  filled.fill(value);
  return filled;
}

config::Timestamp noon() {
  return config::parse_time("2026-11-21T12:00:00Z").value();
}

gateway::SignalMessage message(std::uint8_t reveal) {
  gateway::store::Link link{"bsn",
                            config::EpochId::parse("2026b").value(),
                            bytes<32>(1),
                            {{2, bytes<32>(2), bytes<32>(3)}, {3, bytes<32>(4), bytes<32>(5)}},
                            {}};
  if (reveal != 1) link.wrapped = gateway::store::Wrapped{reveal, bytes<24>(6), bytes<48>(7)};
  gateway::SignalMessage made{
      .envelope = config::EnvelopeId::random(),
      .from = partner("ggz"),
      .to = partner("zvh"),
      .created_at = noon(),
      .id = config::SignalId::random(),
      .domain = config::DomainId::parse("zvh").value(),
      .theme = "geweld",
      .purpose = "toezicht",
      .legal_basis = "wmo",
      .expires_at = noon() + std::chrono::days(180),
      .traceparent = "00-" + std::string(32, 'a') + "-" + std::string(16, 'b') + "-01",
      .reveal = reveal,
      .links = {link},
      .commitment = bytes<32>(8),
      .content_nonce = bytes<24>(9),
      .content_box = {1, 2, 3},
      .content_key = {}};
  if (reveal == 1) made.content_key = bytes<32>(10);
  return made;
}

void signals_and_envelopes() {
  std::vector<gateway::Envelope> envelopes;
  for (const auto reveal : std::initializer_list<std::uint8_t>{1, 2, 3}) {
    const auto made = message(reveal);
    put("signal", "good-reveal-" + std::to_string(reveal), made.to_json().dump());
    envelopes.push_back(gateway::seal_envelope(made, test::box_key("zvh seal").public_key(),
                                               test::signing_key("ggz sign"))
                            .value());
  }
  const auto good = message(2).to_json().dump();
  put("signal", "bad-kind", changed(good, [](Json& j) { j["kind"] = "withdrawal"; }));
  put("signal", "bad-reveal", changed(good, [](Json& j) { j["signal"]["reveal"] = 1; }));

  const auto one = gateway::peer::envelopes_body({envelopes.front()});
  put("envelope", "good-one", one);
  put("envelope", "good-three", gateway::peer::envelopes_body(envelopes));
  put("envelope", "bad-none", changed(one, [](Json& j) { j["envelopes"].clear(); }));
  put("envelope", "bad-version", changed(one, [](Json& j) { j["envelopes"][0]["v"] = 2; }));
}

void receipts() {
  std::vector<gateway::Receipt> all;
  for (const auto* status : {"stored", "duplicate", "refused", "deferred"}) {
    gateway::Receipt receipt{config::EnvelopeId::random(),
                             partner("zvh"),
                             partner("ggz"),
                             status,
                             std::nullopt,
                             bytes<32>(1),
                             noon(),
                             {}};
    if (receipt.status == "refused") receipt.reason = "not-accepted";
    receipt.sign(test::signing_key("zvh sign"));
    all.push_back(std::move(receipt));
  }
  const auto good = gateway::peer::receipts_body(all);
  put("receipt", "good-all", good);
  put("receipt", "good-one", gateway::peer::receipts_body({all.front()}));
  put("receipt", "bad-reason", changed(good, [](Json& j) { j["receipts"][2]["reason"] = "Jan"; }));
  put("receipt", "bad-status", changed(good, [](Json& j) { j["receipts"][1]["status"] = "no"; }));
}

void evaluations() {
  const fuzz::Asked asked;
  const gateway::EvaluationRequest request{
      {config::DomainId::parse("zvh").value(), config::EpochId::parse("2026b").value(), "tag"},
      fuzz::Asked::generation,
      {partner("politie"), partner("gemeente")},
      asked.blinded};
  const auto good = gateway::peer::evaluation_request(request);
  put("evaluation_request", "good-two", good);
  put("evaluation_request", "good-identity",
      changed(good, [](Json& j) { j["blinded"][1] = crypto::base64url(bytes<32>(0)); }));
  put("evaluation_request", "bad-use", changed(good, [](Json& j) { j["use"] = "other"; }));
  put("evaluation_request", "bad-holders", changed(good, [](Json& j) { j["holders"].erase(0); }));

  const auto evaluation = crypto::evaluate(asked.key.bytes, asked.public_key, asked.blinded);
  const auto answer = gateway::peer::evaluation_answer(fuzz::Asked::generation, *evaluation);
  put("evaluation_answer", "good-proof", answer);
  put("evaluation_answer", "bad-generation", changed(answer, [](Json& j) { j["generation"] = 4; }));
  put("evaluation_answer", "bad-order",
      changed(answer, [](Json& j) { std::swap(j["evaluated"][0], j["evaluated"][1]); }));
}

void keys() {
  const auto directory = test::directory();
  test::Table table(test::plan_of(directory, "tag"));
  table.run();
  const auto& politie = table.at("politie").ceremony;
  const auto messages = politie.messages();
  const gateway::Dealing dealing{
      {{config::DomainId::parse("zvh").value(), config::EpochId::parse("2026b").value(), "tag"}, 1},
      1,
      messages};
  const auto good = gateway::peer::dealing_body(dealing);
  put("dealing", "good-whole", good);
  put("dealing", "good-answer", gateway::peer::dealing_answer(messages));
  put("dealing", "good-silence", gateway::peer::dealing_answer({}));
  put("dealing", "bad-round", changed(good, [](Json& j) { j["messages"][0]["round"] = 6; }));
  put("dealing", "bad-attempt", changed(good, [](Json& j) { j["attempt"] = 0; }));

  gateway::KeyRecord record{*politie.transcript(), {}, {}};
  put("domain_keys", "good-bare", gateway::records_text({record}));
  for (const auto& each : messages)
    if (each.round == gateway::Round::acknowledge) record.acknowledgements.push_back(each);
  const auto text = gateway::records_text({record});
  put("domain_keys", "good-acknowledged", text);
  put("domain_keys", "good-odd-word", changed(text, [](Json& j) {
        j["keys"][0]["acknowledgements"][0]["body"]["transcript"] = 5;
      }));
  put("domain_keys", "bad-member",
      changed(text, [](Json& j) { j["keys"][0]["transcript"]["holders"][0]["number"] = 0; }));
  put("domain_keys", "bad-version", changed(text, [](Json& j) { j["v"] = 2; }));
}

void documents() {
  const auto directory = test::signed_text(test::directory_document());
  put("directory", "good-region", directory);
  put("directory", "bad-recipient-holds",
      changed(directory, [](Json& j) { j["domains"][0]["recipient"] = "politie"; }));
  put("directory", "bad-threshold",
      changed(directory, [](Json& j) { j["domains"][0]["epochs"][0]["threshold"] = 3; }));

  auto document = test::policy_document();
  document["forbid"] = {{{"id", "no-police"},
                         {"because", "afspraak"},
                         {"when", {{"directions", {"send", "accept"}}, {"themes", {"geweld"}}}}}};
  const auto policy = document.dump(1);
  put("policy", "good-every-rule", policy);
  put("policy", "good-comments", "// van de FG\n" + policy + "/* einde */");
  put("policy", "bad-word", changed(policy, [](Json& j) { j["send"][0]["themes"][0] = "iets"; }));
  put("policy", "bad-lock", changed(policy, [](Json& j) { j["evaluate"][0]["partner"] = "zvh"; }));

  put("json", "good-numbers", "[0,-0,1e-7,1.5,9007199254740991,1e21,5e-324]");
  put("json", "good-texts", R"({"a/b":"\u20ac\ud83d\ude00\n","":{"~":[[]]},"é":null})");
  put("json", "good-policy", document.dump());
  put("json", "bad-comment", "{} // not in a message");
  put("json", "bad-double-key", R"({"a":1,"a":1})");
  put("json", "bad-integer", "[9007199254740993]");
}

using Name = std::unique_ptr<X509_NAME, gateway::net::OpensslFree<X509_NAME_free>>;

std::string der_name(const std::vector<std::pair<int, std::string>>& serial_numbers) {
  const Name name(X509_NAME_new());
  for (const auto& [type, text] : serial_numbers)
    X509_NAME_add_entry_by_NID(name.get(), NID_serialNumber, type,
                               reinterpret_cast<const unsigned char*>(text.data()),
                               static_cast<int>(text.size()), -1, 0);
  unsigned char* der = nullptr;
  const int size = i2d_X509_NAME(name.get(), &der);
  std::string out(der, der + size);
  OPENSSL_free(der);
  return out;
}

std::string der_leaf(const std::string& oin) {
  const auto now = std::chrono::system_clock::now();
  const gateway::net::Validity validity{now, now + std::chrono::days(30)};
  const auto leaf = gateway::net::make_leaf(gateway::net::make_ca("Region CA", validity),
                                            {"ggz", oin, {"IP:127.0.0.1"}, validity});
  const auto& pem = leaf->certificate;
  const gateway::net::BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const gateway::net::X509Ptr parsed(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  unsigned char* der = nullptr;
  const int size = i2d_X509(parsed.get(), &der);
  std::string out(der, der + size);
  OPENSSL_free(der);
  return out;
}

void certificates() {
  const std::string oin = "00000099000000002000";
  put("certificate", "good-leaf", der_leaf(oin));
  put("certificate", "good-name", der_name({{V_ASN1_PRINTABLESTRING, oin}}));
  put("certificate", "good-utf8", der_name({{V_ASN1_UTF8STRING, oin}}));
  put("certificate", "bad-without", der_leaf(""));
  put("certificate", "bad-two",
      der_name({{V_ASN1_PRINTABLESTRING, oin}, {V_ASN1_PRINTABLESTRING, oin}}));
  put("certificate", "bad-two-byte-text", der_name({{V_ASN1_BMPSTRING, oin}}));
  put("certificate", "bad-short", der_name({{V_ASN1_PRINTABLESTRING, oin.substr(1)}}));
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::cerr << "usage: fuzz_seeds FOLDER\n";
    return 2;
  }
  root = arguments[1];
  crypto::init();
  signals_and_envelopes();
  receipts();
  evaluations();
  keys();
  documents();
  certificates();
}
