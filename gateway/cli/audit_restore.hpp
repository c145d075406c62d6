// sluis audit restore, and audit status
#pragma once

#include "gateway/cli/program.hpp"

namespace sluis::gateway::cli {

void add_audit_restore(CLI::App& family, Session& session);
void add_audit_status(CLI::App& family, Session& session);

}  // namespace sluis::gateway::cli
