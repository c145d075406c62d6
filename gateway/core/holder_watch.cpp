#include "gateway/core/holder_watch.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace sluis::gateway {

HolderWatch::HolderWatch(const Executor& executor, const Region& region, Peers& peers)
    : executor_(executor), region_(region), peers_(peers), bell_(executor), ended_(executor, 1) {}

void HolderWatch::start() {
  started_ = true;
  asio::co_spawn(executor_, run(), asio::detached);
}

Task<void> HolderWatch::stop() {
  stopping_ = true;
  bell_.ring();
  if (started_) co_await ended_.wait();
}

Task<void> HolderWatch::run() {
  while (!stopping_) {
    bool enough = false;
    try {
      enough = co_await look();
    } catch (const std::exception&) {
      enough = false;  // what cannot be asked is not ready
    }
    ready_.store(enough);
    const auto pause = enough ? std::chrono::milliseconds(10'000) : std::chrono::milliseconds(250);
    co_await bell_.wait_until(std::chrono::steady_clock::now() + pause);
  }
  ended_.arrive();
}

Task<bool> HolderWatch::look() {
  const auto standing = region_.standing();
  std::map<config::PartnerId, bool> alive;
  for (const auto& domain : standing->directory->domains()) {
    for (const auto* epoch : config::Directory::epochs_in_force(domain, region_.now())) {
      unsigned answering = 0;
      for (const auto& holder : epoch->holders) {
        if (holder == region_.self()) alive[holder] = true;
        if (!alive.contains(holder)) {
          const bool answers = co_await peers_.alive(holder);
          alive[holder] = answers;
        }
        if (alive[holder]) ++answering;
      }
      if (answering < epoch->threshold) co_return false;
    }
  }
  co_return true;
}

}  // namespace sluis::gateway
