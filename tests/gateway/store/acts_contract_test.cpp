// The contract's promises about acts: all or nothing, in order, durable before they are told.
#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "support.hpp"

using namespace sluis::gateway::store;
using namespace sluis::gateway::store::test;

namespace {

std::vector<std::string> log_of(Store& store) {
  return look(store, [](Transaction& tx) { return tx.entries(0, 1'000'000); });
}

/// Keeps the store's thread busy until it is let go, so that what follows shares one commit.
class Gate {
 public:
  explicit Gate(Store& store) {
    done_ = hand_in(store, [this](Transaction&) {
      std::unique_lock lock(mutex_);
      entered_ = true;
      changed_.notify_all();
      changed_.wait(lock, [this] { return open_; });
    });
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return entered_; });
  }
  void open() {
    {
      const std::lock_guard lock(mutex_);
      open_ = true;
    }
    changed_.notify_all();
    wait_for(done_);
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool entered_ = false;
  bool open_ = false;
  std::future<void> done_;
};

std::uint64_t count_of(Transaction& tx, const std::string& name) {
  const auto counted = tx.counted(name, 0);
  return counted.empty() ? 0 : counted.front().n;
}
void count_one(Transaction& tx, const std::string& name) {
  tx.put_counted(name, {0, count_of(tx, name) + 1});
}

}  // namespace

TEST_CASE("an act that throws leaves nothing, nor its records; its neighbours stand", "[store]") {
  Opened store;
  Gate gate(*store);
  auto before = hand_in(*store, [](Transaction& tx) {
    tx.put_meta("before", "1");
    tx.append("before");
  });
  auto thrown = hand_in(*store, [](Transaction& tx) {
    tx.put_meta("thrown", "1");
    tx.put_meta("before", "changed");
    tx.put_counted("new-name", {7, 5});
    tx.append("thrown");
    throw std::domain_error("the act's own");
  });
  auto after = hand_in(*store, [](Transaction& tx) {
    tx.put_meta("after", tx.meta("before").value_or("none"));
    tx.append("after");
  });
  gate.open();
  wait_for(before);
  CHECK_THROWS_AS(wait_for(thrown), std::domain_error);
  wait_for(after);

  store.reopen();
  look(*store, [](Transaction& tx) {
    CHECK(tx.meta("before") == "1");
    CHECK_FALSE(tx.meta("thrown"));
    CHECK(tx.meta("after") == "1");
    CHECK(tx.counted("new-name", 0).empty());
    return true;
  });
  CHECK(log_of(*store) == std::vector<std::string>{"before", "after"});
}

TEST_CASE("a name first used by an act that was undone can be used again", "[store]") {
  Opened store;
  const auto signal = received_signal("politie", {link("bsn", "2026b", 1)});
  CHECK_THROWS_AS(act(*store,
                      [&](Transaction& tx) {
                        tx.add_received_signal(signal);
                        throw std::domain_error("the act's own");
                      }),
                  std::domain_error);
  act(*store, [&](Transaction& tx) { tx.add_received_signal(signal); });
  look(*store, [&](Transaction& tx) {
    const auto found = tx.received_signal(signal.from, signal.id);
    REQUIRE(found);
    CHECK(found->theme == "zorg");
    CHECK(tx.links_of(found->row).at(0).kind == "bsn");
    return true;
  });
}

TEST_CASE("an act that catches the engine's refusal is undone all the same", "[store]") {
  Opened store;
  const auto signal = sent_signal();
  act(*store, [&](Transaction& tx) { tx.add_sent_signal(signal); });
  auto done = hand_in(*store, [&](Transaction& tx) {
    tx.put_meta("half", "1");
    try {
      tx.add_sent_signal(signal);
    } catch (const std::exception&) {
    }
  });
  CHECK_THROWS(wait_for(done));
  CHECK_FALSE(look(*store, [](Transaction& tx) { return tx.meta("half"); }));
  CHECK(store->healthy());
}

TEST_CASE("acts of one caller run in the order in which they were handed in", "[store]") {
  Opened store;
  std::vector<std::future<void>> all;
  for (int i = 0; i < 3000; ++i) {
    all.push_back(hand_in(*store, [i](Transaction& tx) { tx.append(std::to_string(i)); }));
  }
  for (auto& one : all) wait_for(one);
  const auto log = log_of(*store);
  REQUIRE(log.size() == 3000);
  for (std::size_t i = 0; i < log.size(); ++i) CHECK(log[i] == std::to_string(i));
}

TEST_CASE("many threads: every act is there once, and shares commits", "[store]") {
  Opened store;
  constexpr int threads = 8;
  constexpr int each = 200;
  std::atomic<int> failed = 0;
  std::vector<std::thread> callers;
  for (int t = 0; t < threads; ++t) {
    callers.emplace_back([&, t] {
      for (int i = 0; i < each; ++i) {
        try {
          act(*store, [&](Transaction& tx) {
            count_one(tx, "thread-" + std::to_string(t));
            count_one(tx, "all");
            tx.append(std::to_string(t) + "/" + std::to_string(i));
          });
        } catch (const std::exception&) {
          ++failed;
        }
      }
    });
  }
  for (auto& caller : callers) caller.join();
  CHECK(failed == 0);
  look(*store, [&](Transaction& tx) {
    CHECK(count_of(tx, "all") == threads * each);
    CHECK(count_of(tx, "thread-3") == each);
    return true;
  });
  auto log = log_of(*store);
  std::ranges::sort(log);
  CHECK(std::ranges::adjacent_find(log) == log.end());
  CHECK(log.size() == threads * each);
  CHECK(store.sequencer.commits <= threads * each);
  CHECK(store.sequencer.commits == store.sequencer.calls);
}

TEST_CASE("a sequencer that refuses undoes the whole commit, as Unavailable", "[store]") {
  Opened store;
  act(*store, [](Transaction& tx) { tx.append("first"); });
  store.sequencer.refuse = true;
  Gate gate(*store);
  auto one = hand_in(*store, [](Transaction& tx) {
    tx.put_meta("one", "1");
    tx.append("one");
  });
  auto two = hand_in(*store, [](Transaction& tx) { tx.put_meta("two", "1"); });
  auto three = hand_in(*store, [](Transaction&) { throw std::domain_error("the act's own"); });
  gate.open();
  CHECK_THROWS_AS(wait_for(one), Unavailable);
  CHECK_THROWS_AS(wait_for(two), Unavailable);
  CHECK_THROWS_AS(wait_for(three), Unavailable);
  CHECK_FALSE(store->healthy());
  CHECK(store.sequencer.undos == 1);
  CHECK(store.sequencer.commits == 1);

  store.sequencer.refuse = false;
  act(*store, [](Transaction& tx) { tx.append("last"); });
  CHECK(store->healthy());
  CHECK(log_of(*store) == std::vector<std::string>{"first", "last"});
  look(*store, [](Transaction& tx) {
    CHECK_FALSE(tx.meta("one"));
    CHECK_FALSE(tx.meta("two"));
    CHECK(tx.logs().back().note == "size 2");
    return true;
  });
}

TEST_CASE("a commit without records does not wake the sequencer", "[store]") {
  Opened store;
  act(*store, [](Transaction& tx) { tx.put_meta("a", "1"); });
  CHECK_THROWS(act(*store, [](Transaction& tx) {
    tx.append("lost");
    throw std::domain_error("the act's own");
  }));
  CHECK(store.sequencer.calls == 0);
  CHECK(store.sequencer.commits == 0);
}

TEST_CASE("a read sees every act that was acknowledged, and changes nothing", "[store]") {
  Opened store;
  act(*store, [](Transaction& tx) { tx.put_meta("a", "1"); });
  CHECK(look(*store, [](Transaction& tx) { return tx.meta("a"); }) == "1");
  const auto change = [](Transaction& tx) {
    tx.put_meta("a", "2");
    return true;
  };
  const auto record = [](Transaction& tx) {
    tx.append("r");
    return true;
  };
  CHECK_THROWS_AS(look(*store, change), std::logic_error);
  CHECK_THROWS_AS(look(*store, record), std::logic_error);
  CHECK(look(*store, [](Transaction& tx) { return tx.meta("a"); }) == "1");
}

TEST_CASE("stop finishes what was handed in, and refuses the rest", "[store]") {
  Opened store;
  Gate gate(*store);
  std::atomic<int> told = 0;
  for (int i = 0; i < 500; ++i) {
    store->write([](Transaction& tx) { count_one(tx, "n"); },
                 [&](std::exception_ptr failure) { told += failure ? 0 : 1; });
  }
  std::thread opener([&] { gate.open(); });
  store->stop();
  opener.join();
  CHECK(told == 500);
  auto late = hand_in(*store, [](Transaction&) {});
  CHECK_THROWS_AS(wait_for(late), Unavailable);
  CHECK_THROWS_AS(look(*store, [](Transaction&) { return true; }), Unavailable);

  store.reopen();
  CHECK(look(*store, [](Transaction& tx) { return count_of(tx, "n"); }) == 500);
}
