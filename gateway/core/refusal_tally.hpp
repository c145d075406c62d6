// Refusals of callers whom nobody vouches for: recorded, but never so that they can fill the log.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/core/recorder.hpp"

namespace sluis::gateway {

/// The first refusal of a kind is recorded at once; those that follow within a minute are counted
/// and recorded together. Any thread.
class RefusalTally {
 public:
  RefusalTally(const Recorder& recorder, store::Store& store)
      : recorder_(recorder), store_(store) {}

  /// `action` is what was tried ("peer.connect", "api.authenticate"), `reason` a stable code.
  void note(std::string_view action, std::string_view reason);
  /// Records what has been counted and is due: every minute, and at stop with `all`.
  void flush(bool all);

 private:
  using Clock = std::chrono::steady_clock;
  struct Count {
    Clock::time_point recorded{};
    std::uint64_t pending = 0;
  };
  void record(const std::pair<std::string, std::string>& kind, std::uint64_t count);

  const Recorder& recorder_;
  store::Store& store_;
  std::mutex mutex_;  // guards counts_
  std::map<std::pair<std::string, std::string>, Count> counts_;
};

}  // namespace sluis::gateway
