// The whole way: the region's 5,000 signals through six gateways, and what zvh then knows.
#include <catch2/catch.hpp>

#include "tests/functional/expectation.hpp"
#include "tests/functional/region.hpp"
#include "tests/functional/scanner.hpp"

namespace sluis::test {

namespace {

const std::filesystem::path data = SLUIS_REGION_DATA;
// A machine that builds something else beside this is slow, and that is no fault.
constexpr auto send_patience = std::chrono::minutes(12);
constexpr auto retry_seconds = "600";

/// All five at once, as deploy/demo.sh does; what each says, by partner.
std::map<std::string, Json> send_all(TestRegion& region, const std::string& run) {
  std::map<std::string, Child> running;
  for (const auto sender : senders) {
    const std::string partner(sender);
    const auto file = (data / "signals" / (partner + ".jsonl")).string();
    running.emplace(partner,
                    region.start_sluis({"send", file, "--region", region.layout().root.string(),
                                        "--as", partner, "--retry", retry_seconds, "--json"},
                                       run + "-" + partner));
  }
  std::map<std::string, Json> summaries;
  for (auto& [partner, child] : running) {
    const auto status = child.wait(within(send_patience));
    INFO(partner << ": " << contents(region.scratch() / (run + "-" + partner + ".err")));
    REQUIRE(status == 0);
    summaries[partner] = Json::parse(contents(region.scratch() / (run + "-" + partner + ".out")));
  }
  return summaries;
}

void check_compare(TestRegion& region, const std::string& reveal) {
  const auto compared = region.sluis({"region", "compare", region.layout().root.string(),
                                      data.string(), "--reveal", reveal, "--json"});
  INFO(compared.out << compared.err);
  REQUIRE(compared.status == 0);
  const auto said = Json::parse(compared.out);
  CHECK(said["differences"] == 0);
  CHECK(said["matches"].get<std::size_t>() > 400);
  CHECK(said["queries"] == 260);
}

void check_wait(TestRegion& region) {
  const auto waited =
      region.sluis({"region", "wait", region.layout().root.string(), "--seconds", "600"});
  INFO(waited.out << waited.err);
  REQUIRE(waited.status == 0);
}

std::uint64_t lines_of(const std::string& partner) {
  return read_lines(data / "signals" / (partner + ".jsonl")).size();
}

/// The size of each partner's log, and how much it keeps.
std::map<std::string, std::pair<std::uint64_t, Kept>> everything(TestRegion& region) {
  std::map<std::string, std::pair<std::uint64_t, Kept>> all;
  for (const auto& partner : gateway::cli::demo_partners)
    all[std::string(partner.id)] = {region.log_size(partner.id), region.kept(partner.id)};
  return all;
}

/// Ends what `sluis region start` started, however the test ends.
struct StopAtEnd {
  TestRegion& region;
  ~StopAtEnd() {
    region.sluis({"region", "stop", region.layout().root.string(), "--wait", "1", "--kill"});
  }
};

}  // namespace

TEST_CASE(
    "region: 5,000 signals give exactly the matches, answers and open contents that must follow; "
    "sending again changes nothing; no BSN or linkage key is anywhere",
    "[region]") {
  TestRegion region;
  region.start();
  const auto first = send_all(region, "first");
  for (const auto& [partner, summary] : first) {
    INFO(partner << ": " << summary);
    CHECK(summary["accepted"] == lines_of(partner));
    CHECK(summary["refused"] == 0);
  }
  check_wait(region);
  check_compare(region, "2");

  const auto before = everything(region);
  CHECK(before.at("zvh").second.received == 5'000);
  CHECK(before.at("zvh").second.seen == 5'000);
  const auto again = send_all(region, "again");
  for (const auto& [partner, summary] : again) {
    INFO(partner << ": " << summary);
    CHECK(summary["alreadyThere"] == lines_of(partner));
    CHECK(summary["accepted"] == 0);
    CHECK(summary["refused"] == 0);
  }
  check_wait(region);
  CHECK(everything(region) == before);
  check_compare(region, "2");

  for (const auto& partner : gateway::cli::demo_partners) CHECK(region.stop(partner.id) == 0);
  for (const auto& partner : gateway::cli::demo_partners) CHECK(region.log_fault(partner.id) == "");
  const Scanner scanner(RegionData::read(data).linkage_keys());
  CHECK(told(scanner.scan_folder(region.layout().root)) == "");
  CHECK(std::filesystem::is_empty(region.temporary()));
}

TEST_CASE("region: where policies reveal at three, contents open after three partners",
          "[region]") {
  TestRegion region({"--reveal", "3"});
  region.start();
  send_all(region, "first");
  check_wait(region);
  check_compare(region, "3");
  region.stop();
  for (const auto& partner : gateway::cli::demo_partners) CHECK(region.log_fault(partner.id) == "");
}

TEST_CASE("region: the same file sent by two at once is there once", "[region]") {
  const auto part = RegionData::read(data).first(60, 0);
  TestRegion region;
  region.start();
  const auto file = region.scratch() / "politie.jsonl";
  write_lines(file, part.signals.at("politie"));
  std::vector<Child> running;
  for (const std::string name : {"one", "two"})
    running.push_back(
        region.start_sluis({"send", file.string(), "--region", region.layout().root.string(),
                            "--as", "politie", "--batch", "10", "--json"},
                           name));
  std::size_t accepted = 0, there = 0;
  for (auto& child : running) CHECK(child.wait(within(send_patience)) == 0);
  for (const std::string name : {"one", "two"}) {
    const auto summary = Json::parse(contents(region.scratch() / (name + ".out")));
    CHECK(summary["refused"] == 0);
    accepted += summary["accepted"].get<std::size_t>();
    there += summary["alreadyThere"].get<std::size_t>();
  }
  CHECK(accepted == 60);
  CHECK(there == 60);
  region.wait_delivered();
  CHECK(region.kept("zvh").received == 60);
  CHECK(region.kept("politie").outbox == 60);
}

TEST_CASE("region: the command line starts, looks at and stops a region", "[region]") {
  TestRegion region;
  const auto folder = region.layout().root.string();
  const StopAtEnd guard{region};
  const auto status = [&] { return region.sluis({"region", "status", folder, "--json"}); };
  CHECK(status().status == 1);
  const auto started = region.sluis({"region", "start", folder, "--wait", "60"});
  INFO(started.out << started.err);
  REQUIRE(started.status == 0);
  const auto looked = status();
  CHECK(looked.status == 0);
  const auto gateways = Json::parse(looked.out)["gateways"];
  CHECK(gateways.size() == 6);
  for (const auto& gateway : gateways) CHECK(gateway["ready"] == true);
  CHECK(region.sluis({"region", "start", folder}).status == 0);  // they run already
  CHECK(region.sluis({"region", "stop", folder}).status == 0);
  CHECK(status().status == 1);
  CHECK(region.sluis({"region", "stop", folder}).status == 0);  // none runs
}

}  // namespace sluis::test
