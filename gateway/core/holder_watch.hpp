// Are enough holders in reach? Asked now and then, so that readiness never has to guess.
#pragma once

#include <atomic>
#include <map>

#include "gateway/core/peers.hpp"
#include "gateway/core/region.hpp"
#include "gateway/core/waiting.hpp"

namespace sluis::gateway {

/// Looks at every holder of every epoch in force: four times a second while too few answer, every
/// ten once enough do. Runs on one executor; `ready` may be asked from any thread.
class HolderWatch {
 public:
  HolderWatch(const Executor& executor, const Region& region, Peers& peers);

  void start();
  Task<void> stop();

  /// True when at least the threshold of holders of every key in force answered when last asked.
  [[nodiscard]] bool ready() const noexcept { return ready_.load(); }

 private:
  Task<void> run();
  Task<bool> look();

  const Executor executor_;
  const Region& region_;
  Peers& peers_;
  Bell bell_;
  Latch ended_;
  bool started_ = false;
  bool stopping_ = false;
  std::atomic<bool> ready_{false};
};

}  // namespace sluis::gateway
