// Counts what lives on one io_context, so that stop can wait until nothing does.
#pragma once

#include <boost/asio/basic_waitable_timer.hpp>
#include <chrono>
#include <cstddef>
#include <vector>

#include "gateway/async.hpp"

namespace sluis::gateway::net {

using Clock = std::chrono::steady_clock;
using Timer = asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, Executor>;

/// Used from its io_context's thread alone. It outlives everyone inside.
class Gate {
 public:
  explicit Gate(Executor executor) : executor_(std::move(executor)) {}
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  /// One that lives, from its construction to its destruction.
  class Pass {
   public:
    explicit Pass(Gate& gate) : gate_(gate) { ++gate_.inside_; }
    ~Pass() { gate_.leave(); }
    Pass(const Pass&) = delete;
    Pass& operator=(const Pass&) = delete;

   private:
    Gate& gate_;
  };

  [[nodiscard]] std::size_t inside() const noexcept { return inside_; }

  /// Waits until nobody is inside: true, or false at the deadline.
  [[nodiscard]] Task<bool> empty(Clock::time_point deadline);

 private:
  void leave();

  Executor executor_;
  std::size_t inside_ = 0;
  std::vector<Timer*> waiting_;
};

}  // namespace sluis::gateway::net
