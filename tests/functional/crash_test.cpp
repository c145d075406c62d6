// Every gateway killed while signals are being sent: nothing acknowledged is lost, nothing is there
// twice, and what the killed ones leave tells of nobody.
#include <catch2/catch.hpp>

#include "tests/functional/expectation.hpp"
#include "tests/functional/feed.hpp"
#include "tests/functional/region.hpp"
#include "tests/functional/scanner.hpp"

namespace sluis::test {

namespace {

constexpr std::size_t rounds = 12;  // every gateway killed, then every gateway stopped
constexpr std::size_t lines_a_round = 10;

/// Waits until zvh has received more than `before`: the round's signals are on their way now.
std::uint64_t wait_until_under_way(TestRegion& region, std::uint64_t before) {
  std::uint64_t size = 0;
  REQUIRE(poll_until(within(std::chrono::minutes(3)),
                     [&] { return (size = region.log_size("zvh")) > before; }));
  return size;
}

}  // namespace

TEST_CASE(
    "crash: each gateway killed, and each stopped, in the middle of sending; all that was "
    "acknowledged is at zvh once",
    "[crash]") {
  const auto part = RegionData::read(SLUIS_REGION_DATA).first(rounds * lines_a_round, 40);
  TestRegion region;
  part.write(region.scratch() / "part");
  region.start();
  std::vector<std::unique_ptr<Feed>> feeds;
  for (const auto& [partner, bodies] : part.signals)
    feeds.push_back(std::make_unique<Feed>(region, partner, bodies));

  std::uint64_t size = region.log_size("zvh");
  for (std::size_t round = 0; round < rounds; ++round) {
    for (auto& feed : feeds) {
      REQUIRE(feed->running());
      feed->give(lines_a_round);
    }
    size = wait_until_under_way(region, size);
    const auto victim = gateway::cli::demo_partners[round % gateway::cli::demo_partners.size()].id;
    if (round < gateway::cli::demo_partners.size()) {
      region.kill(victim);
    } else {
      CHECK(region.stop(victim) == 0);  // in order, and still in the middle of it all
    }
    region.start(victim);
    region.wait_ready(victim);
  }
  for (auto& feed : feeds) {
    const auto summary = feed->finish();
    CHECK(summary["refused"] == 0);
    CHECK(summary["notSent"] == 0);
    CHECK(summary["accepted"].get<std::size_t>() + summary["alreadyThere"].get<std::size_t>() ==
          rounds * lines_a_round);
  }
  region.wait_delivered();
  CHECK(region.kept("zvh").received ==
        static_cast<std::int64_t>(feeds.size() * rounds * lines_a_round));

  for (const auto& partner : gateway::cli::demo_partners) region.kill(partner.id);
  const Scanner scanner(part.linkage_keys());
  CHECK(told(scanner.scan_folder(region.layout().root)) == "");
  CHECK(told(scanner.scan_folder(region.temporary())) == "");

  region.start();
  const auto compared = region.sluis(
      {"region", "compare", region.layout().root.string(), (region.scratch() / "part").string()});
  INFO(compared.out << compared.err);
  CHECK(compared.status == 0);
  region.stop();
  for (const auto& partner : gateway::cli::demo_partners) CHECK(region.log_fault(partner.id) == "");
}

}  // namespace sluis::test
