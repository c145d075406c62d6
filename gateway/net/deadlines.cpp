#include "gateway/net/deadlines.hpp"

namespace sluis::gateway::net {

Deadlines::Deadlines(asio::execution_context& context)
    : asio::execution_context::service(context),
      // Only ever asked for by io_contexts: Deadline's constructor takes no other.
      timer_(static_cast<asio::io_context&>(context).get_executor()) {}

Deadlines::List::iterator Deadlines::add(Deadline* deadline) {
  list_.push_back(deadline);
  if (list_.size() == 1) arm();
  return std::prev(list_.end());
}

void Deadlines::remove(List::iterator place) {
  list_.erase(place);
  if (list_.empty()) timer_.cancel();
}

void Deadlines::arm() {
  timer_.expires_after(sweep_every);
  timer_.async_wait([this](boost::system::error_code failure) {
    if (failure) return;  // cancelled: the list is empty, or a new sweep was armed since
    sweep();
    if (!list_.empty()) arm();
  });
}

void Deadlines::sweep() {
  const auto now = Clock::now();
  for (Deadline* deadline : list_) {
    if (deadline->at_ > now || deadline->expired_) continue;
    deadline->expired_ = true;
    deadline->expire_();
  }
}

void Deadlines::shutdown() noexcept {
  timer_.cancel();
}

Deadline::Deadline(asio::io_context& context, std::function<void()> expire)
    : expire_(std::move(expire)),
      all_(asio::use_service<Deadlines>(context)),
      place_(all_.add(this)) {}

Deadline::~Deadline() {
  all_.remove(place_);
}

void Deadline::set_at(Clock::time_point at) noexcept {
  at_ = at;
  expired_ = false;
}

}  // namespace sluis::gateway::net
