// What this organisation's own systems and people call: /v1 (api.md).
#pragma once

#include "config/settings.hpp"
#include "gateway/core/query.hpp"
#include "gateway/core/refusal_tally.hpp"
#include "gateway/core/submit.hpp"
#include "gateway/core/tokens.hpp"
#include "gateway/net/router.hpp"

namespace sluis::gateway::api {

/// What the routes need; all of it outlives the router.
struct Services {
  Executor home;  // where core runs
  const Region& region;
  store::Store& store;
  Submit& submit;
  Query& query;
  const Recorder& recorder;
  RefusalTally& tally;
  TokenFile& tokens;
};

/// What one request may bring.
struct Limits {
  std::size_t body_bytes = 65'536;
  std::size_t batch_bytes = std::size_t{4} * 1024 * 1024;
  std::size_t batch_lines = 1024;
};

/// Adds signals, queries and matches. A caller is a token in force with the role that the route
/// asks; whoever has none gets 401, another role 403, both recorded.
void add_routes(net::Router& router, Services services, Limits limits);

}  // namespace sluis::gateway::api
