// The documents of a demo region, for people to read: the directory, and each partner's policy and
// settings.
#pragma once

#include <string>
#include <vector>

#include "config/json.hpp"
#include "crypto/bytes.hpp"
#include "gateway/cli/region_plan.hpp"

namespace sluis::gateway::cli {

/// The public halves of a partner's keys, as they stand in the directory.
struct PublicKeys {
  crypto::Array<32> sign, seal, log, witness;
};

/// The directory without signatures (protocol.md §1); `keys` in the order of `demo_partners`.
[[nodiscard]] config::Json directory_document(const RegionPlan& plan,
                                              const std::vector<PublicKeys>& keys);

/// A policy (policy.md) that a newcomer can read: JSON with comments.
[[nodiscard]] std::string policy_text(const RegionPlan& plan, const DemoPartner& partner);

/// Where a demo region keeps the key that signs this partner's policy. Elsewhere its people would
/// keep it, apart from the gateway.
[[nodiscard]] inline std::filesystem::path policy_key_file(const RegionLayout& layout,
                                                           std::string_view partner) {
  return layout.root / "policy-keys" / (std::string(partner) + ".json");
}

/// The settings of partner number `number`; paths in it are relative to its own folder.
[[nodiscard]] std::string settings_text(const RegionPlan& plan, std::size_t number,
                                        const std::vector<crypto::Array<32>>& authority_keys,
                                        const crypto::Array<32>& policy_key);

}  // namespace sluis::gateway::cli
