// A policy that is replaced while signals go on, and every one that may not be put in force.
#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "crypto/encoding.hpp"
#include "policy/signing.hpp"
#include "tests/functional/canary.hpp"
#include "tests/functional/policies.hpp"

namespace sluis::test {

namespace {

constexpr auto theme = "verward-hoog-risico-gedrag";

std::string policy_file(const TestRegion& region, std::string_view partner) {
  return contents(region.layout().partner(partner) / "policy.json");
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

/// The last record of a decision about a signal of this partner.
Json last_decision(TestRegion& region, std::string_view partner) {
  Json last;
  for (const auto& record : region.records(partner))
    if (record["action"] == "signal.submit") last = record;
  return last;
}

}  // namespace

TEST_CASE("policy: replaced while signals go on, no request is refused; each is in force at once",
          "[policy]") {
  TestRegion region;
  region.start();
  Aviary aviary(31);
  std::vector<std::string> bodies;
  for (int i = 0; i < 400; ++i) bodies.push_back(aviary.signal(aviary.person(), theme).dump());

  std::atomic<bool> ending = false;
  std::atomic<int> sent = 0, refused = 0;
  std::thread sender([&] {
    for (const auto& body : bodies) {
      if (ending) break;
      const auto answer = region.api("ggz", {"POST", "/v1/signals", body, "application/json"});
      ++sent;
      if (answer.status != 202) ++refused;
    }
  });
  const auto text = policy_file(region, "ggz");
  for (const auto* keep : {"P90D", "P60D", "P30D"})
    region.replace_policy("ggz", replaced(text, "\"P180D\"", "\"" + std::string(keep) + "\""));
  const auto before = sent.load();
  const bool went_on =
      poll_until(within(std::chrono::seconds(60)), [&] { return sent > before + 2; });
  ending = true;
  sender.join();
  CHECK(went_on);
  CHECK(refused == 0);

  const auto records = region.records("ggz");
  CHECK(count(records, "policy.replace", "permit") == 4);  // the first one too
  CHECK(count(records, "policy.refuse", "deny") == 0);
  CHECK(count(records, "signal.submit", "deny") == 0);
  const auto now = policy::edition_of(policy_file(region, "ggz")).value();
  CHECK(now.version == 4);
  CHECK(last_decision(region, "ggz")["policy"] == crypto::base64url(now.hash));
  region.stop();
  CHECK(region.log_fault("ggz") == "");
}

TEST_CASE(
    "policy: what may not be put in force is refused and recorded, and the last good one stays",
    "[policy]") {
  TestRegion region;
  region.start();
  Aviary aviary(32);
  const auto text = policy_file(region, "ggz");
  region.replace_policy("ggz", replaced(text, "\"P180D\"", "\"P90D\""));
  const auto good = policy_file(region, "ggz");
  const auto hash = crypto::base64url(policy::edition_of(good).value().hash);

  struct Case {
    std::string name, text, code;
  };
  auto unsigned_one = policy::sign_policy(replaced(text, "\"version\": 1", "\"version\": 3"),
                                          crypto::SigningKey::random())
                          .value();
  const auto valid = text.find("\"validUntil\": \"");
  auto expired = text;
  expired.replace(valid + 15, 10, "2026-01-01");
  const std::vector<Case> cases{
      {"an older version", signed_policy(region, "ggz", text, 1), "conflict"},
      {"the same version, another content", signed_policy(region, "ggz", text, 2), "conflict"},
      {"signed by somebody else", unsigned_one, "bad-signature"},
      {"changed after it was signed", replaced(good, "\"P90D\"", "\"P91D\""), "bad-signature"},
      {"past its validity", signed_policy(region, "ggz", expired, 3), "expired"},
      {"an unknown word", signed_policy(region, "ggz", replaced(text, theme, "onweer"), 3),
       "invalid"},
      {"no JSON", "{ \"organisation\": ", "invalid"},
  };
  std::size_t refused = 0;
  for (const auto& c : cases) {
    INFO(c.name);
    put_policy(region, "ggz", c.text);
    ++refused;
    CHECK(poll_until(within(std::chrono::seconds(60)), [&] {
      return count(region.records("ggz"), "policy.refuse", "deny") == refused;
    }));
    CHECK(region.records("ggz").back()["rule"] == c.code);
    const auto signal = aviary.signal(aviary.person(), theme).dump();
    CHECK(region.api("ggz", {"POST", "/v1/signals", signal, "application/json"}).status == 202);
    CHECK(last_decision(region, "ggz")["policy"] == hash);
  }
  // A start finds the last good one too, and an older one is refused without the database.
  REQUIRE(region.stop("ggz") == 0);
  put_policy(region, "ggz", cases.front().text);
  region.start("ggz");
  region.wait_ready("ggz");
  const auto signal = aviary.signal(aviary.person(), theme).dump();
  CHECK(region.api("ggz", {"POST", "/v1/signals", signal, "application/json"}).status == 202);
  CHECK(last_decision(region, "ggz")["policy"] == hash);
  put_policy(region, "ggz", signed_policy(region, "ggz", text, 3));
  CHECK(poll_until(within(std::chrono::seconds(60)),
                   [&] { return count(region.records("ggz"), "policy.replace", "permit") == 3; }));
}

}  // namespace sluis::test
