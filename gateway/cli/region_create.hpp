// Makes a demo region: six partners with all their keys, certificates, settings and policies.
#pragma once

#include <optional>

#include "config/time.hpp"
#include "gateway/cli/console.hpp"
#include "gateway/cli/region_plan.hpp"

namespace sluis::gateway::cli {

struct CreateOptions {
  std::filesystem::path folder;
  RegionPlan plan;                         // `now` and `base_port` are filled in
  std::optional<std::uint16_t> base_port;  // none: the first free block
  bool json = false;
};

/// Builds in FOLDER.partial and renames at the end: a folder that is there is a region that is
/// whole. `conflict` when the folder is there and not empty. What an interrupted run left in
/// FOLDER.partial is removed first.
[[nodiscard]] Outcome create_region(CreateOptions options, const config::Clock& clock,
                                    Console& console);

}  // namespace sluis::gateway::cli
