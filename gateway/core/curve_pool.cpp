#include "gateway/core/curve_pool.hpp"

namespace sluis::gateway {

CurvePool::CurvePool(unsigned threads) {
  for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

CurvePool::~CurvePool() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  some_.notify_all();
  for (auto& thread : threads_) thread.join();
}

void CurvePool::post(Step step) {
  {
    const std::scoped_lock lock(mutex_);
    queue_.push_back(std::move(step));
  }
  some_.notify_one();
}

Task<void> CurvePool::run_steps(Step step) {
  auto start = [this, step = std::move(step)](Complete<Nothing> complete) mutable {
    post([step = std::move(step), complete = std::move(complete)]() mutable {
      std::exception_ptr failure;
      try {
        if (!step()) return false;
      } catch (...) {
        failure = std::current_exception();
      }
      complete(std::move(failure), std::make_shared<std::optional<Nothing>>(Nothing{}));
      return true;
    });
  };
  co_await completion<Nothing>(std::move(start));
}

void CurvePool::work() {
  while (true) {
    Step step;
    {
      std::unique_lock lock(mutex_);
      some_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      step = std::move(queue_.front());
      queue_.pop_front();
    }
    if (step()) continue;
    {
      const std::scoped_lock lock(mutex_);
      queue_.push_back(std::move(step));
    }
    some_.notify_one();
  }
}

}  // namespace sluis::gateway
