#include "gateway/audit/publisher.hpp"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <future>

#include "support.hpp"

using namespace sluis;
using namespace sluis::gateway;
using namespace sluis::gateway::audit;
using namespace sluis::gateway::audit::test;
namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

constexpr auto deadline = 30s;

/// A log whose publisher hears of every commit.
class Published {
 public:
  explicit Published(const fs::path& folder, PublisherLimits limits = {1ms, 10ms})
      : folder_(folder / "log" / "2026"),
        log(folder),
        publisher_(*log.store, folder / "log", limits) {
    log.journal.on_commit([this] { publisher_.wake(); });
  }
  ~Published() { publisher_.stop(); }

  void flush() { REQUIRE(publisher_.flush(deadline)); }
  [[nodiscard]] VerifyReport verify() const { return verify_log(folder_, verifier()); }
  [[nodiscard]] const fs::path& folder() const { return folder_; }
  Publisher& operator*() { return publisher_; }
  Publisher* operator->() { return &publisher_; }

 private:
  fs::path folder_;

 public:
  TestLog log;

 private:
  Publisher publisher_;
};

unsigned mode_of(const fs::path& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 0777U;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("a published log verifies, has no file too many, and is private", "[publisher]") {
  const TempFolder folder;
  Published published(folder.path());
  published.flush();  // an empty log has nothing to publish
  CHECK_FALSE(fs::exists(published.folder()));

  published.log.append(numbered(5));
  published.flush();
  CHECK(files_in(published.folder()) ==
        Names{"checkpoint", "tile/0/000.p/5", "tile/entries/000.p/5"});
  CHECK(read(published.folder() / "checkpoint") == published.log.checkpoint());
  CHECK(mode_of(published.folder()) == 0700);
  CHECK(mode_of(published.folder() / "tile/entries/000.p") == 0700);
  CHECK(mode_of(published.folder() / "tile/entries/000.p/5") == 0600);
  CHECK(mode_of(published.folder() / "checkpoint") == 0600);

  published.log.append(numbered(251, 5));
  published.flush();
  CHECK(files_in(published.folder()) ==
        Names{"checkpoint", "tile/0/000", "tile/1/000.p/1", "tile/entries/000"});

  published.log.append(numbered(300, 256));
  published.flush();
  CHECK(files_in(published.folder()) ==
        Names{"checkpoint", "tile/0/000", "tile/0/001", "tile/0/002.p/44", "tile/1/000.p/2",
              "tile/entries/000", "tile/entries/001", "tile/entries/002.p/44"});
  const auto report = published.verify();
  CHECK(report.ok());
  CHECK(report.records_checked == 556);
}

TEST_CASE("three levels of tiles", "[publisher]") {
  const TempFolder folder;
  Published published(folder.path());
  published.log.append(numbered(65'536 + 3));
  published.flush();
  CHECK(fs::exists(published.folder() / "tile/1/000"));
  CHECK(fs::exists(published.folder() / "tile/2/000.p/1"));
  CHECK_FALSE(fs::exists(published.folder() / "tile/1/001.p"));
  const auto report = published.verify();
  CHECK(report.ok());
  CHECK(report.records_checked == 65'539);
}

TEST_CASE("every state on the way verifies, whatever the writer does meanwhile", "[publisher]") {
  const TempFolder folder;
  Published published(folder.path(), {0ms, 10ms});
  std::optional<std::string> since;
  for (std::size_t n = 0; n < 600; n += 7) {
    published.log.append(numbered(7, n));
    if (n % 70 != 0) continue;
    published.flush();
    const auto report = verify_log(published.folder(), verifier(), {.since = since});
    CHECK(report.ok());
    CHECK(report.checkpoint.size == n + 7);
    since = read(published.folder() / "checkpoint");
  }
}

TEST_CASE("an older folder is brought up to date at the start, and mended", "[publisher]") {
  const TempFolder folder;
  const auto log_folder = folder.path() / "log" / "2026";
  {
    Published published(folder.path());
    published.log.append(numbered(600));
    published.flush();
  }
  const auto damage = GENERATE(0, 1, 2, 3, 4, 5, 6);
  if (damage == 1) fs::remove(log_folder / "tile/entries/001");
  if (damage == 2) fs::remove(log_folder / "tile/0/000");
  if (damage == 3) write(log_folder / "tile/0/001", "short");
  if (damage == 4) fs::remove_all(log_folder);
  if (damage == 5) write(log_folder / "checkpoint", "");
  if (damage == 6) {
    write(log_folder / "tile/0/002.p/88", "");
    write(log_folder / "tile/entries/000.p/9", "left behind");
    write(log_folder / "tile/entries/002.tmp", "cut sho");
  }
  Published published(folder.path());
  published.flush();
  CHECK(published.verify().ok());
  published.log.append(numbered(1, 600));
  published.flush();
  CHECK(published.verify().ok());
  CHECK(files_in(log_folder) == Names{"checkpoint", "tile/0/000", "tile/0/001", "tile/0/002.p/89",
                                      "tile/1/000.p/2", "tile/entries/000", "tile/entries/001",
                                      "tile/entries/002.p/89"});
}

TEST_CASE("a folder of another log is written over whole", "[publisher]") {
  const TempFolder one;
  const TempFolder two;
  {
    Published published(one.path());
    published.log.append(numbered(700));
    published.flush();
  }
  fs::copy(one.path() / "log", two.path() / "log", fs::copy_options::recursive);
  Published published(two.path());
  published.log.append(numbered(520, 1000));
  published.flush();
  const auto report = published.verify();
  CHECK(report.ok());
  CHECK(report.checkpoint.size == 520);
}

TEST_CASE("what cannot be written is reported, and tried again", "[publisher]") {
  const TempFolder folder;
  const auto log_folder = folder.path() / "log";
  write(log_folder, "a file in the way");
  Published published(folder.path());
  published.log.append(numbered(300));
  const auto failed = published->flush(deadline);
  REQUIRE_FALSE(failed);
  CHECK(failed.failure().code == config::Code::unavailable);
  CHECK_FALSE(published->healthy());
  fs::remove(log_folder);
  const auto until = std::chrono::steady_clock::now() + deadline;
  while (!published->flush(deadline) && std::chrono::steady_clock::now() < until) {
  }
  CHECK(published->healthy());
  CHECK(published.verify().ok());
}

TEST_CASE("flush says so when time is up or the publisher has stopped", "[publisher]") {
  const TempFolder folder;
  Published published(folder.path());
  std::promise<void> entered;
  std::promise<void> open;
  published.log.append(numbered(1));
  published.log.store->read(
      [&](store::Transaction&) {
        entered.set_value();
        open.get_future().wait();
      },
      [](auto) {});
  entered.get_future().wait();
  CHECK_THAT(published->flush(5ms).failure().detail, Catch::Contains("not published in time"));
  open.set_value();
  published->stop();
  CHECK_FALSE(published->flush(deadline));
}
