#include "gateway/cli/target.hpp"

#include "gateway/cli/region_plan.hpp"
#include "gateway/files/files.hpp"

namespace sluis::gateway::cli {

using config::Code;
using config::error;
using config::Result;

namespace {

constexpr std::size_t most_token_bytes = 1024;

/// The first line of the file.
Result<std::string> read_token_file(const std::filesystem::path& path) {
  const auto bytes = read_private(path, most_token_bytes);
  if (!bytes) return bytes.failure();
  const auto text = crypto::as_text(bytes->reveal());
  const auto token = text.substr(0, text.find_first_of(" \t\r\n"));
  if (token.empty()) return error(Code::invalid, path.string() + ": holds no token");
  return std::string(token);
}

}  // namespace

void TargetOptions::add_to(CLI::App& command) {
  command.add_option("--region", region, "a demo region's folder, with --as");
  command.add_option("--as", as, "the partner to act for");
  command.add_option("--url", url, "the gateway: https://HOST:PORT");
  command.add_option("--ca", authorities, "who vouches for it (PEM), with --url");
  command.add_option("--token-file", token_file, "the file of our token, with --url");
}

Result<Target> TargetOptions::resolve(const std::string& client) const {
  const bool demo = !region.empty() && !as.empty();
  const bool apart = !url.empty() && !authorities.empty() && !token_file.empty();
  const bool mixed = !region.empty() && (!url.empty() || !authorities.empty());
  if (demo == apart || mixed) {
    throw CLI::ValidationError(
        "the gateway",
        "name it with --region DIR --as PARTNER, or with --url, --ca and --token-file");
  }
  if (demo) return demo_target(region, as, client);
  auto token = read_token_file(token_file);
  if (!token) return token.failure();
  return Target{url, authorities, std::move(*token)};
}

Result<Target> demo_target(const std::filesystem::path& region, const std::string& partner,
                           const std::string& client) {
  const auto manifest = Manifest::read(region);
  if (!manifest) return manifest.failure();
  const auto number = partner_number(partner);
  if (!number) return number.failure();
  const RegionLayout layout{region};
  auto token = read_token_file(layout.token(partner + client));
  if (!token) return token.failure();
  const auto port = ports_of(manifest->base_port, *number).api;
  return Target{"https://127.0.0.1:" + std::to_string(port), layout.ca_certificate(),
                std::move(*token)};
}

}  // namespace sluis::gateway::cli
