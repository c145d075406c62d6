// Waiting for what happens on another thread, or for several things at once.
#pragma once

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "gateway/async.hpp"

namespace sluis::gateway {

using SteadyTimer =
    asio::basic_waitable_timer<std::chrono::steady_clock,
                               asio::wait_traits<std::chrono::steady_clock>, Executor>;

/// Called once, from any thread, with what came out: an exception, or a value.
template <class T>
using Complete = std::function<void(std::exception_ptr, std::shared_ptr<std::optional<T>>)>;

/// Suspends until `start` has called the function that it is given; resumes on the caller's own
/// executor. `start` runs at once, on the caller's thread.
template <class T, class Start>
Task<T> completion(Start start) {
  using Box = std::shared_ptr<std::optional<T>>;
  auto initiate = [](auto handler, Start begin) {
    using Handler = decltype(handler);
    auto executor = asio::get_associated_executor(handler);
    auto kept = std::make_shared<Handler>(std::move(handler));
    auto guard = std::make_shared<asio::executor_work_guard<decltype(executor)>>(executor);
    begin(Complete<T>([kept, executor, guard](std::exception_ptr failure, Box box) {
      asio::post(executor,
                 [kept, guard, failure = std::move(failure), box = std::move(box)]() mutable {
                   auto resume = std::move(*kept);
                   guard->reset();
                   resume(std::move(failure), std::move(box));
                 });
    }));
  };
  Box box = co_await asio::async_initiate<const asio::use_awaitable_t<Executor>,
                                          void(std::exception_ptr, Box)>(
      std::move(initiate), use_task, std::move(start));
  co_return std::move(box->value());
}

/// What a void call completes with.
struct Nothing {};

/// Lets one coroutine wait until `n` others have arrived. All on one executor.
class Latch {
 public:
  Latch(const Executor& executor, std::size_t n) : timer_(executor), left_(n) {
    timer_.expires_at(SteadyTimer::time_point::max());
  }
  void arrive() {
    if (left_ > 0 && --left_ == 0) timer_.cancel();
  }
  Task<void> wait() {
    while (left_ > 0) {
      boost::system::error_code ignored;
      co_await timer_.async_wait(asio::redirect_error(use_task, ignored));
    }
  }

 private:
  SteadyTimer timer_;
  std::size_t left_;
};

/// A bell that one coroutine waits at, with a deadline. A ring while nobody waits is kept.
class Bell {
 public:
  explicit Bell(const Executor& executor) : timer_(executor) {}
  void ring() {
    rung_ = true;
    timer_.cancel();
  }
  Task<void> wait_until(SteadyTimer::time_point deadline) {
    if (!rung_) {
      timer_.expires_at(deadline);
      boost::system::error_code ignored;
      co_await timer_.async_wait(asio::redirect_error(use_task, ignored));
    }
    rung_ = false;
  }

 private:
  SteadyTimer timer_;
  bool rung_ = false;
};

/// Counts what lives, so that stop can wait until nothing does. Shared with everyone inside; all on
/// one executor.
class Underway {
 public:
  explicit Underway(const Executor& executor) : left_(executor) {}
  Underway(const Underway&) = delete;
  Underway& operator=(const Underway&) = delete;

  /// One that lives, from its construction to its destruction.
  class Pass {
   public:
    explicit Pass(std::shared_ptr<Underway> all) : all_(std::move(all)) { ++all_->inside_; }
    ~Pass() {
      if (--all_->inside_ == 0) all_->left_.ring();
    }
    Pass(const Pass&) = delete;
    Pass& operator=(const Pass&) = delete;

   private:
    const std::shared_ptr<Underway> all_;
  };

  [[nodiscard]] std::size_t inside() const noexcept { return inside_; }
  /// For one coroutine at a time.
  Task<void> none() {
    while (inside_ > 0) co_await left_.wait_until(SteadyTimer::time_point::max());
  }

 private:
  Bell left_;
  std::size_t inside_ = 0;
};

/// Runs `work` on `home`, wherever the caller is, and resumes the caller where it was.
template <class T>
Task<T> on(Executor home, Task<T> work) {
  const Executor here = co_await asio::this_coro::executor;
  if (here == home) co_return co_await std::move(work);
  co_return co_await asio::co_spawn(home, std::move(work), use_task);
}

}  // namespace sluis::gateway
