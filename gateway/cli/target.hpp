// Which gateway a command talks to, and as whom: `--region DIR --as PARTNER`, or the three apart.
#pragma once

#include <CLI/App.hpp>
#include <filesystem>
#include <string>

#include "gateway/cli/http.hpp"

namespace sluis::gateway::cli {

struct TargetOptions {
  std::filesystem::path region;
  std::string as;
  std::string url;
  std::filesystem::path authorities, token_file;

  /// Adds the five options to a command.
  void add_to(CLI::App& command);
  /// What the files say; of a demo region, the token of this partner's client with the name's end
  /// `client`. Throws CLI::ValidationError when neither form is whole.
  [[nodiscard]] config::Result<Target> resolve(const std::string& client = {}) const;
};

/// The token of one of the privacy officers.
inline constexpr auto officer_client = "-privacy-officer";

/// A demo region's gateway, with the token of clients/<partner><client>.token.
[[nodiscard]] config::Result<Target> demo_target(const std::filesystem::path& region,
                                                 const std::string& partner,
                                                 const std::string& client = {});

}  // namespace sluis::gateway::cli
