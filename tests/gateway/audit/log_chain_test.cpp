// Years, and logs that go on from one another.
#include "gateway/audit/log_chain.hpp"

#include <catch2/catch.hpp>

#include "support.hpp"

using namespace sluis;
using namespace sluis::gateway;
using namespace sluis::gateway::audit;
using namespace sluis::gateway::audit::test;
namespace fs = std::filesystem;

namespace {

/// 300 records in 2026, 20 in 2027, 5 in 2028.
class Years {
 public:
  Years() {
    TestLog log(folder_.path());
    Publisher publisher(*log.store, root());
    log.append(numbered(300));
    final_2026 = log.checkpoint();
    log.set_day("2027-01-01");
    log.append(numbered(20, 300));
    log.set_day("2028-06-01");
    log.append(numbered(5, 320));
    REQUIRE(publisher.flush(std::chrono::seconds(30)));
  }
  [[nodiscard]] fs::path root() const { return folder_.path() / "log"; }
  [[nodiscard]] std::vector<ChainReport> verify(const VerifyOptions& options = {}) const {
    return verify_chain(published_logs(root()).value(), oin(), log_key().public_key(), options);
  }
  std::string final_2026;

 private:
  TempFolder folder_;
};

std::string fault(const std::vector<ChainReport>& reports, std::size_t which) {
  return reports.at(which).report.fault ? reports[which].report.fault->what : "";
}

std::vector<store::Log> logs_of(TestLog& log) {
  return look(*log.store, [](store::Transaction& tx) { return tx.logs(); });
}

}  // namespace

TEST_CASE("a year begins with the last year's last checkpoint", "[years]") {
  const Years years;
  const auto logs = published_logs(years.root()).value();
  REQUIRE(logs.size() == 3);
  CHECK(logs[0].origin == origin);
  CHECK(logs[0].before.empty());
  CHECK(logs[1].origin == "00000099000000002000/audit/2027");
  CHECK(logs[1].before == origin);
  CHECK(logs[1].last_before == years.final_2026);
  const auto reports = years.verify();
  for (std::size_t i = 0; i < 3; ++i) CHECK(fault(reports, i).empty());
  CHECK(reports[0].report.records_checked == 300);
  CHECK(reports[1].report.records_checked == 21);
  CHECK(reports[2].report.records_checked == 6);
}

TEST_CASE("an earlier checkpoint is held against the log that it is of", "[years]") {
  const Years years;
  const auto reports = years.verify({.since = years.final_2026});
  CHECK(fault(reports, 0).empty());
  CHECK(fault(reports, 2).empty());
  fs::remove_all(years.root() / "2026");
  fs::remove_all(years.root() / "2027");
  CHECK_FALSE(fault(years.verify({.since = years.final_2026}), 0).empty());
}

TEST_CASE("a year taken out, or cut at its end, is seen in the next", "[years]") {
  const Years years;
  SECTION("taken out") {
    fs::remove_all(years.root() / "2027");
    CHECK_THAT(fault(years.verify(), 1), Catch::Contains("/2027, is missing"));
  }
  SECTION("cut and signed anew") {
    // The records of 2026 but the last, under the right key: only the next year can tell.
    const TempFolder other;
    TestLog log(other.path());
    Publisher publisher(*log.store, other.path() / "log");
    log.append(numbered(299));
    REQUIRE(publisher.flush(std::chrono::seconds(30)));
    fs::remove_all(years.root() / "2026");
    fs::copy(other.path() / "log" / "2026", years.root() / "2026", fs::copy_options::recursive);
    const auto reports = years.verify();
    CHECK(fault(reports, 0).empty());
    CHECK_THAT(fault(reports, 1), Catch::Contains("did not end where record 0 says"));
  }
  SECTION("another organisation's") {
    const auto other = config::Oin::parse("00000099000000001000").value();
    const auto reports =
        verify_chain(published_logs(years.root()).value(), other, log_key().public_key());
    CHECK_THAT(fault(reports, 0), Catch::Contains("another organisation's"));
  }
}

TEST_CASE("a clock that runs a year ahead and back begins one log, and loses nothing", "[years]") {
  const TempFolder folder;
  TestLog log(folder.path());
  log.append(numbered(2));
  log.set_day("2027-11-22");
  log.append(numbered(1, 2));
  log.set_day("2026-11-23");
  log.append(numbered(1, 3));
  log.set_day("2025-11-23");
  log.append(numbered(1, 4));
  log.set_day("2027-01-01");
  log.append(numbered(1, 5));
  const auto logs = logs_of(log);
  REQUIRE(logs.size() == 2);
  CHECK(logs[1].first == 2);
  CHECK(logs[1].size == 5);  // its first record, and four
}

TEST_CASE("a commit that is undone at the turn of the year leaves the old one", "[years]") {
  const TempFolder folder;
  {
    TestLog log(folder.path());
    log.append(numbered(2));
    log.set_day("2027-01-01");
    CHECK_THROWS(
        act(*log.store, [](store::Transaction& tx) { tx.append(std::string(70'000, 'x')); }));
    CHECK(logs_of(log).size() == 1);
  }
  TestLog log(folder.path());
  REQUIRE(log.loaded);
  log.set_day("2027-01-01");
  log.append(numbered(1, 2));
  const auto logs = logs_of(log);
  REQUIRE(logs.size() == 2);
  CHECK(logs[1].size == 2);
}

TEST_CASE("an older year's guard is recovered after a crash at the turn", "[years]") {
  const TempFolder folder;
  { TestLog(folder.path()).append(numbered(2)); }
  const auto guard = read(folder.path() / "guard");
  {
    TestLog log(folder.path());
    log.set_day("2027-01-01");
    log.append(numbered(1, 2));
  }
  write(folder.path() / "guard", guard);
  CHECK(TestLog(folder.path()).loaded);
}
