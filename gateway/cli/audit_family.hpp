// The commands of `sluis audit`, each added by the file that does it.
#pragma once

#include <vector>

#include "gateway/cli/program.hpp"

namespace sluis::gateway::cli {

void add_audit_records(CLI::App& family, Session& session);  // list, show, export
void add_audit_subject(CLI::App& family, Session& session);  // subject, erase
void add_audit_fetch(CLI::App& family, Session& session);
void add_audit_anomalies(CLI::App& family, Session& session);
void add_audit_restore(CLI::App& family, Session& session);
void add_audit_status(CLI::App& family, Session& session);

/// Records with their places, as a table.
void print_records(std::ostream& out, const std::vector<nlohmann::json>& records);

}  // namespace sluis::gateway::cli
