// The six gateways of a demo region as processes of this machine.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gateway/cli/console.hpp"
#include "gateway/cli/region_plan.hpp"

namespace sluis::gateway::cli {

struct StartOptions {
  std::filesystem::path region;
  std::filesystem::path program;  // sluisd
  std::chrono::seconds wait{30};
};
/// Starts those that do not run and waits until every one is ready. When one is not in time, or
/// dies, those that this call started are stopped again and the end of its log is shown.
[[nodiscard]] Outcome start_region(const StartOptions& options, Console& console);

struct StopOptions {
  std::filesystem::path region;
  std::chrono::seconds wait{30};
  bool kill = false;  // what is left at the deadline
};
[[nodiscard]] Outcome stop_region(const StopOptions& options, Console& console);

/// What one gateway says of itself.
struct GatewayStatus {
  std::string partner;
  std::optional<std::int64_t> pid;
  bool ready = false;
  std::string not_ready;  // which checks fail, or why there is no answer
  struct Waiting {
    std::string partner;
    std::uint64_t count = 0;
    std::string last_error;
  };
  std::optional<std::vector<Waiting>> outbox;  // nothing when it did not answer
  std::uint64_t audit_size = 0;

  [[nodiscard]] std::uint64_t waiting() const;
};
[[nodiscard]] config::Result<std::vector<GatewayStatus>> look_at_region(
    const std::filesystem::path& region);

/// A table of them all. `not_so` unless every gateway is ready.
[[nodiscard]] Outcome show_status(const std::filesystem::path& region, bool json, Console& console);

/// Waits until every gateway's outbox is empty; `not_so` with what still waits at the deadline,
/// `unreachable` when a gateway did not answer then.
[[nodiscard]] Outcome wait_for_region(const std::filesystem::path& region,
                                      std::chrono::seconds patience, bool json, Console& console);

}  // namespace sluis::gateway::cli
