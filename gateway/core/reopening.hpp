// Contents that open because a partner counts again (protocol.md §4: shares count while their
// sender is active).
#pragma once

#include "gateway/core/recorder.hpp"

namespace sluis::gateway {

/// All calls on one executor.
class Reopening {
 public:
  Reopening(const Region& region, store::Store& store, const Recorder& recorder)
      : region_(region), store_(store), recorder_(recorder) {}

  /// Looks again at every group with a signal of a partner that is active now and was not when this
  /// last ended; a restart between forgets nothing. What opened is recorded and durable when this
  /// resumes. Throws store::Unavailable: call it again.
  Task<void> look();

 private:
  Task<void> look_at(config::PartnerId partner, std::shared_ptr<const Standing> standing);
  std::int64_t look_at_some(store::Transaction& tx, const Standing& standing,
                            const config::PartnerId& partner, std::int64_t after) const;

  const Region& region_;
  store::Store& store_;
  const Recorder& recorder_;
};

}  // namespace sluis::gateway
