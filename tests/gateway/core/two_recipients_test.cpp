// Two domains, each with a recipient and keys of its own, and what their recipients can tell from
// the signals of both: the row in crypto/README.md. The same person, the same senders, real keys.
#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "core_fixture.hpp"
#include "crypto/encoding.hpp"
#include "crypto/lock.hpp"
#include "crypto/threshold.hpp"
#include "gateway/core/submit.hpp"
#include "tests/config/region_fixture.hpp"

using namespace sluis;
using namespace sluis::gateway;
using namespace sluis::gateway::test;
using config::Json;

namespace {

const std::vector<std::string> recipients{"zvh", "wijkteam"};

/// The fixture's region with another recipient, its domain, and one more sender.
Json two_domains() {
  auto document = region_document();
  document["partners"].push_back(sluis::test::partner_document("wijkteam", "00000099000000006000"));
  document["partners"].push_back(sluis::test::partner_document("ggd", "00000099000000007000"));
  auto domain = document["domains"][0];
  domain["id"] = domain["recipient"] = "wijkteam";
  document["domains"].push_back(domain);
  return document;
}

using Keys = std::map<KeyName, sluis::test::MadeKey>;

const Keys& keys_made() {
  static const auto made = [] {
    Keys keys;
    const auto directory = sluis::test::directory(two_domains());
    for (const auto& domain : directory.domains())
      for (const std::string use : {"tag", "lock"}) {
        const auto& epoch = domain.epochs.front().id;
        sluis::test::Table table(plan_ceremony(directory, domain.id, epoch, use, nullptr).value());
        table.run();
        keys.emplace(KeyName{domain.id, epoch, use}, table.result());
      }
    return keys;
  }();
  return made;
}

/// Holders that answer under the key that they are asked for.
class Holders final : public Peers {
 public:
  Task<config::Result<crypto::Evaluation>> evaluate(const config::PartnerId& holder,
                                                    const EvaluationRequest& request) override {
    const auto& key = keys_made().at(request.key);
    std::vector<std::uint32_t> set;
    std::uint32_t own = 0;
    for (const auto& each : key.transcript.holders) {
      if (std::ranges::count(request.holders, each.id) != 0) set.push_back(each.number);
      if (each.id == holder) own = each.number;
    }
    const auto share = crypto::weighted_share(*key.share_of(holder), own, set);
    const auto public_key = crypto::Element::base_mul(share.reveal()).value().bytes();
    co_return crypto::evaluate(share.reveal(), public_key, request.blinded).value();
  }
  Task<config::Result<std::vector<Receipt>>> deliver(const config::PartnerId&,
                                                     const std::vector<Envelope>&) override {
    co_return config::error(config::Code::unavailable, "nothing is delivered here");
  }
  Task<config::Result<std::vector<RoundMessage>>> deal(const config::PartnerId&,
                                                       const Dealing&) override {
    co_return config::error(config::Code::unavailable, "nobody makes keys here");
  }
  Task<config::Result<std::vector<KeyRecord>>> domain_keys(const config::PartnerId&) override {
    co_return config::error(config::Code::unavailable, "nobody makes keys here");
  }
  Task<bool> alive(const config::PartnerId&) override { co_return true; }
};

Standing standing_in_both(const std::string& self) {
  auto policy = Json::parse(policy_of(self));
  policy["send"][0]["to"] = recipients;
  auto standing = standing_of(self, policy.dump(), two_domains());
  std::vector<Transcript> transcripts;
  for (const auto& [name, key] : keys_made()) transcripts.push_back(key.transcript);
  standing.domain_keys = std::make_shared<const DomainKeys>(
      DomainKeys::from(transcripts, *standing.directory).value());
  return standing;
}

struct Sender : Gateway {
  explicit Sender(const std::string& self) : Gateway(self, policy_of(self), two_domains()) {
    region.replace(standing_in_both(self));
  }
  Task<void> put(Submission one) {
    std::vector<Submission> all;
    all.push_back(std::move(one));
    Caller caller{"0a0a0a0a", "epd", "sender"};
    auto trace = Trace::fresh();
    const auto outcomes =
        co_await submit.submit(std::move(all), std::move(caller), std::move(trace));
    REQUIRE(outcomes.front().kind == SubmitOutcome::Kind::accepted);
  }
  /// Sends a signal about one and the same person; what each recipient opens of it.
  std::map<std::string, SignalMessage> send() {
    Person person;
    person.bsn.emplace("123456782");
    const auto id = config::SignalId::random();
    run(put({id, std::move(person), "geweld", "hoog", "persoonsgerichte-aanpak",
             config::parse_time("2026-11-21T11:00:00Z").value(), Json{{"name", "Dienst"}}, Json{},
             store::test::bytes32(1)}));
    std::map<std::string, SignalMessage> messages;
    for (const auto& to : recipients)
      for (const auto& row : store::test::look(*store, [&](store::Transaction& tx) {
             return tx.due(partner(to), region.now(), 100);
           })) {
        const auto inner = seal_key(to).open(row.sealed).value();
        auto message =
            SignalMessage::from_json(config::parse_json(crypto::as_text(inner)).value()).value();
        if (message.id == id) messages.emplace(to, std::move(message));
      }
    REQUIRE(messages.size() == recipients.size());
    return messages;
  }
  Holders holders;
  Evaluator evaluator{io.get_executor(), region, holders, curve, patient};
  Submit submit{region, *store, evaluator, curve, recorder, [](const config::PartnerId&) {}};
};

/// Everything in it that was made by cryptography, in hex.
std::multiset<std::string> values_of(const SignalMessage& message) {
  std::multiset<std::string> values{crypto::hex(message.commitment),
                                    crypto::hex(message.content_nonce),
                                    crypto::hex(message.content_box)};
  for (const auto& link : message.links) {
    values.insert(crypto::hex(link.tag));
    for (const auto& share : link.shares) {
      values.insert(crypto::hex(share.y));
      values.insert(crypto::hex(share.check));
    }
    values.insert(crypto::hex(link.wrapped.value().nonce));
    values.insert(crypto::hex(link.wrapped.value().box));
  }
  return values;
}

crypto::Point point_of(const SignalMessage& message) {
  const auto directory = sluis::test::directory(two_domains());
  return crypto::Point::of(directory.partner(message.from)->oin.str(),
                           message.links.front().shares.front().y)
      .value();
}

}  // namespace

TEST_CASE("two recipients: one signal to both is known by its id, and by nothing else", "[core]") {
  Sender ggz("ggz");
  const auto first = ggz.send(), second = ggz.send();
  // To one recipient, the same person is the same tag.
  CHECK(first.at("zvh").links.front().tag == second.at("zvh").links.front().tag);
  // To the other, nothing is the same, neither in that signal nor in another about the person.
  const auto there = values_of(first.at("wijkteam"));
  for (const auto* here : {&first.at("zvh"), &second.at("zvh")})
    for (const auto& value : values_of(*here)) CHECK(there.count(value) == 0);
  // What says that it is one submission, and so one person, stands in the open for the two.
  const auto trace_id = [](const SignalMessage& message) {
    return message.traceparent.substr(3, 32);
  };
  CHECK(first.at("zvh").id == first.at("wijkteam").id);
  CHECK(trace_id(first.at("zvh")) == trace_id(first.at("wijkteam")));
  CHECK(first.at("zvh").created_at == first.at("wijkteam").created_at);
  CHECK(first.at("zvh").id != second.at("wijkteam").id);
  CHECK(trace_id(first.at("zvh")) != trace_id(second.at("wijkteam")));
}

TEST_CASE("two recipients: shares of one domain count in no other", "[core]") {
  Sender ggz("ggz"), ggd("ggd");
  const auto of_ggz = ggz.send(), of_ggd = ggd.send();
  const auto check = [](const SignalMessage& message) {
    return message.links.front().shares.front().check;
  };
  REQUIRE(of_ggz.at("zvh").links.front().shares.front().k == 2);
  for (const auto& here : recipients) {
    const auto& elsewhere = here == "zvh" ? recipients[1] : recipients[0];
    const auto wanted = check(of_ggz.at(here));
    CHECK(wanted == check(of_ggd.at(here)));
    const std::vector both{point_of(of_ggz.at(here)), point_of(of_ggd.at(here))};
    CHECK(crypto::open(2, both, wanted));
    const std::vector pooled{point_of(of_ggz.at(here)), point_of(of_ggd.at(elsewhere))};
    CHECK_FALSE(crypto::open(2, pooled, wanted));
    CHECK_FALSE(crypto::open(2, pooled, check(of_ggd.at(elsewhere))));
  }
}
