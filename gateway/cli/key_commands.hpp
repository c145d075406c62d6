// The family `sluis keys`, whose commands stand in several files.
#pragma once

#include "gateway/cli/program.hpp"

namespace sluis::gateway::cli {

/// Adds backup and restore to the family.
void add_backup_commands(CLI::App& family, Session& session);

}  // namespace sluis::gateway::cli
