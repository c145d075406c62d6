// The lock, attacked from the recipient's side: with everything that zvh has, a content stays
// closed below k partners, and opens with one more.
#include <catch2/catch.hpp>

#include "tests/functional/attack.hpp"
#include "tests/functional/canary.hpp"
#include "tests/functional/region.hpp"

namespace sluis::test {

namespace {

constexpr auto theme = "geweld-in-afhankelijkheidsrelaties";

/// Sends, and gives the signal's id and a word of its content that occurs nowhere else.
struct Sent {
  config::SignalId id;
  std::string word;
};

Sent send(TestRegion& region, Aviary& aviary, std::string_view partner, const Canary& person) {
  const auto body = aviary.signal(person, theme);
  const auto answer = region.api(partner, {"POST", "/v1/signals", body.dump(), "application/json"});
  INFO(answer.body << answer.failure);
  REQUIRE(answer.status == 202);
  return {config::SignalId::parse(body["id"].get<std::string>()).value(), body["contact"]["name"]};
}

/// What somebody takes who walks out with the machine: zvh has stopped, nothing is in motion.
std::filesystem::path stolen(TestRegion& region, const std::string& name) {
  const auto copy = region.scratch() / name;
  std::filesystem::copy(region.layout().partner("zvh"), copy,
                        std::filesystem::copy_options::recursive);
  return copy;
}

bool holds(const std::optional<std::string>& content, const std::string& word) {
  return content && content->find(word) != std::string::npos;
}

}  // namespace

TEST_CASE("lock: nothing that zvh has opens a content below k partners; one more partner does",
          "[lock]") {
  const auto k = GENERATE(2U, 3U);
  CAPTURE(k);
  Aviary aviary(k);
  TestRegion region({"--reveal", std::to_string(k)});
  region.start();
  const auto known = aviary.person(), target = aviary.person();
  // A person who is open already, so that zvh has opened keys of others.
  std::optional<Sent> open;
  for (unsigned i = 0; i < k; ++i) open = send(region, aviary, senders[i], known);
  region.wait_delivered();

  REQUIRE(region.stop("zvh") == 0);  // what is sent now waits in the outbox, where it can be copied
  std::vector<Sent> closed;
  std::vector<gateway::Envelope> envelopes;
  for (unsigned i = 0; i + 1 < k; ++i) {
    closed.push_back(send(region, aviary, senders[i], target));
    for (auto& envelope : region.queued(senders[i])) envelopes.push_back(std::move(envelope));
  }
  REQUIRE(envelopes.size() == k - 1);
  region.start("zvh");
  region.wait_ready("zvh");
  region.wait_delivered();
  REQUIRE(region.stop("zvh") == 0);

  SECTION("below k") {
    Attack attack(region.layout().root, stolen(region, "below"));
    for (const auto& envelope : envelopes) attack.add_envelope(envelope);
    for (const auto& signal : closed) {
      CHECK_FALSE(attack.open_stored(signal.id));
      CHECK_FALSE(attack.open_with_keys(signal.id));
    }
    CHECK(attack.keys() > 10'000);
    // The same attack reads what is rightly open.
    CHECK(holds(attack.open_stored(open->id), open->word));
    CHECK(holds(attack.open_with_keys(open->id), open->word));
  }
  SECTION("at k") {
    region.start("zvh");
    region.wait_ready("zvh");
    closed.push_back(send(region, aviary, senders[k - 1], target));
    region.wait_delivered();
    REQUIRE(region.stop("zvh") == 0);
    Attack attack(region.layout().root, stolen(region, "at"));
    for (const auto& signal : closed) {
      CHECK(holds(attack.open_stored(signal.id), signal.word));
      CHECK(holds(attack.open_with_keys(signal.id), signal.word));
    }
  }
}

}  // namespace sluis::test
