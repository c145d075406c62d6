// Store acts from coroutines: suspend until the act is durable, or say why it is not there.
#pragma once

#include <vector>

#include "gateway/core/waiting.hpp"
#include "gateway/store/store.hpp"

namespace sluis::gateway {

/// Runs `act(Transaction&)` as one act and resumes when it is durable; gives what `act` gave.
/// Throws what the act threw, or store::Unavailable: nothing of it is there then.
template <class Act, class T = std::invoke_result_t<Act, store::Transaction&>>
Task<T> write(store::Store& store, Act act) {
  auto start = [&store, act = std::move(act)](Complete<T> complete) mutable {
    auto box = std::make_shared<std::optional<T>>();
    store.write(
        [box, act = std::move(act)](store::Transaction& tx) mutable { box->emplace(act(tx)); },
        [box, complete = std::move(complete)](std::exception_ptr failure) {
          complete(std::move(failure), box);
        });
  };
  co_return co_await completion<T>(std::move(start));
}

/// The same for an act that only looks.
template <class Act, class T = std::invoke_result_t<Act, store::Transaction&>>
Task<T> read(store::Store& store, Act act) {
  auto start = [&store, act = std::move(act)](Complete<T> complete) mutable {
    auto box = std::make_shared<std::optional<T>>();
    store.read(
        [box, act = std::move(act)](store::Transaction& tx) mutable { box->emplace(act(tx)); },
        [box, complete = std::move(complete)](std::exception_ptr failure) {
          complete(std::move(failure), box);
        });
  };
  co_return co_await completion<T>(std::move(start));
}

/// Resumes when what earlier acts removed is in no file of the store any more. Throws Unavailable.
Task<void> scrub(store::Store& store);

/// Many acts, each standing or falling alone; resumes when all are settled. The answer has, in
/// order, nothing for an act that is durable and the exception for one that is not there.
Task<std::vector<std::exception_ptr>> write_all(store::Store& store,
                                                std::vector<store::Store::Work> acts);

}  // namespace sluis::gateway
