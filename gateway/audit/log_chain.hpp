// A gateway's logs together: one for each year, each beginning with the last checkpoint of the one
// before.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "config/ids.hpp"
#include "gateway/audit/verify.hpp"

namespace sluis::gateway::audit {

/// One of the logs that are published in a gateway's folder, as it says of itself.
struct PublishedLog {
  std::filesystem::path folder;
  std::string origin;
  std::string before;       // origin of the log that it goes on from, or empty
  std::string last_before;  // that log's last checkpoint, as the first record has it
};

/// All logs below `root`, each after the one that it goes on from. `not_found` where there is none;
/// `invalid` with the folder for one that cannot be read so far.
[[nodiscard]] config::Result<std::vector<PublishedLog>> published_logs(
    const std::filesystem::path& root);

struct ChainReport {
  std::string origin;
  VerifyReport report;
};

/// Verifies each log by itself, and that it begins where the one before ended: nothing was cut off
/// at the turn of a year, and no year was taken out. `options.since` is looked for in the log that
/// it names. That the newest log was taken away whole takes `since`, or a witness, to be seen.
[[nodiscard]] std::vector<ChainReport> verify_chain(const std::vector<PublishedLog>& logs,
                                                    const config::Oin& oin,
                                                    const crypto::Array<32>& key,
                                                    const VerifyOptions& options = {});

}  // namespace sluis::gateway::audit
