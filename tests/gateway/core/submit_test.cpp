#include "gateway/core/submit.hpp"

#include <algorithm>
#include <boost/asio/detached.hpp>
#include <catch2/catch.hpp>

#include "core_fixture.hpp"
#include "crypto/content.hpp"
#include "crypto/encoding.hpp"
#include "gateway/core/envelope.hpp"
#include "signal_maker.hpp"
#include "tests/config/region_fixture.hpp"

using namespace sluis;
using namespace sluis::gateway;
using namespace sluis::gateway::test;
using config::Code;
using config::Json;
using store::test::look;
using Kind = SubmitOutcome::Kind;

namespace {

const std::string bsn = "123456782";

Submission submission(const config::SignalId& id, std::uint8_t body = 1) {
  Person person;
  person.bsn.emplace(bsn);
  person.given_names.emplace("Jan");
  person.family_name.emplace("Jansen");
  person.birth_date.emplace("1980-01-01");
  return {id,
          std::move(person),
          "geweld",
          "hoog",
          "persoonsgerichte-aanpak",
          config::parse_time("2026-11-21T11:00:00Z").value(),
          Json{{"name", "Dienst"}},
          Json{{"note", "geheim"}},
          store::test::bytes32(body)};
}

struct Sender : Gateway {
  explicit Sender(const std::string& policy = policy_of("ggz"),
                  const Json& document = region_document())
      : Gateway("ggz", policy, document) {}
  Task<void> put(std::vector<Submission> submissions,
                 std::optional<std::vector<SubmitOutcome>>& into) {
    Caller caller{"0a0a0a0a", "epd", "sender"};
    auto trace = Trace::fresh();
    auto outcomes =
        co_await submit.submit(std::move(submissions), std::move(caller), std::move(trace));
    into.emplace(std::move(outcomes));
  }
  std::vector<SubmitOutcome> send(std::vector<Submission> submissions) {
    std::optional<std::vector<SubmitOutcome>> outcomes;
    run(put(std::move(submissions), outcomes));
    return std::move(*outcomes);
  }
  SubmitOutcome send(Submission one) {
    std::vector<Submission> submissions;
    submissions.push_back(std::move(one));
    return std::move(send(std::move(submissions)).front());
  }
  std::vector<store::OutboxRow> outbox() {
    return look(*store,
                [&](store::Transaction& tx) { return tx.due(partner("zvh"), region.now(), 100); });
  }
  bool knows(const config::SignalId& id) {
    return look(*store, [&](store::Transaction& tx) { return tx.sent_signal(id).has_value(); });
  }
  FakePeers peers;
  Evaluator evaluator{io.get_executor(), region, peers, curve, patient};
  std::vector<std::string> woken;
  Submit submit{region,    *store,
                evaluator, curve,
                recorder,  [this](const config::PartnerId& to) { woken.push_back(to.str()); }};
};

SignalMessage message_in(const store::OutboxRow& row) {
  const auto inner = seal_key("zvh").open(row.sealed);
  return SignalMessage::from_json(config::parse_json(crypto::as_text(*inner)).value()).value();
}

}  // namespace

TEST_CASE("submit: an accepted signal, its envelope and its record are there together", "[core]") {
  Sender ggz;
  const auto id = config::SignalId::random();
  const auto outcome = ggz.send(submission(id));
  REQUIRE(outcome.kind == Kind::accepted);
  CHECK(outcome.answer["id"] == id.str());
  CHECK(outcome.answer["acceptedAt"] == "2026-11-21T12:00:00Z");
  const auto& part = outcome.answer["partners"][0];
  CHECK(part["partner"] == "zvh");
  CHECK(part["shared"] == true);
  CHECK(part["rule"] == "ggz-zvh");
  CHECK(part["identifiers"] == Json{"bsn", "name-dob"});
  CHECK(part["revealAfterPartners"] == 2);
  CHECK(part["keepUntil"] == "2027-05-20T12:00:00Z");
  CHECK(outcome.answer.dump().find(bsn) == std::string::npos);
  CHECK(ggz.woken == std::vector<std::string>{"zvh"});

  const auto rows = ggz.outbox();
  REQUIRE(rows.size() == 1);
  const auto message = message_in(rows[0]);
  CHECK(message.id == id);
  CHECK(message.envelope == rows[0].id);
  CHECK(message.expires_at == rows[0].expires_at);
  CHECK(message.reveal == 2);
  CHECK(message.legal_basis == "wmo");
  CHECK(message.traceparent.substr(3, 32) == rows[0].trace_id);
  REQUIRE(message.links.size() == 2);
  // Pseudonyms and shares are those of the protocol under the whole key.
  SignalPlan plan{.from = "ggz", .keys = {{"bsn", bsn}, {"name-dob", "JANSEN|J|1980-01-01"}}};
  const auto wanted = make_message(plan, ggz.region.now(), true_output);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(message.links[i].kind == wanted.links[i].kind);
    CHECK(message.links[i].tag == wanted.links[i].tag);
    for (std::size_t s = 0; s < 2; ++s) {
      CHECK(message.links[i].shares[s].y == wanted.links[i].shares[s].y);
      CHECK(message.links[i].shares[s].check == wanted.links[i].shares[s].check);
    }
  }
  const auto log = records(*ggz.store);
  REQUIRE(log.size() == 1);
  CHECK(log[0]["outcome"] == "permit");
  CHECK(log[0]["counterparty"] == "zvh");
  CHECK(log[0]["rule"] == "ggz-zvh");
  CHECK(log[0]["legalBasis"] == "wmo");
  CHECK(log[0]["object"] == Json{{"kind", "signal"}, {"id", id.str()}});
  CHECK(log[0]["actor"]["id"] == "epd");
  CHECK(log[0].contains("subject"));
}

TEST_CASE("submit: the content holds what the rule shares, and no more", "[core]") {
  auto policy = Json::parse(policy_of("ggz"));
  policy["send"][0]["revealAfterPartners"] = 1;
  Sender ggz(policy.dump());
  REQUIRE(ggz.send(submission(config::SignalId::random())).kind == Kind::accepted);
  const auto message = message_in(ggz.outbox().front());
  REQUIRE(message.content_key);
  const auto key = crypto::ContentKey::copy_of(*message.content_key).value();
  const auto text = crypto::open_content(key, {message.content_nonce, message.content_box},
                                         {"ggz", "zvh", message.id.str()});
  REQUIRE(text);
  auto content = Json::parse(*text);
  CHECK(content["policy"] == ggz.region.standing()->policy_hash);
  content.erase("policy");
  CHECK(content ==
        Json{{"rule", "ggz-zvh"}, {"severity", "hoog"}, {"contact", {{"name", "Dienst"}}}});
  CHECK(crypto::commitment(message.id.str(), key) == message.commitment);
}

TEST_CASE("submit: the same again is the same answer, another body a conflict", "[core]") {
  Sender ggz;
  const auto id = config::SignalId::random();
  const auto first = ggz.send(submission(id));
  ggz.peers.asked.clear();
  ggz.clock.advance(std::chrono::hours(1));
  const auto again = ggz.send(submission(id));
  CHECK(again.kind == Kind::repeated);
  CHECK(again.answer == first.answer);
  const auto other = ggz.send(submission(id, 2));
  REQUIRE(other.kind == Kind::refused);
  CHECK(other.failure->code == Code::conflict);
  CHECK(other.failure->pointer == "/id");
  CHECK(ggz.peers.asked.empty());
  CHECK(ggz.outbox().size() == 1);
  const auto log = records(*ggz.store);
  REQUIRE(log.size() == 2);  // a repeat leaves none
  CHECK(log[1]["outcome"] == "deny");
  CHECK(log[1]["rule"] == "conflict");
}

TEST_CASE("submit: two requests with one id at the same time make one signal", "[core]") {
  Sender ggz;
  const auto id = config::SignalId::random();
  const auto second_body = GENERATE(as<std::uint8_t>(), 1, 2);
  std::optional<std::vector<SubmitOutcome>> one, two;
  std::vector<Submission> first, second;
  first.push_back(submission(id));
  second.push_back(submission(id, second_body));
  asio::co_spawn(ggz.io, ggz.put(std::move(first), one), asio::detached);
  asio::co_spawn(ggz.io, ggz.put(std::move(second), two), asio::detached);
  ggz.run_until([&] { return one && two; });
  CHECK(one->front().kind == Kind::accepted);
  CHECK(two->front().kind == (second_body == 1 ? Kind::repeated : Kind::refused));
  if (second_body == 1) CHECK(two->front().answer == one->front().answer);
  CHECK(ggz.outbox().size() == 1);
  CHECK(ggz.woken.size() == 1);
  SECTION("and in one request too") {
    std::vector<Submission> twice;
    const auto other = config::SignalId::random();
    for (int i = 0; i < 2; ++i) twice.push_back(submission(other));
    const auto outcomes = ggz.send(std::move(twice));
    CHECK(outcomes[0].kind == Kind::accepted);
    CHECK(outcomes[1].kind == Kind::repeated);
    CHECK(ggz.outbox().size() == 2);
  }
}

TEST_CASE("submit: with too few holders nothing is kept but the refusal", "[core]") {
  struct Case {
    std::string name;
    Code holders, expected;
  };
  const auto c = GENERATE(values<Case>({
      {"out of reach", Code::unavailable, Code::holders_unreachable},
      {"over budget", Code::over_budget, Code::over_budget},
  }));
  DYNAMIC_SECTION(c.name) {
    Sender ggz;
    ggz.peers.failing = {{"politie", c.holders}, {"gemeente", c.holders}};
    const auto id = config::SignalId::random();
    const auto outcome = ggz.send(submission(id));
    REQUIRE(outcome.kind == Kind::refused);
    CHECK(outcome.failure->code == c.expected);
    CHECK_FALSE(ggz.knows(id));
    CHECK(ggz.outbox().empty());
    CHECK(ggz.woken.empty());
    const auto log = records(*ggz.store);
    REQUIRE(log.size() == 1);
    CHECK(log[0]["rule"] == config::code_name(c.expected));
    ggz.peers.failing.clear();
    CHECK(ggz.send(submission(id)).kind == Kind::accepted);
  }
}

TEST_CASE("submit: what may not be shared is accepted, and goes nowhere", "[core]") {
  struct Case {
    std::string name;
    std::function<void(Submission&)> change;
    std::string reason;
  };
  const auto c = GENERATE(values<Case>({
      {"another theme", [](Submission& s) { s.theme = "verward-hoog-risico-gedrag"; },
       "wrong-theme"},
      {"not severe enough", [](Submission& s) { s.severity = "laag"; }, "severity-too-low"},
      {"another purpose", [](Submission& s) { s.purpose = "toezicht"; }, "wrong-purpose"},
      {"nobody to link with", [](Submission& s) { s.person = Person{}; }, "no-identifier"},
  }));
  DYNAMIC_SECTION(c.name) {
    Sender ggz;
    auto one = submission(config::SignalId::random());
    c.change(one);
    const auto outcome = ggz.send(std::move(one));
    REQUIRE(outcome.kind == Kind::accepted);
    const auto& part = outcome.answer["partners"][0];
    CHECK(part["shared"] == false);
    CHECK(part["reason"] == c.reason);
    for (const auto* language : {"nl", "en"})
      CHECK_FALSE(part["text"][language].get<std::string>().empty());
    CHECK(ggz.peers.asked.empty());
    CHECK(ggz.outbox().empty());
    CHECK(records(*ggz.store)[0]["rule"] == c.reason);
    CHECK(records(*ggz.store)[0]["outcome"] == "deny");
  }
  SECTION("to a suspended recipient") {
    Sender ggz(policy_of("ggz"), with_partner(region_document(), "zvh", "status", "suspended"));
    const auto outcome = ggz.send(submission(config::SignalId::random()));
    CHECK(outcome.answer["partners"][0]["reason"] == "partner-suspended");
    CHECK(ggz.outbox().empty());
  }
  SECTION("for more partners than the epoch has a lock for") {
    auto policy = Json::parse(policy_of("ggz"));
    policy["send"][0]["revealAfterPartners"] = 4;
    Sender ggz(policy.dump());
    const auto outcome = ggz.send(submission(config::SignalId::random()));
    CHECK(outcome.answer["partners"][0]["reason"] == "no-such-lock");
    CHECK(ggz.peers.asked.empty());
  }
}

TEST_CASE("submit: what could not be made durable was refused", "[core]") {
  Sender ggz;
  ggz.store.sequencer.refuse = true;
  const auto id = config::SignalId::random();
  const auto outcome = ggz.send(submission(id));
  REQUIRE(outcome.kind == Kind::refused);
  CHECK(outcome.failure->code == Code::unavailable);
  CHECK(ggz.woken.empty());
  ggz.store.sequencer.refuse = false;
  CHECK_FALSE(ggz.knows(id));
  CHECK(ggz.send(submission(id)).kind == Kind::accepted);
}

TEST_CASE("submit: after the directory has expired nothing is accepted", "[core]") {
  Sender ggz;
  ggz.clock.advance(std::chrono::days(300));
  const auto outcome = ggz.send(submission(config::SignalId::random()));
  CHECK(outcome.failure->code == Code::unavailable);
  CHECK(ggz.peers.asked.empty());
}
