// Once a record and its hash differ: what happened, and to which record.
#pragma once

#include "gateway/audit/log_reader.hpp"
#include "gateway/audit/verify.hpp"

namespace sluis::gateway::audit {

/// `index` is the first record that is missing or whose hash is not that of its tile; every one
/// before it is as the tiles say. Reads the whole log: 64 bytes of memory for each record.
[[nodiscard]] Fault diagnose(const LogReader& reader, const Checkpoint& checkpoint,
                             std::uint64_t index);

}  // namespace sluis::gateway::audit
