#include "gateway/net/deadlines.hpp"

#include <catch2/catch.hpp>
#include <memory>

#include "tests/gateway/net/net_fixture.hpp"

namespace sluis::test {
namespace {

TEST_CASE("Deadline: expires once, after its moment and not before", "[net]") {
  asio::io_context context(1);
  int expired = 0;
  net::Clock::time_point when;
  auto deadline = std::make_unique<net::Deadline>(context, [&] {
    ++expired;
    when = net::Clock::now();
    context.stop();
  });
  const auto start = net::Clock::now();
  deadline->set(30ms);
  context.run();
  CHECK(expired == 1);
  CHECK(deadline->expired());
  CHECK(when - start >= 30ms);
  CHECK(when - start < 2s);

  deadline->set(1ms);
  CHECK_FALSE(deadline->expired());
  context.restart();
  context.run();
  CHECK(expired == 2);
}

TEST_CASE("Deadline: a cleared one does not expire, and the last one ends the sweep", "[net]") {
  asio::io_context context(1);
  bool expired = false;
  auto cleared = std::make_unique<net::Deadline>(context, [&] { expired = true; });
  cleared->set(1ms);
  cleared->clear();
  context.run_for(250ms);
  CHECK_FALSE(expired);
  cleared.reset();
  context.restart();
  context.run();  // ends: nothing is left to wait for
  CHECK_FALSE(expired);
}

TEST_CASE("Deadline: lives on in what an io_context destroys", "[net]") {
  auto context = std::make_unique<asio::io_context>(1);
  auto sleeper = [](asio::io_context& on) -> Task<void> {
    net::Deadline deadline(on, [] {});
    net::Timer timer(on.get_executor(), 1h);
    co_await timer.async_wait(gateway::use_task);
  };
  asio::co_spawn(context->get_executor(), sleeper(*context), [](std::exception_ptr) {});
  context->run_for(10ms);
  CHECK_NOTHROW(context.reset());
}

}  // namespace
}  // namespace sluis::test
