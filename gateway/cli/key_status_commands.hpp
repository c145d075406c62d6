// sluis keys status | approve: the region's keys, as far as this gateway has a part in them.
#pragma once

#include "gateway/cli/program.hpp"

namespace sluis::gateway::cli {

/// Adds the two to the family `sluis keys`.
void add_key_status_commands(CLI::App& family, Session& session);

}  // namespace sluis::gateway::cli
