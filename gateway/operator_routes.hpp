// What an operator's own tools ask, on a loopback address alone: alive, ready, what waits.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "gateway/core/key_keeper.hpp"
#include "gateway/core/region.hpp"
#include "gateway/core/witnessing.hpp"
#include "gateway/net/router.hpp"
#include "gateway/store/store.hpp"

namespace sluis::gateway {

struct Check {
  std::string name;
  bool ok;
  std::string detail;
};

/// Fails while a key of an epoch that is in force has not been made, or is not known here.
[[nodiscard]] Check keys_check(const std::vector<KeyStatus>& keys);

/// Adds GET /healthz, /readyz (200, or 503 with the checks that fail), /outbox and /keys.
void add_operator_routes(net::Router& router, const Region& region, store::Store& store,
                         const KeyKeeper& keys, std::function<std::vector<Check>()> checks);

/// Adds GET /witnesses: how far each partner has witnessed each of our logs.
void add_witness_status(net::Router& router, const Region& region, const Witnessing& witnessing);

}  // namespace sluis::gateway
