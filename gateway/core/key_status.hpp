// What an operator sees of the region's keys at this gateway.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/time.hpp"
#include "gateway/keys/key_name.hpp"

namespace sluis::gateway {

/// One (domain, epoch, use) that the directory names and that has not ended.
struct KeyStatus {
  KeyName key;
  config::Timestamp from, until;
  bool in_force_now = false;  // the epoch has begun

  // The newest generation known here; 0 when there is none.
  std::uint64_t generation = 0;
  std::uint64_t attempt = 0;
  unsigned threshold = 0;
  std::vector<std::string> holders{};
  bool share_here = false;  // this gateway holds a share of it

  // The one that the directory names.
  std::string ceremony{};
  std::uint64_t named_generation = 0;
  std::uint64_t named_attempt = 0;

  /// "in-force"; "handing-over": in force, not acknowledged by every holder yet; "making": a
  /// ceremony is under way here; "fetching": others make it, or have made it; "waits-for-approval":
  /// of this gateway's own operator; "stopped": somebody has to do something.
  std::string state{};
  std::optional<unsigned> round{};         // of a ceremony, 1 … 5
  std::vector<std::string> waiting_for{};  // partners that have not spoken in this round
  std::optional<config::Timestamp> since{};
  std::vector<std::string> faults{};
  std::string to_do{};  // for the operator; empty when there is nothing

  /// "in force", or "being made, round 2, waiting for politie".
  [[nodiscard]] std::string text() const;
};

}  // namespace sluis::gateway
