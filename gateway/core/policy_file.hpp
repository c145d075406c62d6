// The policy file: which one is put in force, which is refused, and the record of either.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/settings.hpp"
#include "gateway/core/recorder.hpp"
#include "policy/document.hpp"

namespace sluis::gateway {

/// What a look at the file gave: a policy to decide by, and what is to be told of it.
struct PolicyReading {
  std::shared_ptr<const policy::Policy> policy;
  std::string text;     // its own, as it is kept
  bool is_new = false;  // not the one that was kept last
  /// Why the file was not taken: `policy` is the last good one.
  std::optional<config::Error> refused;
};

/// The file that the settings name, if it may be put in force: ours, well-formed, signed by enough
/// of the policy keys, without a finding of `policy::check` that is an error, not past its
/// `validUntil` unless it is `in_force` already, and no older than the highest version seen. That
/// one is kept in the data folder, apart from the database, and is what is read where the file is
/// refused, also after a restart. An error when there is none to fall back on.
[[nodiscard]] config::Result<PolicyReading> read_policy_file(const config::Settings& settings,
                                                             const config::Directory& directory,
                                                             config::Timestamp now,
                                                             const policy::Policy* in_force);

/// `policy.replace` for a new one, `policy.refuse` for a refusal, which the program's log has in
/// full then; empty when there is nothing to tell. A replacement's record has the new policy's
/// hash.
[[nodiscard]] std::vector<audit::Record> tell_policy(const config::Settings& settings,
                                                     const Recorder& recorder,
                                                     const PolicyReading& reading);

/// Remembers it as the highest seen and the last good one: after its record is durable, before it
/// is put in force.
[[nodiscard]] config::Result<void> keep_policy(const config::Settings& settings,
                                               const PolicyReading& reading);

/// The text of the policy in force, comments too. `unavailable` while it is being replaced.
[[nodiscard]] config::Result<std::string> text_in_force(const config::Settings& settings,
                                                        const policy::Policy& in_force);

}  // namespace sluis::gateway
