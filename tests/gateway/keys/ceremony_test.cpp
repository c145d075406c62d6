#include "gateway/keys/ceremony.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "config/json.hpp"
#include "crypto/hash.hpp"
#include "crypto/threshold.hpp"
#include "crypto/voprf.hpp"
#include "gateway/keys/key_set.hpp"
#include "tests/gateway/keys/holders_fixture.hpp"
#include "tests/gateway/keys/key_making.hpp"

using namespace sluis;
using config::Code;
using gateway::Ceremony;
using gateway::Round;
using gateway::RoundMessage;
using gateway::Transcript;
using test::directory_naming;
using test::holders;
using test::Table;

namespace {

/// F(x) by the t holders `numbers`, each with its proof checked, and by one server with key k.
void check_evaluates(const test::MadeKey& key, const std::vector<std::uint32_t>& numbers) {
  const crypto::Bytes input{1, 2, 3};
  const auto batch = crypto::BlindBatch::blind({&input, 1}).value();
  std::vector<std::vector<crypto::Array<32>>> answers;
  for (const auto number : numbers) {
    const auto share_key = crypto::Element::parse(key.transcript.holder_keys[number - 1]).value();
    const auto secret = crypto::weighted_share(key.shares[number - 1], number, numbers);
    const auto public_key = crypto::weighted_public(share_key, number, numbers).bytes();
    const auto answer = crypto::evaluate(secret.reveal(), public_key, batch.elements()).value();
    CHECK(crypto::verify(public_key, batch.elements(), answer));
    answers.push_back(answer.elements);
  }
  const auto k = test::joined(key);
  const auto single =
      crypto::evaluate(k.reveal(), key.transcript.key, batch.elements()).value().elements;
  CHECK(crypto::combine(answers).value() == single);
}

void check_done(Table& table) {
  for (const auto& [id, party] : table.parties()) {
    CAPTURE(id);
    const auto progress = party.ceremony.progress();
    CHECK(progress.faults.empty());
    CHECK(progress.in_force);
    CHECK(progress.acknowledged);
    CHECK(progress.round == Round::acknowledge);
    CHECK(progress.waiting_for.empty());
    REQUIRE(party.ceremony.transcript() != nullptr);
    CHECK(party.ceremony.transcript()->json() ==
          table.parties().begin()->second.ceremony.transcript()->json());
  }
}

crypto::Bytes round_bytes(const RoundMessage& message) {
  const auto text = "sluis/dkg/round/v1" + std::string(1, '\0') +
                    std::string(crypto::as_text(message.cer)) + static_cast<char>(message.round) +
                    config::jcs(message.body).value();
  const auto view = crypto::as_view(text);
  return {view.begin(), view.end()};
}

}  // namespace

TEST_CASE("ceremony: the holders make a key that any threshold of them can use", "[keys]") {
  const auto [n, t] = GENERATE(table<unsigned, unsigned>({{3, 2}, {5, 3}}));
  const auto directory = directory_naming({holders(n), t});
  Table table(test::plan_of(directory, "tag"));
  table.run();
  check_done(table);
  const auto key = table.result();
  const std::vector<Transcript> chain{key.transcript};
  const auto set = gateway::verify(chain, directory);
  REQUIRE(set.ok());
  CHECK(test::joined_public(key) == set->public_key.bytes());
  std::vector<std::uint32_t> first, last;
  for (unsigned i = 0; i < t; ++i) first.push_back(i + 1), last.push_back(n - i);
  check_evaluates(key, first);
  check_evaluates(key, last);
}

TEST_CASE("ceremony: what is signed, byte for byte", "[keys]") {
  const auto directory = directory_naming({holders(3), 2});
  Table table(test::plan_of(directory, "lock"));
  table.run();
  const auto made = table.result().transcript;
  const config::Json members = {
      {{"number", 1}, {"id", "h1"}, {"signKey", test::public_key("h1 sign")}},
      {{"number", 2}, {"id", "h2"}, {"signKey", test::public_key("h2 sign")}},
      {{"number", 3}, {"id", "h3"}, {"signKey", test::public_key("h3 sign")}}};
  const config::Json named{
      {"region", "zuid-limburg"}, {"domain", "zvh"},    {"epoch", "2026b"},   {"use", "lock"},
      {"generation", 1},          {"ceremony", "make"}, {"attempt", 1},       {"threshold", 2},
      {"dealers", members},       {"holders", members}, {"previous", nullptr}};
  const auto cer =
      crypto::sha512({crypto::as_view("sluis/dkg/ceremony/v1"), crypto::as_view(crypto::zero_byte),
                      crypto::as_view(config::jcs(named).value())});
  CHECK(made.cer() == cer);

  const auto messages = table.at("h1").ceremony.messages();
  CHECK(messages.size() == 15);
  for (const auto& message : messages) {
    CHECK(message.cer == cer);
    CHECK(crypto::verify(test::signing_key(message.from.str() + " sign").public_key(),
                         round_bytes(message), message.signature));
    std::vector<config::Error> errors;
    const auto again = RoundMessage::parse(message.json(), "", errors);
    REQUIRE(again);
    CHECK(again->json() == message.json());
  }
  auto transcript = crypto::concat(
      {crypto::as_view("sluis/dkg/transcript/v1"), crypto::as_view(crypto::zero_byte), cer});
  const auto append = [&](const auto& bytes) {
    transcript.insert(transcript.end(), bytes.begin(), bytes.end());
  };
  for (const auto& dealer : made.commitments) {
    CHECK(dealer.size() == 2);
    for (const auto& element : dealer) append(element);
  }
  append(made.key);
  for (const auto& element : made.holder_keys) append(element);
  CHECK(made.signed_bytes() == transcript);
  CHECK(made.hash() == crypto::sha512({transcript}));
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(crypto::verify(made.holders[i].sign_key, transcript, made.signatures[i]));
  }
  // The first round hides what the second one opens.
  const auto hash = crypto::sha512({crypto::as_view("sluis/dkg/commitment/v1"),
                                    crypto::as_view(crypto::zero_byte), cer, crypto::Array<1>{1},
                                    made.commitments[0][0], made.commitments[0][1]});
  CHECK(messages[0].body == config::Json{{"commitment", crypto::base64url(hash)}});
}

TEST_CASE("ceremony: a restart of every party after every step changes nothing", "[keys]") {
  const auto directory = directory_naming({holders(3), 2});
  Table table(test::plan_of(directory, "tag"));
  table.after_act = [&] {
    for (auto& [id, party] : table.parties()) {
      const auto messages = party.ceremony.messages();
      const auto progress = party.ceremony.progress();
      party.restart();
      const auto again = party.ceremony.messages();
      REQUIRE(again.size() == messages.size());
      for (std::size_t i = 0; i < again.size(); ++i) {
        REQUIRE(again[i].json() == messages[i].json());
      }
      REQUIRE(party.ceremony.progress().round == progress.round);
      REQUIRE(party.ceremony.progress().waiting_for == progress.waiting_for);
      REQUIRE(party.ceremony.progress().in_force == progress.in_force);
    }
  };
  table.run();
  check_done(table);
  check_evaluates(table.result(), {1, 3});
}

TEST_CASE("ceremony: a restart with a seal key gone still has the shares that it opened",
          "[keys]") {
  Table table(test::plan_of(directory_naming({holders(3), 2}), "tag"));
  table.courier = [&](RoundMessage message, const test::Party&) -> std::optional<RoundMessage> {
    if (message.round == Round::sign) return std::nullopt;
    return message;
  };
  table.run();
  auto& party = table.at("h2");
  CHECK(party.ceremony.progress().round == Round::sign);
  party.restart();
  party.seal.clear();
  for (const auto* other : {"h1", "h3"}) {
    for (const auto& message : table.at(other).ceremony.messages()) {
      static_cast<void>(party.ceremony.receive(message, party.own()).value());
    }
  }
  CHECK(party.ceremony.progress().in_force);
  CHECK(party.ceremony.advance(party.own()).value());
  party.sign = test::signing_key("h2 new sign");  // with nothing left to say, that is no matter
  CHECK_FALSE(party.ceremony.advance(party.own()).value());
  REQUIRE(party.ceremony.share() != nullptr);
  CHECK(crypto::Element::base_mul(party.ceremony.share()->reveal())->bytes() ==
        party.ceremony.transcript()->holder_keys[1]);
}

TEST_CASE("ceremony: a state that is not whole is refused", "[keys]") {
  Table table(test::plan_of(directory_naming({holders(3), 2}), "tag"));
  table.run();
  const auto state = table.at("h1").ceremony.serialise();
  const auto bytes = state.reveal();
  for (const std::size_t left :
       {std::size_t{0}, std::size_t{3}, std::size_t{100}, bytes.size() - 32, bytes.size() - 1}) {
    const auto restored = Ceremony::restore(bytes.first(left));
    REQUIRE_FALSE(restored.ok());
    CHECK(restored.failure().code == Code::invalid);
  }
  auto longer = crypto::concat({bytes, bytes.last(32)});
  CHECK_FALSE(Ceremony::restore(longer).ok());
  crypto::wipe(longer);
}

TEST_CASE("ceremony: messages in any order, twice, late", "[keys]") {
  std::mt19937 random(GENERATE(range(1U, 11U)));
  Table table(test::plan_of(directory_naming({holders(4), 3}), "tag"));
  std::vector<std::pair<RoundMessage, std::string>> under_way;
  const auto send = [&] {
    for (auto& [id, party] : table.parties()) {
      static_cast<void>(party.ceremony.advance(party.own()).value());
      for (const auto& message : party.ceremony.messages()) {
        for (const auto& to : holders(4)) under_way.emplace_back(message, to);
      }
    }
  };
  for (int i = 0; i < 200 && !table.at("h1").ceremony.progress().acknowledged; ++i) {
    if (under_way.size() < 4) send();
    std::shuffle(under_way.begin(), under_way.end(), random);
    const auto some = std::min<std::size_t>(under_way.size(), 1 + random() % 40);
    for (std::size_t j = 0; j < some; ++j) {
      auto& to = table.at(under_way.back().second);
      CHECK(to.ceremony.receive(under_way.back().first, to.own()).ok());
      under_way.pop_back();
    }
  }
  table.run();
  check_done(table);
}

TEST_CASE("ceremony: any number of holders and threshold", "[keys][property]") {
  std::mt19937 random(GENERATE(range(1U, 9U)));
  const auto n = 3 + random() % 5;
  const auto t = 2 + random() % (n - 2);
  CAPTURE(n, t);
  const auto directory =
      directory_naming({holders(static_cast<unsigned>(n)), static_cast<unsigned>(t)});
  const auto key = test::make_key(directory, "tag");
  const std::vector<Transcript> chain{key.transcript};
  REQUIRE(gateway::verify(chain, directory).ok());
  std::vector<std::uint32_t> numbers;
  for (std::uint32_t i = 1; i <= n; ++i) numbers.push_back(i);
  std::shuffle(numbers.begin(), numbers.end(), random);
  numbers.resize(t);
  check_evaluates(key, numbers);
  // One share fewer is another key.
  numbers.pop_back();
  auto sum = crypto::weighted_share(key.shares[numbers[0] - 1], numbers[0], numbers);
  for (std::size_t i = 1; i < numbers.size(); ++i) {
    sum = crypto::add(sum, crypto::weighted_share(key.shares[numbers[i] - 1], numbers[i], numbers));
  }
  CHECK(crypto::Element::base_mul(sum.reveal())->bytes() != key.transcript.key);
}

TEST_CASE("ceremony: who only looks on sees the key, and has no share", "[keys]") {
  const auto directory = directory_naming({holders(3), 2});
  const auto plan = test::plan_of(directory, "tag");
  Table table(plan);
  table.run();
  auto observer = Ceremony::begin(plan, test::partner_id("ggz"), nullptr).value();
  const auto sign = test::signing_key("ggz sign");
  const Ceremony::OwnKeys own{sign, {}};
  CHECK_FALSE(observer.advance(own).value());
  for (const auto& message : table.at("h1").ceremony.messages()) {
    CHECK(observer.receive(message, own).value());
  }
  CHECK(observer.progress().acknowledged);
  CHECK(observer.transcript()->json() == table.at("h1").ceremony.transcript()->json());
  CHECK(observer.share() == nullptr);
}
