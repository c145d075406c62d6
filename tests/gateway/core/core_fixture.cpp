#include "core_fixture.hpp"

#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>

#include "crypto/threshold.hpp"
#include "tests/config/region_fixture.hpp"

namespace sluis::gateway::test {

using config::Json;
using config::Result;

namespace {

const std::vector<std::string> holders{"veilig-thuis", "politie", "gemeente"};
constexpr auto patience = std::chrono::seconds(60);

std::uint32_t number_of(const std::string& holder) {
  const auto found = std::ranges::find(holders, holder);
  return found == holders.end() ? 0 : static_cast<std::uint32_t>(found - holders.begin() + 1);
}

sluis::test::MadeKey made(const std::string& use) {
  return sluis::test::make_key(sluis::test::directory(), use);
}

KeyShares shares_of(const std::string& holder) {
  KeyShares shares;
  const auto number = number_of(holder);
  if (number == 0) return shares;
  for (const std::string use : {"tag", "lock"})
    shares.add({key_name(use), 1}, dealt(use).shares[number - 1]);
  return shares;
}

}  // namespace

config::PartnerId partner(std::string_view id) {
  return config::PartnerId::parse(id).value();
}

KeyName key_name(const std::string& use) {
  return {config::DomainId::parse("zvh").value(), config::EpochId::parse("2026b").value(), use};
}

crypto::SealKey seal_key(const std::string& partner_id) {
  return sluis::test::box_key(partner_id + " seal");
}

Json region_document() {
  return sluis::test::directory_document();
}

Json with_partner(Json document, const std::string& id, const std::string& field, Json value) {
  for (auto& each : document["partners"])
    if (each["id"] == id) each[field] = std::move(value);
  return document;
}

std::string policy_of(const std::string& self) {
  Json policy{{"organisation", self}, {"version", 1}, {"validUntil", "2027-06-30"}};
  if (self == "zvh") {
    policy["accept"] = Json::array(
        {{{"id", "zvh-accepts"}, {"from", {"*"}}, {"themes", {"*"}}, {"keepAtMost", "P365D"}}});
    policy["query"] = Json::array({{{"id", "regie"},
                                    {"roles", {"procesregisseur"}},
                                    {"purposes", {"persoonsgerichte-aanpak"}},
                                    {"themes", {"*"}},
                                    {"shows", {"contact"}},
                                    {"perDay", 5}}});
  } else {
    policy["send"] = Json::array({{{"id", self + "-zvh"},
                                   {"to", {"zvh"}},
                                   {"themes", {"geweld"}},
                                   {"severityAtLeast", "midden"},
                                   {"purposes", {"persoonsgerichte-aanpak"}},
                                   {"legalBasis", "wmo"},
                                   {"identifiers", {"bsn", "name-dob", "dob-address"}},
                                   {"shares", {"severity", "contact"}},
                                   {"revealAfterPartners", 2},
                                   {"keep", "P180D"}}});
    policy["evaluate"] = Json::array(
        {{{"id", "for-ggz"},
          {"partner", "ggz"},
          {"domain", "zvh"},
          {"perDay", {{"tag", 10}, {"lock", 10}}}},
         {{"id", "for-zvh"}, {"partner", "zvh"}, {"domain", "zvh"}, {"perDay", {{"tag", 10}}}}});
  }
  return policy.dump();
}

Standing standing_of(const std::string& self, const std::string& policy_text,
                     const Json& document) {
  auto directory = std::make_shared<const config::Directory>(sluis::test::directory(document));
  auto keys = DomainKeys::from({dealt("tag").transcript, dealt("lock").transcript}, *directory);
  auto policy = policy::read_policy(policy_text, policy::Known::of(*directory)).value();
  auto hash = crypto::base64url(policy.hash());
  return {std::move(directory), std::make_shared<const DomainKeys>(std::move(keys.value())),
          std::make_shared<const KeyShares>(shares_of(self)),
          std::make_shared<const policy::Policy>(std::move(policy)), std::move(hash)};
}

GatewayKeys keys_of(const std::string& self) {
  auto keys = GatewayKeys::generate();
  keys.sign = sluis::test::signing_key(self + " sign");
  keys.log = sluis::test::signing_key(self + " log");
  keys.seal.clear();
  keys.seal.push_back(seal_key(self));
  return keys;
}

const sluis::test::MadeKey& dealt(const std::string& use) {
  static const auto tag = made("tag");
  static const auto lock = made("lock");
  return use == "tag" ? tag : lock;
}

crypto::SecretScalar whole_key(const std::string& use) {
  const std::vector<std::uint32_t> pair{1, 2};
  return crypto::add(crypto::weighted_share(dealt(use).shares[0], 1, pair),
                     crypto::weighted_share(dealt(use).shares[1], 2, pair));
}

crypto::Array<64> single_key_output(const std::string& use, const crypto::Bytes& input) {
  const auto key = whole_key(use);
  const auto batch = crypto::BlindBatch::blind({&input, 1}).value();
  const auto answer = crypto::evaluate(key.reveal(), dealt(use).transcript.key, batch.elements());
  return batch.finalize(answer.value().elements).value().front();
}

std::vector<Json> records(store::Store& store) {
  store::test::act(store, [](store::Transaction&) {});  // what was handed in before is there now
  const auto texts =
      store::test::look(store, [](store::Transaction& tx) { return tx.entries(0, 100'000); });
  std::vector<Json> parsed;
  for (const auto& text : texts) parsed.push_back(Json::parse(text));
  return parsed;
}

std::vector<Json> records(store::Store& store, const std::string& action) {
  auto all = records(store);
  std::erase_if(all, [&](const Json& record) { return record["action"] != action; });
  return all;
}

LogLines::LogLines() : before_(spdlog::default_logger()) {
  auto logger = std::make_shared<spdlog::logger>(
      "test", std::make_shared<spdlog::sinks::ostream_sink_mt>(said_));
  logger->set_level(spdlog::level::warn);
  spdlog::set_default_logger(std::move(logger));
}
LogLines::~LogLines() {
  spdlog::set_default_logger(before_);
}

Gateway::Gateway(const std::string& self, const std::string& policy, const Json& document)
    : region(test::partner(self), std::make_shared<const GatewayKeys>(keys_of(self)), clock,
             standing_of(self, policy, document)),
      recorder(region, *store) {
  spdlog::set_level(spdlog::level::off);
}

Gateway::~Gateway() = default;

void Gateway::run(Task<void> task) {
  bool ended = false;
  std::exception_ptr failure;
  asio::co_spawn(io, std::move(task), [&](std::exception_ptr thrown) {
    failure = std::move(thrown);
    ended = true;
  });
  run_until([&] { return ended; });
  if (failure) std::rethrow_exception(failure);
}

void Gateway::run_until(const std::function<bool()>& reached) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!reached()) {
    if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("nothing came of it");
    if (io.stopped()) io.restart();
    io.run_one_for(std::chrono::milliseconds(5));
  }
}

void Gateway::run_for(std::chrono::milliseconds time) {
  if (io.stopped()) io.restart();
  io.run_for(time);
}

Task<Result<crypto::Evaluation>> FakePeers::evaluate(const config::PartnerId& holder,
                                                     const EvaluationRequest& request) {
  const auto& name = holder.str();
  asked.push_back({name, request});
  if (before.contains(name)) co_await before[name]();
  if (failing.contains(name)) {
    auto why = config::error(failing[name], "as the test has it");
    if (retry_after.contains(name)) why.retry_after_seconds = retry_after[name];
    co_return why;
  }
  std::vector<std::uint32_t> set;
  for (const auto& each : request.holders) set.push_back(number_of(each.str()));
  const auto number = number_of(name);
  const auto& key = dealt(request.key.use);
  const auto share = lying.contains(name)
                         ? crypto::random_scalar()
                         : crypto::weighted_share(key.shares[number - 1], number, set);
  const auto public_key = crypto::Element::base_mul(share.reveal()).value();
  co_return crypto::evaluate(share.reveal(), public_key.bytes(), request.blinded).value();
}

Task<Result<std::vector<RoundMessage>>> FakePeers::deal(const config::PartnerId&, const Dealing&) {
  co_return config::error(config::Code::unavailable, "nobody makes keys here");
}

Task<Result<std::vector<KeyRecord>>> FakePeers::domain_keys(const config::PartnerId&) {
  co_return config::error(config::Code::unavailable, "nobody makes keys here");
}

Task<Result<std::vector<Receipt>>> FakePeers::deliver(const config::PartnerId& to,
                                                      const std::vector<Envelope>& envelopes) {
  if (before.contains(to.str())) co_await before[to.str()]();
  co_return receive(to.str(), envelopes);
}

std::vector<std::string> FakePeers::asked_holders() const {
  std::vector<std::string> names;
  for (const auto& each : asked) names.push_back(each.holder);
  return names;
}

}  // namespace sluis::gateway::test
