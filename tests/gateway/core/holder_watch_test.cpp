#include "gateway/core/holder_watch.hpp"

#include <catch2/catch.hpp>

#include "core_fixture.hpp"

using namespace sluis;
using namespace sluis::gateway;
using namespace sluis::gateway::test;

namespace {

struct Watcher : Gateway {
  explicit Watcher(const std::string& self = "ggz") : Gateway(self) {}
  ~Watcher() { run(watch.stop()); }
  FakePeers peers;
  HolderWatch watch{io.get_executor(), region, peers};
};

}  // namespace

TEST_CASE("holder watch: ready while the threshold answers", "[core]") {
  Watcher ggz;
  CHECK_FALSE(ggz.watch.ready());  // nobody has been asked yet
  ggz.peers.dead = {"politie"};
  ggz.watch.start();
  ggz.run_until([&] { return ggz.watch.ready(); });
}

TEST_CASE("holder watch: with fewer it is not, until they are back", "[core]") {
  Watcher ggz;
  ggz.peers.dead = {"politie", "gemeente"};
  ggz.watch.start();
  ggz.run_until([&] { return ggz.peers.looked_at > 3; });
  CHECK_FALSE(ggz.watch.ready());
  ggz.peers.dead = {"politie"};
  ggz.run_until([&] { return ggz.watch.ready(); });
}

TEST_CASE("holder watch: a holder counts itself, without asking", "[core]") {
  Watcher politie("politie");
  politie.peers.dead = {"politie", "gemeente"};
  politie.watch.start();
  politie.run_until([&] { return politie.watch.ready(); });
}

TEST_CASE("holder watch: stops at once, started or not", "[core]") {
  Watcher ggz;
  if (GENERATE(true, false)) {
    ggz.watch.start();
    ggz.settle();
  }
  ggz.run(ggz.watch.stop());
}
