// The witness and the log as partners see them: /peer/v1/witness/… and /peer/v1/log/… (audit.md).
#pragma once

#include <filesystem>

#include "gateway/audit/witness.hpp"
#include "gateway/core/recorder.hpp"
#include "gateway/net/router.hpp"

namespace sluis::gateway::peer {

/// What the routes need; all of it outlives the router.
struct WitnessServices {
  Executor home;  // where core runs
  const Region& region;
  store::Store& store;
  const Recorder& recorder;
  std::filesystem::path logs;  // the folder that the log is published in
};

/// Adds `POST /peer/v1/witness/add-checkpoint` and `GET /peer/v1/witness/{origin hash}/checkpoint`
/// as C2SP's tlog-witness has them, and `GET /peer/v1/log/{log}/checkpoint` and `/tile/…` as its
/// tlog-tiles: hashes alone, a path into `tile/entries` is not there. None of these leaves a record
/// (an idle log does not grow), other than that of a stranger who was refused.
void add_witness_routes(net::Router& router, WitnessServices services);

}  // namespace sluis::gateway::peer
