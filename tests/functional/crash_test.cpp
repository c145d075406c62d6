// Every gateway killed while signals are being sent: nothing acknowledged is lost, nothing is there
// twice, and what the killed ones leave tells of nobody.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <system_error>

#include "tests/functional/expectation.hpp"
#include "tests/functional/region.hpp"
#include "tests/functional/scanner.hpp"

namespace sluis::test {

namespace {

constexpr std::size_t rounds = 12;  // every gateway killed, then every gateway stopped
constexpr std::size_t lines_a_round = 10;

/// `sluis send -` that is fed line by line, so that it is always in the middle of its work.
class Feed {
 public:
  Feed(TestRegion& region, const std::string& partner, std::vector<Json> bodies)
      : name_("feed-" + partner), region_(region), bodies_(std::move(bodies)) {
    const auto fifo = region.scratch() / (name_ + ".in");
    if (::mkfifo(fifo.c_str(), 0600) != 0)
      throw std::system_error(errno, std::generic_category(), "mkfifo");
    // Open for both, so that neither side waits for the other, and closed when we say so.
    pipe_ = ::open(fifo.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
    sender_.emplace(
        region.start_sluis({"send", "-", "--region", region.layout().root.string(), "--as", partner,
                            "--batch", "4", "--retry", "240", "--json"},
                           name_));
  }
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;
  ~Feed() { end(); }

  void give(std::size_t lines) {
    std::string text;
    for (; lines > 0 && next_ < bodies_.size(); --lines) text += bodies_[next_++].dump() + "\n";
    const bool taken = poll_until(within(std::chrono::seconds(120)), [&] {
      const auto written = ::write(pipe_, text.data(), text.size());
      if (written > 0) text.erase(0, static_cast<std::size_t>(written));
      return text.empty();
    });
    if (!taken) throw std::runtime_error(name_ + " takes nothing any more");
  }
  [[nodiscard]] bool running() { return sender_->running(); }

  /// Everything has been given: waits for its summary.
  Json finish() {
    end();
    const auto status = sender_->wait(within(std::chrono::minutes(6)));
    INFO(name_ << ": " << contents(region_.scratch() / (name_ + ".err")));
    REQUIRE(status == 0);
    return Json::parse(contents(region_.scratch() / (name_ + ".out")));
  }

 private:
  void end() {
    if (pipe_ >= 0) ::close(pipe_);
    pipe_ = -1;
  }
  std::string name_;
  TestRegion& region_;
  std::vector<Json> bodies_;
  std::size_t next_ = 0;
  int pipe_ = -1;
  std::optional<Child> sender_;
};

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
