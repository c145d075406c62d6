// sluis policy check | explain | compare | simulate | test | key | sign
#pragma once

#include "gateway/cli/program.hpp"

namespace sluis::gateway::cli {

void add_policy_commands(CLI::App& program, Session& session);

}  // namespace sluis::gateway::cli
