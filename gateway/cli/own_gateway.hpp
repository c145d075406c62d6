// Which gateway a command on its own machine is about.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>

#include "config/result.hpp"
#include "config/settings.hpp"

namespace sluis::gateway::cli {

/// `--settings FILE`, or `--region DIR --as PARTNER` for one of a demo region.
struct OwnGateway {
  std::filesystem::path settings, region;
  std::string as;

  void add_to(CLI::App& command);
  /// Its settings. Throws CLI::ValidationError where the command line names no gateway.
  [[nodiscard]] config::Result<config::Settings> read() const;
};

}  // namespace sluis::gateway::cli
