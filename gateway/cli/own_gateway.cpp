#include "gateway/cli/own_gateway.hpp"

#include "gateway/cli/region_plan.hpp"

namespace sluis::gateway::cli {

void OwnGateway::add_to(CLI::App& command) {
  command.add_option("--settings", settings, "this gateway's settings");
  command.add_option("--region", region, "or: a demo region's folder,");
  command.add_option("--as", as, "and the partner whose gateway it is");
}

config::Result<config::Settings> OwnGateway::read() const {
  if (!settings.empty()) return config::Settings::read(settings);
  if (region.empty() || as.empty())
    throw CLI::ValidationError("whose gateway", "name --settings, or --region and --as");
  if (auto known = partner_number(as); !known) return known.failure();
  return config::Settings::read(RegionLayout{region}.settings(as));
}

}  // namespace sluis::gateway::cli
