// How each holder answered lately: whom to ask first, and how long to wait before asking another.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <map>

#include "config/ids.hpp"

namespace sluis::gateway {

struct HedgeLimits {
  // Nobody is slow before `least`, and so much for each element: arithmetic takes its time.
  std::chrono::microseconds least = std::chrono::milliseconds(150);
  std::chrono::microseconds each_element{500};
  std::chrono::microseconds unknown =
      std::chrono::seconds(1);                               // the least, of whom little is known
  std::chrono::microseconds most = std::chrono::seconds(5);  // slow, whatever it took before
  // How long one that failed is asked last: after the first failure in a row, and at most.
  std::chrono::microseconds doubt_first = std::chrono::seconds(1);
  std::chrono::microseconds doubt_most = std::chrono::seconds(30);
};

/// What is remembered is small, and gone with a restart. All calls on one executor.
class HolderHistory {
 public:
  using Clock = std::chrono::steady_clock;

  explicit HolderHistory(HedgeLimits limits = {}) : limits_(limits) {}

  /// It answered, rightly as far as is known: whatever was held against it is forgotten.
  void answered(const config::PartnerId& holder, Clock::duration took);
  /// It failed, or was so late that another answered in its place. Several at once count as one.
  void failed(const config::PartnerId& holder, Clock::time_point now);

  /// It failed lately: asked only where the others are not enough. Ends by itself, so that one that
  /// has recovered is found out.
  [[nodiscard]] bool doubtful(const config::PartnerId& holder, Clock::time_point now) const;

  /// The 99th percentile of its last 128 answers, within the limits.
  [[nodiscard]] Clock::duration patience(const config::PartnerId& holder,
                                         std::size_t elements) const;

 private:
  struct Holder {
    std::deque<Clock::duration> recent;
    unsigned failures = 0;  // in a row
    Clock::time_point doubtful_until{};
  };
  const HedgeLimits limits_;
  std::map<config::PartnerId, Holder> holders_;
};

}  // namespace sluis::gateway
