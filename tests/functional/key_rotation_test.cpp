// A gateway's own keys are exchanged while signals are on their way: none is refused, none is lost.
#include <catch2/catch.hpp>

#include "gateway/files/files.hpp"
#include "gateway/net/certificates.hpp"
#include "tests/functional/canary.hpp"
#include "tests/functional/expectation.hpp"
#include "tests/functional/feed.hpp"

namespace sluis::test {

namespace {

namespace fs = std::filesystem;
constexpr std::size_t lines_a_step = 12;

bool said(const TestRegion& region, std::string_view partner, const std::string& words) {
  return contents(region.layout().log_file(partner)).find(words) != std::string::npos;
}

void wait_said(const TestRegion& region, std::string_view partner, const std::string& words) {
  INFO(partner << ": " << words);
  REQUIRE(
      poll_until(within(std::chrono::minutes(1)), [&] { return said(region, partner, words); }));
}

/// Every sender sends all the time.
class Traffic {
 public:
  Traffic(TestRegion& region, std::size_t steps) : region_(region), steps_(steps) {
    const auto data = RegionData::read(SLUIS_REGION_DATA).first(steps * lines_a_step, 0);
    for (const auto& [partner, bodies] : data.signals)
      feeds_.push_back(std::make_unique<Feed>(region, partner, bodies));
  }
  /// The next lines are on their way, and zvh has taken some of them; `arrive` false: none.
  void go_on(bool arrive = true) {
    const auto before = arrive ? region_.log_size("zvh") : 0;
    for (auto& feed : feeds_) {
      REQUIRE(feed->running());
      feed->give(lines_a_step);
    }
    if (arrive)
      REQUIRE(poll_until(within(std::chrono::minutes(3)),
                         [&] { return region_.log_size("zvh") > before; }));
  }
  /// All was accepted, all is at zvh, nobody ever refused anything, and every log is whole. Then
  /// the region stops.
  void finish() {
    arrive();
    region_.stop();
  }
  void arrive() {
    for (auto& feed : feeds_) {
      const auto summary = feed->finish();
      CHECK(summary["refused"] == 0);
      CHECK(summary["notSent"] == 0);
    }
    region_.wait_delivered();
    CHECK(region_.kept("zvh").received ==
          static_cast<std::int64_t>(feeds_.size() * steps_ * lines_a_step));
    for (const auto sender : senders)
      CHECK(count(region_.records(sender), "envelope.deliver", "deny") == 0);
    CHECK(count(region_.records("zvh"), "envelope.receive", "deny") == 0);
    for (const auto& partner : gateway::cli::demo_partners)
      CHECK(region_.log_fault(partner.id) == "");
  }

 private:
  TestRegion& region_;
  const std::size_t steps_;
  std::vector<std::unique_ptr<Feed>> feeds_;
};

/// `sluis keys rotate`; what the directory needs.
Json rotate(TestRegion& region, const fs::path& settings, const std::string& kind) {
  const auto ran =
      region.sluis({"keys", "rotate", kind, "--settings", settings.string(), "--json"});
  INFO(ran.err);
  REQUIRE(ran.status == 0);
  return Json::parse(ran.out);
}

std::function<void(Json&)> entry(std::string_view partner, const Json& fields) {
  return [partner = std::string(partner), fields](Json& document) {
    for (auto& each : document["partners"])
      if (each["id"] == partner) each.update(fields);
  };
}

/// The certificate that a gateway shows its own systems, as `openssl` tells it.
std::string fingerprint(TestRegion& region, std::string_view partner, const std::string& name) {
  const auto out = region.scratch() / (name + ".pem");
  auto child =
      Child::start({"/usr/bin/openssl", "s_client", "-connect",
                    "127.0.0.1:" + std::to_string(region.ports(partner).api), "-CAfile",
                    region.layout().ca_certificate().string(), "-verify_return_error"},
                   {"/dev/null", out, region.scratch() / (name + ".err")}, region.temporary());
  REQUIRE(child.wait(within(std::chrono::seconds(60))) == 0);
  const auto text = contents(out);
  const auto begin = text.find("-----BEGIN CERTIFICATE-----");
  REQUIRE(begin != std::string::npos);
  return text.substr(begin, text.find("-----END CERTIFICATE-----") - begin);
}

void write(const fs::path& path, const std::string& text, unsigned mode) {
  REQUIRE(gateway::replace(path, crypto::as_view(text), mode).ok());
}

}  // namespace

TEST_CASE("rotation: a certificate and its key, while running", "[rotation]") {
  TestRegion region;
  region.start();
  Traffic traffic(region, 4);
  traffic.go_on();
  gateway::net::CertifiedKey ca;
  ca.certificate = contents(region.layout().ca_certificate());
  ca.key = contents(region.layout().ca_key());
  const auto now = std::chrono::system_clock::now();
  for (const std::string partner : {"ggz", "zvh"}) {
    const auto& known = gateway::cli::demo_partners[gateway::cli::partner_number(partner).value()];
    const auto leaf =
        gateway::net::make_leaf(ca, {std::string(known.name),
                                     std::string(known.oin),
                                     {"IP:127.0.0.1"},
                                     {now - std::chrono::hours(1), now + std::chrono::hours(24)}});
    REQUIRE(leaf.ok());
    const auto before = fingerprint(region, partner, partner + "-before");
    const auto files = region.identity(partner);
    // Between the two files they do not fit: the old pair stays in force.
    write(files.key, leaf->key, 0600);
    wait_said(region, partner, "the last good one stays in force");
    traffic.go_on();
    CHECK(fingerprint(region, partner, partner + "-between") == before);
    write(files.certificate, leaf->certificate, 0644);
    wait_said(region, partner, "in force now: certificate until");
    CHECK(leaf->certificate.find(fingerprint(region, partner, partner + "-after")) == 0);
  }
  traffic.go_on();
  traffic.finish();
}

TEST_CASE("rotation: signKeys, the key file first, and the directory first", "[rotation]") {
  TestRegion region;
  region.start();
  Traffic traffic(region, 6);
  traffic.go_on();

  // ggz, a sender: the new key is in its file while the directory still names the former one.
  const auto ggz = rotate(region, region.layout().settings("ggz"), "sign");
  traffic.go_on();
  const auto former = Json::parse(contents(region.layout().directory()))["partners"];
  region.change_directory(entry("ggz", ggz));
  wait_said(region, "ggz", "signKey " + ggz["signKey"].get<std::string>());
  traffic.go_on();
  const auto named = std::find_if(former.begin(), former.end(),
                                  [](const Json& each) { return each["id"] == "ggz"; });
  CHECK(region
            .sluis({"keys", "drop", (*named)["signKey"].get<std::string>(), "--settings",
                    region.layout().settings("ggz").string()})
            .status == 0);

  // zvh, which signs receipts: the directory names a key that its file has not got yet.
  const auto aside = region.layout().root / "aside";
  fs::copy(region.layout().partner("zvh"), aside);
  fs::copy(region.layout().partner("zvh") / "keys", aside / "keys");
  const auto zvh = rotate(region, aside / "settings.json", "sign");
  const auto version = region.publish_directory(entry("zvh", zvh));
  wait_said(region, "zvh", "signKey is none of");
  wait_said(region, "ggz", "in force now: directory version " + std::to_string(version));
  traffic.go_on();
  write(region.layout().partner("zvh") / "keys" / "gateway.json",
        contents(aside / "keys" / "gateway.json"), 0600);
  region.wait_directory(version);
  wait_said(region, "zvh", "signKey " + zvh["signKey"].get<std::string>());
  traffic.go_on();
  traffic.go_on();
  traffic.finish();
}

TEST_CASE(
    "rotation: a holder's signKey; its transcripts are signed anew, and who comes new verifies",
    "[rotation]") {
  TestRegion region;
  region.start();
  Traffic traffic(region, 3);
  traffic.go_on();
  const auto politie = rotate(region, region.layout().settings("politie"), "sign");
  const auto former = Json::parse(contents(region.layout().directory()))["partners"];
  region.change_directory(entry("politie", politie));
  traffic.go_on();
  const auto keys_at = [&](std::string_view partner) {
    return Json::parse(contents(region.data(partner) / "domain-keys.json"))["keys"];
  };
  for (const auto& partner : gateway::cli::demo_partners) {
    INFO(partner.id);
    REQUIRE(poll_until(within(std::chrono::minutes(2)), [&] {
      const auto keys = keys_at(partner.id);
      return std::ranges::all_of(
          keys, [&](const Json& key) { return key["signedWith"][1] == politie["signKey"]; });
    }));
  }
  CHECK(count(region.records("politie"), "key.sign", "permit") == 2);
  CHECK(count(region.records("ggz"), "key.take", "permit", "signed-anew") == 2);
  const auto named = std::find_if(former.begin(), former.end(),
                                  [](const Json& each) { return each["id"] == "politie"; });
  CHECK(region
            .sluis({"keys", "drop", (*named)["signKey"].get<std::string>(), "--settings",
                    region.layout().settings("politie").string()})
            .status == 0);
  traffic.go_on();
  traffic.arrive();

  // ggz lost its folder of public keys: everything it has of them comes from its partners.
  const auto made = keys_at("ggz");
  REQUIRE(region.stop("ggz") == 0);
  REQUIRE(fs::remove(region.data("ggz") / "domain-keys.json"));
  region.start("ggz");
  region.wait_ready("ggz");
  const auto again = keys_at("ggz");
  REQUIRE(again.size() == made.size());
  for (std::size_t i = 0; i < made.size(); ++i)
    CHECK(again[i]["transcript"] == made[i]["transcript"]);
  Aviary aviary(47);
  const auto signal = aviary.signal(aviary.person(), "verward-hoog-risico-gedrag");
  const auto before = region.kept("zvh").received;
  CHECK(region.api("ggz", {"POST", "/v1/signals", signal.dump(), "application/json"}).status ==
        202);
  region.wait_delivered();
  CHECK(region.kept("zvh").received == before + 1);
  region.stop();
}

TEST_CASE("rotation: what waits signed with a former key is signed anew", "[rotation]") {
  TestRegion region;
  region.start();
  Traffic traffic(region, 2);
  traffic.go_on();
  REQUIRE(region.stop("zvh") == 0);
  traffic.go_on(false);
  REQUIRE(
      poll_until(within(std::chrono::minutes(2)), [&] { return !region.queued("ggz").empty(); }));
  const auto ggz = rotate(region, region.layout().settings("ggz"), "sign");
  region.change_directory(entry("ggz", ggz));
  region.start("zvh");
  region.wait_ready("zvh");
  region.wait_delivered();
  CHECK(count(region.records("zvh"), "envelope.receive", "error", "bad-signature") > 0);
  traffic.finish();
}

TEST_CASE("rotation: sealKeys, also with what was sealed to the former one still waiting",
          "[rotation]") {
  TestRegion region;
  region.start();
  Traffic traffic(region, 5);
  traffic.go_on();
  const auto settings = region.layout().settings("zvh");
  auto keys = rotate(region, settings, "seal");
  REQUIRE(keys["sealKeys"].size() == 2);
  traffic.go_on();
  region.change_directory(entry("zvh", keys));
  traffic.go_on();

  REQUIRE(region.stop("zvh") == 0);
  traffic.go_on(false);
  REQUIRE(
      poll_until(within(std::chrono::minutes(2)), [&] { return !region.queued("ggz").empty(); }));
  // A second exchange, and the first two keys leave the directory, while envelopes wait.
  keys = rotate(region, settings, "seal");
  const auto former = keys["sealKeys"][1].get<std::string>();
  keys["sealKeys"] = Json::array({keys["sealKeys"][0]});
  region.change_directory(entry("zvh", keys));
  region.start("zvh");
  region.wait_ready("zvh");
  traffic.go_on();
  region.wait_delivered();
  CHECK(region.sluis({"keys", "drop", former, "--settings", settings.string()}).status == 0);
  traffic.finish();
}

}  // namespace sluis::test
