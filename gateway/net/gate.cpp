#include "gateway/net/gate.hpp"

#include <boost/asio/as_tuple.hpp>

namespace sluis::gateway::net {

void Gate::leave() {
  if (--inside_ > 0) return;
  for (Timer* timer : waiting_) timer->cancel();
}

Task<bool> Gate::empty(Clock::time_point deadline) {
  while (inside_ > 0 && Clock::now() < deadline) {
    Timer timer(executor_, deadline);
    waiting_.push_back(&timer);
    co_await timer.async_wait(asio::as_tuple(use_task));
    std::erase(waiting_, &timer);
  }
  co_return inside_ == 0;
}

}  // namespace sluis::gateway::net
