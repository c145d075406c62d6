// The threads that do curve arithmetic, so that a batch of 1,000 never delays a health check.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "gateway/core/waiting.hpp"

namespace sluis::gateway {

/// How many elements a job takes up in one step: some 4 ms of scalar multiplications.
inline constexpr std::size_t elements_a_step = 32;

/// Jobs come in steps of a few milliseconds. A job that is not finished goes to the end of the
/// queue, so a small one never waits for a large one, only for a step of it.
class CurvePool {
 public:
  /// Does a little; true when the job is finished.
  using Step = std::function<bool()>;

  explicit CurvePool(unsigned threads);
  ~CurvePool();
  CurvePool(const CurvePool&) = delete;
  CurvePool& operator=(const CurvePool&) = delete;

  /// Hands in a job; from any thread.
  void post(Step step);

  /// Runs `step` until it says that it is finished, then resumes. Rethrows what it threw.
  Task<void> run_steps(Step step);

  /// Runs `work` once, as one step, and gives what it gave.
  template <class Work, class T = std::invoke_result_t<Work>>
  Task<T> run(Work work) {
    auto start = [this, work = std::move(work)](Complete<T> complete) mutable {
      post([work = std::move(work), complete = std::move(complete)]() mutable {
        auto box = std::make_shared<std::optional<T>>();
        std::exception_ptr failure;
        try {
          box->emplace(work());
        } catch (...) {
          failure = std::current_exception();
        }
        complete(std::move(failure), std::move(box));
        return true;
      });
    };
    co_return co_await completion<T>(std::move(start));
  }

 private:
  void work();

  std::mutex mutex_;  // guards queue_ and stopping_
  std::condition_variable some_;
  std::deque<Step> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace sluis::gateway
