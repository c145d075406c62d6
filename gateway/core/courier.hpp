// Brings envelopes from the outbox to partners: at least once, until the receipt is kept.
#pragma once

#include <map>
#include <memory>

#include "gateway/core/peers.hpp"
#include "gateway/core/recorder.hpp"
#include "gateway/core/region.hpp"

namespace sluis::gateway {

struct CourierLimits {
  std::uint32_t retry_first_ms = 200;
  std::uint32_t retry_most_seconds = 300;
  std::size_t batch_bytes = std::size_t{2} * 1024 * 1024;  // of sealed bytes in one request
};

/// One round for each partner, on its own: a slow one delays nobody. What fails is tried again with
/// growing pauses and jitter until it expires; a repeat carries the identical bytes. All calls on
/// one executor.
class Courier {
 public:
  Courier(const Executor& executor, const Region& region, store::Store& store, Peers& peers,
          const Recorder& recorder, CourierLimits limits);
  ~Courier();
  Courier(const Courier&) = delete;
  Courier& operator=(const Courier&) = delete;

  /// Something waits for this partner. Starts its round if there is none yet.
  void wake(const config::PartnerId& to);
  /// Starts a round for every partner of the directory: what a restart left is taken up again.
  void start();
  /// Another directory or policy is in force: pauses end, so that a partner who is back, or has
  /// another address, is tried at once.
  void standing_changed();
  /// Ends every round after the delivery that it is in; resumes when none is left.
  Task<void> stop();

 private:
  struct Round;
  using Rows = std::vector<store::OutboxRow>;

  Task<void> run(std::shared_ptr<Round> round);
  [[nodiscard]] std::chrono::steady_clock::time_point next_look(const Round& round) const;
  Task<bool> deliver_some(Round& round);  // false when there is nothing to do now
  Task<Rows> due(Round& round);
  Task<void> expire(const Rows& rows);
  Task<void> attempt(Round& round, const Rows& rows);
  Task<void> settle(Round& round, const Rows& rows, const std::vector<Receipt>& receipts);
  Task<void> pause(Round& round, const Rows& rows, const config::Error& why);
  Task<void> defer(const Rows& rows, const std::vector<Receipt>& receipts);
  void settle_one(store::Transaction& tx, const store::OutboxRow& row, const Receipt& receipt,
                  config::Timestamp now) const;

  const Executor executor_;
  const Region& region_;
  store::Store& store_;
  Peers& peers_;
  const Recorder& recorder_;
  const CourierLimits limits_;
  std::map<config::PartnerId, std::shared_ptr<Round>> rounds_;
  bool stopping_ = false;
};

}  // namespace sluis::gateway
