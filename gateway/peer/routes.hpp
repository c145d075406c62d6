// What this gateway offers its partners: /peer/v1 (protocol.md §7).
#pragma once

#include "gateway/core/answer_evaluation.hpp"
#include "gateway/core/key_keeper.hpp"
#include "gateway/core/receive.hpp"
#include "gateway/net/router.hpp"

namespace sluis::gateway::peer {

/// What the routes need; all of it outlives the router.
struct Services {
  Executor home;  // where core runs
  const Region& region;
  AnswerEvaluation& evaluations;
  Receive& receive;
  KeyKeeper& keys;
  const Recorder& recorder;
};

/// Adds evaluations, envelopes, dealings, domain-keys, directory and health. Who asks is the active
/// partner whose OIN the client certificate bears, looked up in the directory at every request;
/// nobody else is told more than "not permitted", and the refusal is recorded.
void add_routes(net::Router& router, Services services);

}  // namespace sluis::gateway::peer
