// What is promised of the file itself: privacy, refusals, and what is left after a kill.
#include "gateway/store/sqlite.hpp"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <fstream>
#include <set>
#include <thread>
#include <unordered_map>

#include "crypto/hash.hpp"
#include "gateway/store/database.hpp"
#include "gateway/store/schema.hpp"
#include "support.hpp"

using namespace sluis;
using namespace sluis::gateway::store;
using namespace sluis::gateway::store::test;
namespace fs = std::filesystem;

namespace {

config::Error refusal(const fs::path& file) {
  PlainSequencer sequencer;
  auto opened = open_sqlite(file, sequencer);
  REQUIRE_FALSE(opened);
  return opened.failure();
}

std::set<std::string> names_in(const fs::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.insert(entry.path().filename());
  return names;
}

unsigned mode_of(const fs::path& file) {
  struct stat status {};
  REQUIRE(::stat(file.c_str(), &status) == 0);
  return status.st_mode & 0777U;
}

void set_pragma(const fs::path& file, const char* pragma) {
  auto database = Database::open(file, 1024);
  REQUIRE(database);
  database->exec(pragma);
}

/// An act that puts a signal, two envelopes and a record. Its number stands in each.
void put_one(Transaction& tx, std::uint32_t number) {
  auto signal = sent_signal();
  signal.owner = std::to_string(number);
  tx.add_sent_signal(signal);
  for (const auto* to : {"zvh", "ggd"}) {
    auto row = outbox_row(signal.id, to);
    row.trace_id = std::to_string(number);
    tx.add_outbox(row);
  }
  const auto counted = tx.counted("acts", 0);
  tx.put_counted("acts", {0, counted.empty() ? 1 : counted.front().n + 1});
  tx.append(signal.id.str() + " " + std::to_string(number));
}

/// Never returns: acts from four threads until it is killed; each act's number goes into `pipe`
/// after it was acknowledged.
[[noreturn]] void act_until_killed(const fs::path& folder, int pipe) noexcept {
  PlainSequencer sequencer;
  const auto store = open_sqlite(folder / "store.db", sequencer).value();
  std::atomic<std::uint32_t> next = 0;
  std::vector<std::thread> callers;
  for (int t = 0; t < 4; ++t) {
    callers.emplace_back([&] {
      for (;;) {
        const std::uint32_t number = next++;
        act(*store, [&](Transaction& tx) { put_one(tx, number); });
        if (::write(pipe, &number, sizeof number) != sizeof number) ::_exit(1);
      }
    });
  }
  for (auto& caller : callers) caller.join();
  ::_exit(0);
}

/// Kills such a process once that many acts were acknowledged; gives the numbers of all that were.
std::set<std::uint32_t> acknowledged_before_kill(const fs::path& folder, std::size_t wanted) {
  int pipe[2];
  REQUIRE(::pipe(pipe) == 0);
  const auto child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) act_until_killed(folder, pipe[1]);
  ::close(pipe[1]);
  std::set<std::uint32_t> acknowledged;
  std::uint32_t number = 0;
  while (::read(pipe[0], &number, sizeof number) == sizeof number) {
    acknowledged.insert(number);
    if (acknowledged.size() == wanted) ::kill(child, SIGKILL);
  }
  ::close(pipe[0]);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
  return acknowledged;
}

}  // namespace

TEST_CASE("the files are private, and none is temporary", "[sqlite]") {
  const TempFolder folder;
  const auto file = folder.path() / "store.db";
  {
    PlainSequencer sequencer;
    const auto store = open_sqlite(file, sequencer).value();
    std::set<std::string> seen;
    for (int round = 0; round < 20; ++round) {
      act(*store, [&](Transaction& tx) {
        for (std::uint32_t i = 0; i < 50; ++i) put_one(tx, i);
        for (const auto& name : names_in(folder.path())) seen.insert(name);
      });
    }
    CHECK(seen == std::set<std::string>{"store.db", "store.db-wal"});
    CHECK(mode_of(file) == 0600);
    CHECK(mode_of(folder.path() / "store.db-wal") == 0600);
    store->stop();
  }
  CHECK(names_in(folder.path()) == std::set<std::string>{"store.db"});
}

TEST_CASE("a file that others could read is closed to them", "[sqlite]") {
  const TempFolder folder;
  const auto file = folder.path() / "store.db";
  std::ofstream(file).close();
  REQUIRE(::chmod(file.c_str(), 0644) == 0);
  PlainSequencer sequencer;
  const auto store = open_sqlite(file, sequencer).value();
  CHECK(mode_of(file) == 0600);
}

TEST_CASE("refused at open, with what to do", "[sqlite]") {
  const TempFolder folder;
  const auto file = folder.path() / "store.db";
  SECTION("no database") {
    std::ofstream(file) << std::string(8192, 'x');
    const auto error = refusal(file);
    CHECK(error.code == config::Code::invalid);
    CHECK_THAT(error.detail, Catch::Contains("is not a database"));
  }
  SECTION("a newer schema") {
    PlainSequencer sequencer;
    open_sqlite(file, sequencer).value()->stop();
    set_pragma(file, "PRAGMA user_version=99");
    const auto error = refusal(file);
    CHECK(error.code == config::Code::invalid);
    CHECK_THAT(error.detail, Catch::Contains("schema 99") && Catch::Contains("newer program"));
  }
  SECTION("an older schema") {
    PlainSequencer sequencer;
    open_sqlite(file, sequencer).value()->stop();
    set_pragma(file, "PRAGMA user_version=1");
    const auto error = refusal(file);
    CHECK(error.code == config::Code::invalid);
    CHECK_THAT(error.detail, Catch::Contains("schema 1") && Catch::Contains("empty data folder"));
  }
  SECTION("another program's database") {
    set_pragma(file, "CREATE TABLE theirs (a)");
    CHECK_THAT(refusal(file).detail, Catch::Contains("another program"));
  }
  SECTION("in use") {
    PlainSequencer sequencer;
    const auto store = open_sqlite(file, sequencer).value();
    const auto error = refusal(file);
    CHECK(error.code == config::Code::unavailable);
    CHECK_THAT(error.detail, Catch::Contains("in use by another process"));
  }
  SECTION("no such folder") {
    const auto error = refusal(folder.path() / "none" / "store.db");
    CHECK(error.code == config::Code::unavailable);
    CHECK_THAT(error.detail, Catch::Contains("No such file"));
  }
}

TEST_CASE("a full queue refuses at once", "[sqlite]") {
  const TempFolder folder;
  PlainSequencer sequencer;
  const auto store = open_sqlite(folder.path() / "store.db", sequencer, {.queue_acts = 3}).value();
  std::promise<void> entered;
  std::promise<void> open;
  auto held = hand_in(*store, [&](Transaction&) {
    entered.set_value();
    open.get_future().wait();
  });
  entered.get_future().wait();
  std::vector<std::future<void>> waiting;
  for (int i = 0; i < 3; ++i) waiting.push_back(hand_in(*store, [](Transaction&) {}));
  auto refused = hand_in(*store, [](Transaction&) {});
  CHECK(refused.wait_for(std::chrono::seconds(0)) == std::future_status::ready);
  CHECK_THROWS_AS(refused.get(), Unavailable);
  open.set_value();
  wait_for(held);
  for (auto& one : waiting) wait_for(one);
}

TEST_CASE("a full disk: Unavailable and unhealthy, until a write works again", "[sqlite]") {
  const TempFolder folder;
  PlainSequencer sequencer;
  const auto file = folder.path() / "store.db";
  const auto store = open_sqlite(file, sequencer).value();
  act(*store, [](Transaction& tx) { put_one(tx, 0); });

  // No file may grow past what is there now: the write itself fails, as on a full disk.
  ::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const rlimit tight{fs::file_size(folder.path() / "store.db-wal") + 4096, before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &tight) == 0);
  for (int i = 0; i < 3; ++i) {
    auto refused = hand_in(*store, [](Transaction& tx) {
      tx.put_meta("large", std::string(200'000, 'x'));
      tx.append("large");
    });
    CHECK_THROWS_AS(wait_for(refused), Unavailable);
    CHECK_FALSE(store->healthy());
  }
  CHECK(look(*store, [](Transaction& tx) { return tx.log_size(); }) == 1);
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);

  act(*store, [](Transaction& tx) { put_one(tx, 1); });
  CHECK(store->healthy());
  look(*store, [](Transaction& tx) {
    CHECK_FALSE(tx.meta("large"));
    CHECK(tx.log_size() == 2);
    CHECK(tx.logs().back().note == "size 2");
    return true;
  });
}

TEST_CASE("killed under load: what was acknowledged is there, and nothing in part", "[sqlite]") {
  const std::size_t wanted = GENERATE(1U, 50U, 400U);
  const TempFolder folder;
  const auto acknowledged = acknowledged_before_kill(folder.path(), wanted);
  CHECK(acknowledged.size() >= wanted);

  PlainSequencer sequencer;
  const auto store = open_sqlite(folder.path() / "store.db", sequencer).value();
  look(*store, [&](Transaction& tx) {
    const auto log = tx.entries(0, 1'000'000);
    CHECK(tx.counted("acts", 0).at(0).n == log.size());
    CHECK(tx.logs().back().note == "size " + std::to_string(log.size()));
    CHECK(tx.waiting(partner("zvh")) == log.size());
    CHECK(tx.waiting(partner("ggd")) == log.size());
    std::set<std::uint32_t> there;
    for (const auto& record : log) {
      const auto id = config::SignalId::parse(record.substr(0, 36)).value();
      const auto owner = record.substr(37);
      REQUIRE(tx.sent_signal(id));
      CHECK(tx.sent_signal(id)->owner == owner);
      REQUIRE(tx.outbox_of(id).size() == 2);
      CHECK(tx.outbox_of(id)[1].trace_id == owner);
      there.insert(static_cast<std::uint32_t>(std::stoul(owner)));
    }
    CHECK(there.size() == log.size());
    CHECK(std::ranges::includes(there, acknowledged));
    return true;
  });
}

TEST_CASE("sqlite: after a scrub nothing of dropped links is in any file", "[store][sqlite]") {
  const TempFolder folder;
  PlainSequencer sequencer;
  const auto store = open_sqlite(folder.path() / "store.db", sequencer).value();
  // Enough rows, some of one epoch alone, for pages to split, move and merge; tags that occur
  // nowhere else.
  const auto tag_of = [](int number, std::string_view epoch) {
    return crypto::sha256({crypto::as_view(std::to_string(number)), crypto::as_view(epoch)});
  };
  const int signals = 6000, an_act = 50;
  std::vector<std::int64_t> rows;
  for (int first = 0; first < signals; first += an_act)
    act(*store, [&](Transaction& tx) {
      for (int i = first; i < first + an_act; ++i) {
        auto of_old = link("bsn", "2026a", 1), of_new = link("bsn", "2026b", 1);
        of_old.tag = tag_of(i, "old");
        of_new.tag = tag_of(i, "new");
        // Rows of many sizes: what moves in is often larger than what moved out.
        if (i % 3 == 0) of_old.wrapped.reset();
        of_old.shares.resize(i % 4 == 0 ? 1 : 2);
        for (int k = 4; k < 4 + i % 11; ++k)
          of_new.shares.push_back({static_cast<std::uint8_t>(k), bytes32(0x41), bytes32(0x42)});
        const auto row =
            tx.add_received_signal(i % 7 == 0 ? received_signal("ggz", {of_new, of_old})
                                              : received_signal("ggz", {of_old, of_new}));
        rows.push_back(row);
        // Opened later than it came: the index of open ones grows in the middle.
        if (i % 5 == 4) tx.mark_open(rows[rows.size() / 2], crypto::as_view("key"), at(1));
      }
    });
  // How many of the tags stand anywhere in the files, whole or half: what is left in a page that
  // rows were moved out of is often cut off.
  const auto found = [&](std::string_view epoch) {
    constexpr std::size_t half = 16;
    std::unordered_map<std::string, int> halves;
    for (int i = 0; i < signals; ++i) {
      const auto tag = tag_of(i, epoch);
      halves.emplace(crypto::as_text(tag).substr(0, half), i);
      halves.emplace(crypto::as_text(tag).substr(half), i);
    }
    std::set<int> seen;
    for (const auto& entry : fs::directory_iterator(folder.path())) {
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string all(std::istreambuf_iterator<char>(file), {});
      for (std::size_t i = 0; i + half <= all.size(); ++i)
        if (const auto tag = halves.find(all.substr(i, half)); tag != halves.end())
          seen.insert(tag->second);
    }
    return static_cast<int>(seen.size());
  };
  CHECK(found("old") == signals);
  for (std::size_t dropped = 1; dropped > 0;)
    act(*store, [&](Transaction& tx) { dropped = tx.drop_links(domain(), epoch("2026a"), 370); });
  CHECK(found("old") > 0);  // in the log still: without a scrub this test would see nothing
  std::promise<void> done;
  store->scrub([&](const std::exception_ptr& failure) {
    failure ? done.set_exception(failure) : done.set_value();
  });
  auto scrubbed = done.get_future();
  wait_for(scrubbed);
  CHECK(found("old") == 0);
  CHECK(found("new") == signals);
}

TEST_CASE("sqlite: after a scrub nothing of forgotten subjects is in any file", "[store][sqlite]") {
  const TempFolder folder;
  PlainSequencer sequencer;
  const auto store = open_sqlite(folder.path() / "store.db", sequencer).value();
  const auto made = [](int number, std::string_view what) {
    return crypto::sha256({crypto::as_view(std::to_string(number)), crypto::as_view(what)});
  };
  // Every tenth is forgotten, from among enough rows of two sizes for pages to split and merge.
  const int subjects = 6000, an_act = 100, nth = 10;
  for (int first = 0; first < subjects; first += an_act)
    act(*store, [&](Transaction& tx) {
      for (int i = first; i < first + an_act; ++i) {
        AuditSubject subject{config::random_uuid(), "person", made(i, "salt"), {made(i, "bsn")}};
        if (i % 3 == 0) subject.references.push_back(made(i, "name"));
        tx.add_subject(subject);
      }
    });
  const auto found = [&](bool forgotten) {
    constexpr std::size_t half = 16;
    std::unordered_map<std::string, int> halves;
    for (int i = 0; i < subjects; ++i) {
      if ((i % nth == 0) != forgotten) continue;
      for (const auto* what : {"salt", "bsn"}) {
        const auto value = made(i, what);
        halves.emplace(crypto::as_text(value).substr(0, half), i);
        halves.emplace(crypto::as_text(value).substr(half), i);
      }
    }
    std::set<int> seen;
    for (const auto& entry : fs::directory_iterator(folder.path())) {
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string all(std::istreambuf_iterator<char>(file), {});
      for (std::size_t i = 0; i + half <= all.size(); ++i)
        if (const auto it = halves.find(all.substr(i, half)); it != halves.end())
          seen.insert(it->second);
    }
    return static_cast<int>(seen.size());
  };
  CHECK(found(true) == subjects / nth);
  act(*store, [&](Transaction& tx) {
    for (int i = 0; i < subjects; i += nth) CHECK(tx.forget_subjects(made(i, "bsn")) == 1);
  });
  CHECK(found(true) > 0);  // in the log still: without a scrub this test would see nothing
  std::promise<void> done;
  store->scrub([&](const std::exception_ptr& failure) {
    failure ? done.set_exception(failure) : done.set_value();
  });
  auto scrubbed = done.get_future();
  wait_for(scrubbed);
  CHECK(found(true) == 0);
  CHECK(found(false) == subjects - subjects / nth);
  look(*store, [&](Transaction& tx) {
    CHECK(tx.subjects(made(1, "bsn")).size() == 1);
    CHECK(tx.subjects(made(3, "name")).size() == 1);
    return true;
  });
}
