// The way back for a gateway whose database was put back from a backup.
#pragma once

#include <filesystem>
#include <string>

#include "config/result.hpp"
#include "gateway/audit/journal.hpp"
#include "gateway/audit/record.hpp"

namespace sluis::gateway::audit {

/// Opens the database, checks that its log fits together, and begins a log of its own: its first
/// record has the last checkpoint that the database knows, the second is `record`, whose object
/// becomes what the guard had seen and is lost. Gives that. The gateway must not run: the database
/// is locked by who has it. `conflict` when nothing is to be restored, as `load_restored` has it.
[[nodiscard]] config::Result<std::string> restore_log(const std::filesystem::path& database,
                                                      Journal& journal, Record record,
                                                      bool witness_has_more = false);

}  // namespace sluis::gateway::audit
