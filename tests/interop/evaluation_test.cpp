// RFC 9497 clients of others, asking the holders of a running region: every proof is checked by
// them, and what they combine is what they compute for the joined key themselves, and what we do.
#include <catch2/catch.hpp>

#include "config/settings.hpp"
#include "crypto/labels.hpp"
#include "crypto/threshold.hpp"
#include "crypto/voprf.hpp"
#include "gateway/keys/key_shares.hpp"
#include "tests/functional/key_test_support.hpp"
#include "tests/interop/clients.hpp"

namespace sluis::test {

namespace {

using Inputs = std::vector<crypto::Bytes>;

/// One region for all of these.
struct Fixture {
  Fixture() {
    region.start();
    epoch = first_epoch(region);
  }

  /// The share of a key that this holder has on disk, opened with its own key file.
  [[nodiscard]] crypto::SecretScalar share(const std::string& holder, const std::string& use) {
    const auto settings = config::Settings::read(region.layout().settings(holder)).value();
    const auto keys = gateway::GatewayKeys::read(settings).value();
    const auto files = gateway::KeyFiles::open(region.data(holder) / "keys", keys.store_key);
    const auto shares = gateway::KeyShares::read(files.value()).value();
    const gateway::KeyName name{config::DomainId::parse("zvh").value(),
                                config::EpochId::parse(epoch).value(), use};
    const auto* found = shares.find({name, 1});
    REQUIRE(found != nullptr);
    return crypto::SecretScalar::copy_of(found->reveal()).value();
  }

  [[nodiscard]] Json job(const std::string& use, std::string_view as) {
    const auto identity = region.identity(as);
    return {{"ca", region.layout().ca_certificate().string()},
            {"certificate", identity.certificate.string()},
            {"key", identity.key.string()},
            {"gateway", "https://127.0.0.1:" + std::to_string(region.ports("politie").peer)},
            {"name", {{"domain", "zvh"}, {"epoch", epoch}, {"use", use}}},
            {"rounds", Json::array()}};
  }

  TestRegion region;
  std::string epoch;
};

Fixture& fixture() {
  static Fixture made;
  return made;
}

/// What one server with the whole key answers, and a client of ours makes of it.
std::vector<std::string> single_server(const crypto::SecretScalar& key, const Inputs& inputs) {
  const auto public_key = crypto::Element::base_mul(key.reveal()).value().bytes();
  const auto batch = crypto::BlindBatch::blind(inputs).value();
  const auto answer = crypto::evaluate(key.reveal(), public_key, batch.elements()).value();
  REQUIRE(crypto::verify(public_key, batch.elements(), answer));
  return hex_list(batch.finalize(answer.elements).value());
}

Inputs some_inputs(const std::string& epoch, const std::string& use) {
  return {crypto::oprf_input("zvh", epoch, use, "bsn", "999990019"),
          crypto::oprf_input("zvh", epoch, use, "name-dob", "JANSEN|A|1980-02-29"),
          {0},
          crypto::Bytes(1000, 0xff)};
}

/// So many that an element's place in the batch takes two bytes in the proof (RFC 9497 §2.2.1).
Inputs many_inputs() {
  Inputs inputs;
  for (std::size_t i = 0; i < 260; ++i)
    inputs.push_back({static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(i >> 8U)});
  return inputs;
}

/// k, by our own coefficients, from the shares of the first two holders; `job` gets two others.
crypto::SecretScalar joined_key(Fixture& f, const std::string& use, Json& job) {
  const std::vector<std::uint32_t> numbers{1, 2};
  const auto first = f.share(key_holders[0], use), second = f.share(key_holders[1], use);
  const auto third = f.share(key_holders[2], use);
  job["shares"] = {{"2", crypto::hex(second.reveal())}, {"3", crypto::hex(third.reveal())}};
  return crypto::add(crypto::weighted_share(first, 1, numbers),
                     crypto::weighted_share(second, 2, numbers));
}

void check_region(const std::string& client, const std::string& use, std::string_view as) {
  auto& f = fixture();
  auto job = f.job(use, as);
  const auto key = joined_key(f, use, job);
  std::vector<Inputs> asked;
  const auto round = [&](std::vector<std::string> holders, Inputs inputs, bool forge) {
    job["rounds"].push_back({{"holders", holders}, {"inputs", hex_list(inputs)}, {"forge", forge}});
    asked.push_back(std::move(inputs));
  };
  const auto inputs = some_inputs(f.epoch, use);
  round({"veilig-thuis", "politie"}, inputs, true);
  round({"gemeente", "politie"}, inputs, true);
  round({"gemeente", "veilig-thuis"}, inputs, true);
  round({"politie", "gemeente"}, {inputs.front()}, true);
  round({"politie", "gemeente"}, many_inputs(), false);

  const auto found = run_client(client, job, f.region.scratch());
  CHECK(found["joined"] == crypto::hex(key.reveal()));
  CHECK(found["publicKey"] == crypto::hex(crypto::Element::base_mul(key.reveal())->bytes()));
  REQUIRE(found["rounds"].size() == asked.size());
  for (std::size_t i = 0; i < asked.size(); ++i) {
    INFO("round " << i);
    const auto& done = found["rounds"][i];
    const auto expected = single_server(key, asked[i]);
    CHECK(done["outputs"] == Json(expected));
    CHECK(done["single"] == Json(expected));
    // Of each of two holders: eight forgeries, and two elements exchanged where there are two.
    const std::size_t forged = i == 4 ? 0 : 2 * (asked[i].size() > 1 ? 9 : 8);
    CHECK(done["refused"] == forged);
  }
}

}  // namespace

TEST_CASE("interop: noble is a client of a running region", "[evaluation]") {
  check_region("noble/evaluate.mjs", "tag", "ggz");
  check_region("noble/evaluate.mjs", "lock", "ggz");
}

TEST_CASE("interop: Cloudflare's voprf-ts is a client of a running region", "[evaluation]") {
  check_region("cloudflare/evaluate.mjs", "tag", "ggd");
  check_region("cloudflare/evaluate.mjs", "lock", "ggd");
}

}  // namespace sluis::test
