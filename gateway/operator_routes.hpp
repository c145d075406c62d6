// What an operator's own tools ask, on a loopback address alone: alive, ready, what waits.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "gateway/core/region.hpp"
#include "gateway/net/router.hpp"
#include "gateway/store/store.hpp"

namespace sluis::gateway {

struct Check {
  std::string name;
  bool ok;
  std::string detail;
};

/// Adds GET /healthz, /readyz (200, or 503 with the checks that fail) and /outbox.
void add_operator_routes(net::Router& router, const Region& region, store::Store& store,
                         std::function<std::vector<Check>()> checks);

}  // namespace sluis::gateway
