// What the privacy officer is shown of policies: ours in force, and ours beside those of partners.
#pragma once

#include "config/json.hpp"
#include "config/settings.hpp"
#include "gateway/core/region.hpp"
#include "policy/text.hpp"

namespace sluis::gateway {

/// {"organisation","version","hash","validUntil","signers":[…],"signersNeeded","sentences":[…],
/// "document":{…},"text"}: `text` as it was signed, comments too; `signers` those of the settings'
/// keys that signed it. `unavailable` while it is being replaced.
[[nodiscard]] config::Result<config::Json> policy_in_force(const config::Settings& settings,
                                                           const Standing& standing,
                                                           policy::Language language);

/// Our policy and those in the settings' folder of partners' policies, as policy::compare lays them
/// side by side, with "policies", what was compared, and "refused", each file that was not and why.
/// Who signed a partner's policy is not looked at: it came from that partner's own hands. Files are
/// read in the order of their names, at most 64 of them. `not_found` without such a folder.
[[nodiscard]] config::Result<config::Json> policy_gaps(const config::Settings& settings,
                                                       const Standing& standing,
                                                       config::Timestamp now);

}  // namespace sluis::gateway
