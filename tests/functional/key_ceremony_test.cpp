// Keys made among the holders: killed at every step, kept waiting, and cheated.
#include <algorithm>
#include <catch2/catch.hpp>

#include "config/settings.hpp"
#include "crypto/encoding.hpp"
#include "crypto/scalar.hpp"
#include "crypto/seal.hpp"
#include "gateway/core/peers.hpp"
#include "gateway/keys/ceremony.hpp"
#include "gateway/keys/gateway_keys.hpp"
#include "gateway/peer/wire.hpp"
#include "tests/functional/key_test_support.hpp"

namespace sluis::test {

namespace {

using gateway::Ceremony;
using gateway::Round;
using gateway::RoundMessage;

/// K of the newest generation of a use, as a gateway has it on disk.
std::string key_at(TestRegion& region, std::string_view partner, const std::string& use) {
  const auto document =
      Json::parse(contents(region.data(partner) / "domain-keys.json"), nullptr, false);
  std::string key;
  if (!document.is_object()) return key;
  for (const auto& each : document["keys"])
    if (each["transcript"]["use"] == use) key = each["transcript"]["key"];
  return key;
}

/// gemeente, played by the test: its certificate and keys, and no gateway of its own.
class Impostor {
 public:
  using Alter = std::function<RoundMessage(RoundMessage, const std::string& to)>;

  Impostor(TestRegion& region, const std::string& use, Alter alter)
      : region_(region),
        self_(config::PartnerId::parse("gemeente").value()),
        keys_(gateway::GatewayKeys::read(region.layout().partner("gemeente") / "keys" /
                                         "gateway.json")
                  .value()),
        ceremony_(begin(region, use)),
        alter_(std::move(alter)) {}

  /// Speaks with both others until one of them names gemeente, or nothing comes of it.
  void speak_until(const std::function<bool()>& noticed) {
    REQUIRE(poll_until(within(std::chrono::minutes(2)), [&] {
      while (ceremony_.advance(own()).value()) {
      }
      for (const std::string to : {"veilig-thuis", "politie"}) exchange(to);
      return noticed();
    }));
  }

  [[nodiscard]] RoundMessage made(const RoundMessage& like, Json body) const {
    return RoundMessage::make(like.cer, like.round, self_, std::move(body), keys_.sign);
  }
  [[nodiscard]] const gateway::CeremonyPlan& plan() const { return ceremony_.plan(); }
  /// What another dealer said in a round, or nothing yet.
  [[nodiscard]] std::optional<RoundMessage> said(Round round, const std::string& who) const {
    for (const auto& message : ceremony_.messages())
      if (message.round == round && message.from.str() == who) return message;
    return std::nullopt;
  }

 private:
  static Ceremony begin(TestRegion& region, const std::string& use) {
    const auto settings = config::Settings::read(region.layout().settings("gemeente")).value();
    const auto directory =
        config::Directory::read(contents(region.layout().directory()), settings.region.trust)
            .value();
    const auto& domain = directory.domains().front();
    auto plan =
        gateway::plan_ceremony(directory, domain.id, domain.epochs.front().id, use, nullptr);
    return Ceremony::begin(std::move(plan.value()), settings.organisation, nullptr).value();
  }
  [[nodiscard]] Ceremony::OwnKeys own() const { return {keys_.sign, keys_.seal}; }

  void exchange(const std::string& to) {
    const auto& about = ceremony_.plan().ceremony;
    gateway::Dealing dealing{
        {{about.domain, about.epoch, about.use}, about.generation}, about.attempt, {}};
    for (auto message : ceremony_.messages())
      dealing.messages.push_back(message.from == self_ ? alter_(std::move(message), to) : message);
    const auto answer = region_.peer(
        to, region_.identity("gemeente"),
        {"POST", "/peer/v1/dealings", gateway::peer::dealing_body(dealing), "application/json"});
    if (answer.status != 200) return;
    const auto messages = gateway::peer::read_dealing_answer(answer.body).value();
    for (const auto& message : messages)
      if (message.from != self_) (void)ceremony_.receive(message, own());
  }

  TestRegion& region_;
  const config::PartnerId self_;
  const gateway::GatewayKeys keys_;
  Ceremony ceremony_;
  const Alter alter_;
};

bool names_gemeente(const Json& status) {
  return status.is_object() &&
         std::any_of(status["faults"].begin(), status["faults"].end(), [](const Json& fault) {
           return fault.get<std::string>().find("gemeente") != std::string::npos;
         });
}

}  // namespace

TEST_CASE("keys: holders that are killed in every round make the key all the same", "[keys]") {
  TestRegion region;
  const auto epoch = first_epoch(region);
  region.start("veilig-thuis");
  region.start("politie");
  // Silence is named.
  REQUIRE(poll_until(within(std::chrono::minutes(2)), [&] {
    const auto status = key_status(region, "politie", epoch, "tag");
    return status.is_object() && status["state"] == "making" &&
           status["waitingFor"] == Json::array({"gemeente"});
  }));
  const auto said = region.sluis(
      {"keys", "status", "--region", region.layout().root.string(), "--as", "politie"});
  CHECK(said.status == 1);
  INFO(said.out << said.err);
  CHECK(said.out.find("waiting for gemeente") != std::string::npos);
  REQUIRE(poll_until(within(std::chrono::minutes(1)), [&] {
    return contents(region.layout().log_file("politie")).find("round 1 waits for gemeente") !=
           std::string::npos;
  }));
  const auto readiness = region.operations("politie", "/readyz");
  CHECK(readiness.status == 503);
  CHECK(readiness.body.find("being made, round 1, waiting for gemeente") != std::string::npos);
  region.kill("veilig-thuis");
  region.start("veilig-thuis");
  region.start("gemeente");
  // Each in turn, as soon as anything has moved since the last one.
  for (int turn = 0; turn < 9; ++turn) {
    const auto& victim = key_holders[static_cast<std::size_t>(turn) % key_holders.size()];
    const auto& witness = key_holders[static_cast<std::size_t>(turn + 1) % key_holders.size()];
    const auto before = key_status(region, witness, epoch, "lock");
    (void)poll_until(within(std::chrono::milliseconds(400)), [&] {
      const auto now = key_status(region, witness, epoch, "lock");
      return now.is_object() && now != before;
    });
    region.kill(victim);
    region.start(victim);
  }
  region.start();
  wait_generation(region, epoch, 1, everybody());
  for (const std::string use : {"tag", "lock"}) {
    const auto key = key_at(region, "zvh", use);
    CHECK_FALSE(key.empty());
    for (const auto& partner : everybody()) CHECK(key_at(region, partner, use) == key);
  }
  CHECK(key_at(region, "zvh", "tag") != key_at(region, "zvh", "lock"));
  for (const auto& holder : key_holders) {
    // What only the making needed is gone: the polynomial, and the shares as they were sent.
    CHECK(key_files(region, holder) ==
          std::vector{"zvh." + epoch + ".lock.1.share", "zvh." + epoch + ".tag.1.share"});
    CHECK(count(region.records(holder), "key.make", "permit") >= 2);
  }
  region.stop();
}

TEST_CASE("keys: who cheats stops the ceremony and is named; a higher attempt mends it", "[keys]") {
  struct Case {
    std::string name;
    std::function<Impostor::Alter(std::unique_ptr<Impostor>&)> cheat;
  };
  const auto c = GENERATE(values<Case>(
      {{"a wrong share",
        [](std::unique_ptr<Impostor>& us) {
          return [&us, fixed = std::optional<RoundMessage>()](
                     RoundMessage message, const std::string&) mutable -> RoundMessage {
            if (message.round != Round::deal) return message;
            if (fixed) return *fixed;
            auto body = message.body;
            const auto other = crypto::random_scalar();
            const auto box = crypto::seal_to(us->plan().seal_keys[0], other.reveal()).value();
            body["shares"][0] = crypto::base64url(box);
            fixed = us->made(message, std::move(body));
            return *fixed;
          };
        }},
       {"another commitment for each",
        [](std::unique_ptr<Impostor>& us) {
          return [&us](RoundMessage message, const std::string& to) -> RoundMessage {
            if (message.round != Round::commit || to == "politie") return message;
            return us->made(message, {{"commitment", crypto::base64url(crypto::Array<64>{7})}});
          };
        }},
       {"commitments that are not those of round 1",
        [](std::unique_ptr<Impostor>& us) {
          return [&us](RoundMessage message, const std::string&) -> RoundMessage {
            if (message.round != Round::deal) return message;
            auto body = message.body;
            body["commitments"][1] = body["commitments"][0];
            return us->made(message, std::move(body));
          };
        }},
       {"no proof of knowledge",
        [](std::unique_ptr<Impostor>& us) {
          return [&us](RoundMessage message, const std::string&) -> RoundMessage {
            if (message.round != Round::deal) return message;
            auto body = message.body;
            body["proof"] = nullptr;
            return us->made(message, std::move(body));
          };
        }},
       {"another's dealing, replayed", [](std::unique_ptr<Impostor>& us) {
          return [&us](RoundMessage message, const std::string&) -> RoundMessage {
            if (message.round != Round::deal) return message;
            const auto other = us->said(Round::deal, "politie");
            return other ? us->made(message, other->body) : message;
          };
        }}}));
  DYNAMIC_SECTION(c.name) {
    TestRegion region;
    const auto epoch = first_epoch(region);
    region.start("veilig-thuis");
    region.start("politie");
    for (const auto* partner : {"veilig-thuis", "politie"})
      REQUIRE(poll_until(within(std::chrono::minutes(2)), [&] {
        const auto status = key_status(region, partner, epoch, "tag");
        return status.is_object() && status["state"] == "making";
      }));
    std::unique_ptr<Impostor> impostor;
    impostor = std::make_unique<Impostor>(region, "tag", c.cheat(impostor));
    impostor->speak_until(
        [&] { return names_gemeente(key_status(region, "veilig-thuis", epoch, "tag")); });

    const auto status = key_status(region, "veilig-thuis", epoch, "tag");
    CHECK(status["state"] == "stopped");
    CHECK(status["toDo"].get<std::string>().find("higher attempt") != std::string::npos);
    CHECK(status["generation"] == 0);
    REQUIRE(poll_until(within(std::chrono::minutes(1)), [&] {
      const auto records = region.records("veilig-thuis");
      return std::any_of(records.begin(), records.end(), [](const Json& record) {
        return record["action"] == "key.fault" && record["counterparty"] == "gemeente";
      });
    }));
    CHECK(contents(region.layout().log_file("veilig-thuis")).find("partner gemeente: ") !=
          std::string::npos);
    const auto said = region.sluis(
        {"keys", "status", "--region", region.layout().root.string(), "--as", "veilig-thuis"});
    CHECK(said.status == 1);
    CHECK(said.out.find("gemeente") != std::string::npos);

    region.change_directory(
        [](Json& document) { document["domains"][0]["epochs"][0]["attempt"] = 2; });
    region.start();
    wait_generation(region, epoch, 1, everybody());
    CHECK(key_status(region, "zvh", epoch, "tag")["attempt"] == 2);
    region.stop();
  }
}

TEST_CASE("keys: dealings are for those who have a part in them", "[keys]") {
  TestRegion region;
  region.start();
  const auto epoch = first_epoch(region);
  const gateway::Dealing dealing{
      {{config::DomainId::parse("zvh").value(), config::EpochId::parse(epoch).value(), "tag"}, 1},
      1,
      {}};
  const Call call{"POST", "/peer/v1/dealings", gateway::peer::dealing_body(dealing),
                  "application/json"};
  CHECK(region.peer("politie", region.identity("gemeente"), call).status == 200);
  CHECK(region.peer("politie", region.identity("ggz"), call).code() == "forbidden");
  auto later = dealing;
  later.key.generation = 2;
  const Call of_later{"POST", "/peer/v1/dealings", gateway::peer::dealing_body(later),
                      "application/json"};
  CHECK(region.peer("politie", region.identity("gemeente"), of_later).code() == "generation");
  CHECK(region
            .peer("politie", region.identity("gemeente"),
                  {"POST", "/peer/v1/dealings", "{}", "application/json"})
            .code() == "invalid");
  CHECK(region.peer("politie", region.identity("ggz"), {"GET", "/peer/v1/domain-keys"}).status ==
        200);
  region.stop();
}

}  // namespace sluis::test
