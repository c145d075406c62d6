#include "gateway/net/gate.hpp"

#include <boost/asio/post.hpp>
#include <catch2/catch.hpp>
#include <memory>

#include "tests/gateway/net/net_fixture.hpp"

namespace sluis::test {
namespace {

TEST_CASE("Gate: empty at once, when the last one leaves, or not by the deadline", "[net]") {
  asio::io_context context(1);
  net::Gate gate(context.get_executor());
  CHECK(run(context, gate.empty(net::Clock::now())));

  auto pass = std::make_unique<net::Gate::Pass>(gate);
  auto second = std::make_unique<net::Gate::Pass>(gate);
  CHECK(gate.inside() == 2);
  CHECK_FALSE(run(context, gate.empty(net::Clock::now() + 10ms)));

  asio::post(context, [&] { pass.reset(); });
  asio::post(context, [&] { second.reset(); });
  CHECK(run(context, gate.empty(net::Clock::now() + 5s)));
}

}  // namespace
}  // namespace sluis::test
