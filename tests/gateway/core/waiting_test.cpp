// Waiting, the curve threads, and store acts from coroutines.
#include "gateway/core/waiting.hpp"

#include <boost/asio/detached.hpp>
#include <catch2/catch.hpp>
#include <future>

#include "core_fixture.hpp"
#include "gateway/core/curve_pool.hpp"
#include "gateway/core/store_call.hpp"

using namespace sluis;
using namespace sluis::gateway;
using Steady = std::chrono::steady_clock;

namespace {

Task<void> note_when(Latch& latch, bool& passed) {
  co_await latch.wait();
  passed = true;
}

Task<void> note_at(Bell& bell, Steady::time_point deadline, int& rings) {
  co_await bell.wait_until(deadline);
  ++rings;
}

/// Runs `io` until nothing is ready.
void settle(asio::io_context& io) {
  io.restart();
  io.run_for(std::chrono::milliseconds(20));
}

template <class T>
Task<void> keep(Task<T> task, std::optional<T>& into) {
  into.emplace(co_await std::move(task));
}

/// Runs one task to its end on an executor of its own.
template <class T>
T run(Task<T> task) {
  asio::io_context io{1};
  std::optional<T> value;
  std::exception_ptr failure;
  asio::co_spawn(io, keep(std::move(task), value),
                 [&](std::exception_ptr thrown) { failure = std::move(thrown); });
  io.run_for(std::chrono::seconds(60));
  if (failure) std::rethrow_exception(failure);
  return std::move(value.value());
}

struct Broken : std::runtime_error {
  Broken() : std::runtime_error("broken on purpose") {}
};

}  // namespace

TEST_CASE("completion: resumes on its own thread, whichever thread completes it", "[core]") {
  std::thread::id woken;
  auto wait = [&]() -> Task<int> {
    auto start = [](Complete<int> complete) {
      std::thread([complete = std::move(complete)] {
        complete(nullptr, std::make_shared<std::optional<int>>(7));
      }).detach();
    };
    const auto value = co_await completion<int>(std::move(start));
    woken = std::this_thread::get_id();
    co_return value;
  };
  CHECK(run(wait()) == 7);
  CHECK(woken == std::this_thread::get_id());
}

TEST_CASE("completion: an exception arrives, also one that is there at once", "[core]") {
  auto wait = []() -> Task<int> {
    auto start = [](Complete<int> complete) {
      complete(std::make_exception_ptr(Broken()), nullptr);
    };
    co_return co_await completion<int>(std::move(start));
  };
  CHECK_THROWS_AS(run(wait()), Broken);
}

TEST_CASE("latch: opens with the last arrival, and stays open", "[core]") {
  asio::io_context io{1};
  Latch latch(io.get_executor(), 2);
  bool first = false, late = false;
  asio::co_spawn(io, note_when(latch, first), asio::detached);
  settle(io);
  latch.arrive();
  settle(io);
  CHECK_FALSE(first);
  latch.arrive();
  settle(io);
  CHECK(first);
  latch.arrive();  // one too many changes nothing
  asio::co_spawn(io, note_when(latch, late), asio::detached);
  settle(io);
  CHECK(late);
}

TEST_CASE("bell: a ring while nobody waits is kept, once", "[core]") {
  asio::io_context io{1};
  Bell bell(io.get_executor());
  int rings = 0;
  const auto far = Steady::now() + std::chrono::hours(1);
  bell.ring();
  bell.ring();
  asio::co_spawn(io, note_at(bell, far, rings), asio::detached);
  settle(io);
  CHECK(rings == 1);
  asio::co_spawn(io, note_at(bell, far, rings), asio::detached);
  settle(io);
  CHECK(rings == 1);
  bell.ring();
  settle(io);
  CHECK(rings == 2);
  asio::co_spawn(io, note_at(bell, Steady::now(), rings), asio::detached);
  settle(io);
  CHECK(rings == 3);  // its deadline passed
}

TEST_CASE("on: work runs at home and the caller resumes where it was", "[core]") {
  asio::io_context home{1}, away{1};
  auto guard = asio::make_work_guard(home);
  std::thread::id worked, resumed;
  std::thread homely([&] { home.run(); });
  auto work = [&]() -> Task<int> {
    worked = std::this_thread::get_id();
    co_return 5;
  };
  auto call = [&]() -> Task<void> {
    co_await on(home.get_executor(), work());
    resumed = std::this_thread::get_id();
  };
  asio::co_spawn(away, call(), asio::detached);
  away.run_for(std::chrono::seconds(60));
  CHECK(worked == homely.get_id());
  CHECK(resumed == std::this_thread::get_id());
  guard.reset();
  homely.join();
}

TEST_CASE("curve pool: a small job waits for a step of a large one, not for all", "[core]") {
  CurvePool pool(1);
  std::promise<void> both_are_in;
  auto waiting = both_are_in.get_future().share();
  std::promise<void> all_done;
  std::string order;  // of the pool's one thread
  pool.post([&, left = 100]() mutable {
    waiting.wait();
    order += 'L';
    if (--left > 0) return false;
    all_done.set_value();
    return true;
  });
  pool.post([&, left = 2]() mutable {
    order += 's';
    return --left == 0;
  });
  both_are_in.set_value();
  REQUIRE(all_done.get_future().wait_for(std::chrono::seconds(60)) == std::future_status::ready);
  CHECK(order.substr(0, 6) == "LsLsLL");
  CHECK(order.size() == 102);
}

TEST_CASE("curve pool: what was handed in is finished before it goes", "[core]") {
  std::atomic<int> steps = 0;
  {
    CurvePool pool(2);
    for (int i = 0; i < 20; ++i)
      pool.post([&, left = 5]() mutable { return ++steps, --left == 0; });
  }
  CHECK(steps == 100);
}

TEST_CASE("curve pool: values and exceptions arrive", "[core]") {
  CurvePool pool(1);
  CHECK(run(pool.run([] { return std::string("done"); })) == "done");
  CHECK_THROWS_AS(run(pool.run([]() -> int { throw Broken(); })), Broken);
  auto steps = [&](CurvePool::Step step) -> Task<Nothing> {
    co_await pool.run_steps(std::move(step));
    co_return Nothing{};
  };
  int taken = 0;
  run(steps([&] { return ++taken == 3; }));
  CHECK(taken == 3);
  CHECK_THROWS_AS(run(steps([]() -> bool { throw Broken(); })), Broken);
}

TEST_CASE("store call: what an act gave, or why it is not there", "[core]") {
  store::test::Opened opened;
  auto put = [](store::Transaction& tx) {
    tx.put_meta("a", "1");
    return 3;
  };
  auto get = [](store::Transaction& tx) { return tx.meta("a").value_or("nothing"); };
  auto fail = [](store::Transaction& tx) -> int {
    tx.put_meta("a", "2");
    throw Broken();
  };
  CHECK(run(write(*opened, put)) == 3);
  CHECK_THROWS_AS(run(write(*opened, fail)), Broken);
  CHECK(run(read(*opened, get)) == "1");
  opened->stop();
  CHECK_THROWS_AS(run(write(*opened, put)), store::Unavailable);
  CHECK_THROWS_AS(run(read(*opened, get)), store::Unavailable);
}

TEST_CASE("store call: of many acts each stands or falls alone", "[core]") {
  store::test::Opened opened;
  std::vector<store::Store::Work> acts;
  for (int i = 0; i < 5; ++i)
    acts.push_back([i](store::Transaction& tx) {
      tx.put_meta(std::to_string(i), "there");
      if (i == 3) throw Broken();
    });
  const auto outcomes = run(write_all(*opened, std::move(acts)));
  REQUIRE(outcomes.size() == 5);
  for (std::size_t i = 0; i < 5; ++i) {
    CAPTURE(i);
    CHECK((outcomes[i] != nullptr) == (i == 3));
    auto get = [i](store::Transaction& tx) { return tx.meta(std::to_string(i)).has_value(); };
    CHECK(run(read(*opened, get)) == (i != 3));
  }
  CHECK_THROWS_AS(std::rethrow_exception(outcomes[3]), Broken);
  CHECK(run(write_all(*opened, {})).empty());
  opened->stop();
  std::vector<store::Store::Work> late(2, [](store::Transaction&) {});
  for (const auto& outcome : run(write_all(*opened, late)))
    CHECK_THROWS_AS(std::rethrow_exception(outcome), store::Unavailable);
}
