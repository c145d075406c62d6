// Rules that never decide, because another one always does.
#pragma once

#include <string>
#include <vector>

#include "policy/coverage.hpp"

namespace sluis::policy {

struct Overruled {
  std::string rule, pointer;
  std::string by;
  bool by_forbid = false;
};

/// Each send, accept or query rule that one forbid covers whole, and each send or accept
/// rule that always loses from one other. What only several rules together overrule is not found.
/// Rules are held against those alone that are about the same partner and theme.
[[nodiscard]] std::vector<Overruled> overruled(const Document& document, const Known& known);

}  // namespace sluis::policy
