#include "gateway/core/store_call.hpp"

#include <mutex>

namespace sluis::gateway {

Task<void> scrub(store::Store& store) {
  auto start = [&store](Complete<Nothing> complete) {
    store.scrub([complete = std::move(complete)](std::exception_ptr failure) {
      complete(std::move(failure), std::make_shared<std::optional<Nothing>>(Nothing{}));
    });
  };
  co_await completion<Nothing>(std::move(start));
}

Task<std::vector<std::exception_ptr>> write_all(store::Store& store,
                                                std::vector<store::Store::Work> acts) {
  using Outcomes = std::vector<std::exception_ptr>;
  if (acts.empty()) co_return Outcomes{};
  struct Pending {
    std::mutex mutex;
    std::size_t left;
    Outcomes outcomes;
    Complete<Outcomes> complete;
  };
  auto start = [&store, &acts](Complete<Outcomes> complete) {
    auto pending = std::make_shared<Pending>();
    pending->left = acts.size();
    pending->outcomes.resize(acts.size());
    pending->complete = std::move(complete);
    for (std::size_t i = 0; i < acts.size(); ++i) {
      store.write(std::move(acts[i]), [pending, i](std::exception_ptr failure) {
        const std::scoped_lock lock(pending->mutex);
        pending->outcomes[i] = std::move(failure);
        if (--pending->left > 0) return;
        auto box = std::make_shared<std::optional<Outcomes>>(std::move(pending->outcomes));
        pending->complete(nullptr, std::move(box));
      });
    }
  };
  co_return co_await completion<Outcomes>(std::move(start));
}

}  // namespace sluis::gateway
