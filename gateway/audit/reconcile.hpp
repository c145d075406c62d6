// What a sender logged as delivered, against what the recipient logged as received.
#pragma once

#include <string>
#include <vector>

#include "config/result.hpp"
#include "gateway/audit/log_chain.hpp"

namespace sluis::gateway::audit {

struct Reconciliation {
  /// Envelopes that both logs tell the same of.
  std::uint64_t agreed = 0;
  /// Those that one log has and the other, which ends earlier, cannot have yet.
  std::uint64_t undecided = 0;
  /// For people: which envelope, which record of which log, and what is different.
  std::vector<std::string> differences;
};

/// By receipt: an envelope is told by its id, and by the SHA-256 of what was sealed in it, which
/// stand in the receipt that the sender kept and in the record that the recipient made. Both logs
/// must have been verified before: this reads records, and believes them. `sender` and `recipient`
/// are partner ids. The receipts' signatures were checked when they came, and are not here.
[[nodiscard]] config::Result<Reconciliation> reconcile(
    const std::vector<PublishedLog>& senders_logs, const std::string& sender,
    const std::vector<PublishedLog>& recipients_logs, const std::string& recipient);

}  // namespace sluis::gateway::audit
