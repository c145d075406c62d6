// `sluis region compare`: what a region's recipient knows, beside what must follow from the data.
#pragma once

#include <filesystem>
#include <optional>

#include "gateway/cli/console.hpp"

namespace sluis::gateway::cli {

struct CompareOptions {
  std::filesystem::path region, data;
  std::optional<unsigned> reveal;  // none: as the region was created
  bool json = false;
};

/// Asks for all matches and puts every query of the data, as the demo's procesregisseur. `not_so`
/// with the first differences named.
[[nodiscard]] Outcome compare_region(const CompareOptions& options, Console& console);

}  // namespace sluis::gateway::cli
