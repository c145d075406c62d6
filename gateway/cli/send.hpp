// `sluis send`: a file of signals to a gateway, several batches at a time, however often it takes.
#pragma once

#include <chrono>
#include <string>

#include "gateway/cli/console.hpp"
#include "gateway/cli/send_lines.hpp"
#include "gateway/cli/target.hpp"

namespace sluis::gateway::cli {

struct SendOptions {
  TargetOptions target;
  std::string file;  // "-" is stdin
  BatchLimits batch;
  unsigned in_flight = 2;            // connections
  std::chrono::seconds retry{3600};  // how long a batch is tried without any progress
  bool json = false;
};

/// Sends every line, and says what became of each kind. A line's own id makes a repeat harmless, so
/// what got no whole answer is sent again. `fine` only when every line was accepted; `refused` when
/// the gateway refused some or all; `unreachable` when some could not be sent.
[[nodiscard]] Outcome send_file(const SendOptions& options, Console& console);

}  // namespace sluis::gateway::cli
