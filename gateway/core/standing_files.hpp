// Reads what a gateway stands on from its files: directory, keys of the region, shares, policy.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "config/settings.hpp"
#include "gateway/core/policy_file.hpp"
#include "gateway/core/region.hpp"

namespace sluis::gateway {

/// What is to be in force, and what there is to tell of the policy file.
struct StandingRead {
  Standing standing;
  PolicyReading policy;
};

/// Reads all of it and holds one against the other: this gateway is a partner in the directory, its
/// own keys are those that stand there, its shares are those of the transcripts, the policy is its
/// own. The directory may not be older than the highest version seen, which is kept in the data
/// folder, apart from the database. `in_force` is the policy that a running gateway decides by.
/// Errors name the file and the setting that points to it.
[[nodiscard]] config::Result<StandingRead> read_standing(const config::Settings& settings,
                                                         const GatewayKeys& keys,
                                                         config::Timestamp now,
                                                         const policy::Policy* in_force = nullptr);

/// Where the shares and ceremonies of this gateway are.
[[nodiscard]] std::filesystem::path key_folder(const config::Settings& settings);

/// Changes when one of these files does. For asking whether to read them again.
[[nodiscard]] std::string standing_version(const config::Settings& settings);
/// The same of any files; one that is not there counts too.
[[nodiscard]] std::string files_version(const std::vector<std::filesystem::path>& files);

}  // namespace sluis::gateway
