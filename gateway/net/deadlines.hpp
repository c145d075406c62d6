// One sweep for all deadlines of an io_context, instead of a timer for every read and write.
#pragma once

#include <boost/asio/execution_context.hpp>
#include <chrono>
#include <functional>
#include <list>

#include "gateway/net/gate.hpp"

namespace sluis::gateway::net {

class Deadline;

/// The deadlines of one io_context, looked at every `sweep_every`. The sweep only runs while there
/// are any, so it never keeps an idle io_context from ending.
class Deadlines : public asio::execution_context::service {
 public:
  static constexpr std::chrono::milliseconds sweep_every{100};
  static inline asio::execution_context::id id;  // Asio finds services by this name

  explicit Deadlines(asio::execution_context& context);

 private:
  friend class Deadline;
  using List = std::list<Deadline*>;

  List::iterator add(Deadline* deadline);
  void remove(List::iterator place);
  void arm();
  void sweep();
  void shutdown() noexcept override;

  List list_;
  Timer timer_;
};

/// Calls `expire` once the moment has passed, at most `sweep_every` late; used from the thread of
/// its io_context alone. `expire` closes or cancels: it destroys no Deadline and makes none.
class Deadline {
 public:
  Deadline(asio::io_context& context, std::function<void()> expire);
  ~Deadline();
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  /// Starts afresh, also after it has expired.
  void set(std::chrono::milliseconds from_now) { set_at(Clock::now() + from_now); }
  void set_at(Clock::time_point at) noexcept;
  void clear() noexcept { set_at(Clock::time_point::max()); }
  [[nodiscard]] bool expired() const noexcept { return expired_; }

 private:
  friend class Deadlines;

  Clock::time_point at_ = Clock::time_point::max();
  bool expired_ = false;
  std::function<void()> expire_;
  Deadlines& all_;
  Deadlines::List::iterator place_;
};

}  // namespace sluis::gateway::net
