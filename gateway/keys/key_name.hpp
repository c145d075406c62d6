// Which of the region's keys: one for each (domain, epoch, use), made anew in each generation.
#pragma once

#include <cstdint>
#include <string>

#include "config/ids.hpp"

namespace sluis::gateway {

/// The key that an evaluation is under. `use` is "tag" or "lock".
struct KeyName {
  config::DomainId domain;
  config::EpochId epoch;
  std::string use;
  auto operator<=>(const KeyName&) const = default;

  /// "zvh/2026b/tag", as logs and records have it.
  [[nodiscard]] std::string str() const { return domain.str() + "/" + epoch.str() + "/" + use; }
};

/// One generation of it: its shares fit each other and no other generation's.
struct KeyGeneration {
  KeyName key;
  std::uint64_t generation = 0;
  auto operator<=>(const KeyGeneration&) const = default;
};

}  // namespace sluis::gateway
