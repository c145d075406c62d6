// Policies of a test region: signed as its partners would, and put in place.
#pragma once

#include "tests/functional/region.hpp"

namespace sluis::test {

/// `text` under this version, signed by the partner's policy key.
[[nodiscard]] std::string signed_policy(const TestRegion& region, std::string_view partner,
                                        const std::string& text, std::uint64_t version);

/// Puts a policy file in the place of the partner's own in one step, as it is.
void put_policy(const TestRegion& region, std::string_view partner, const std::string& text);

}  // namespace sluis::test
