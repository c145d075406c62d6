// The client of the threshold VOPRF: inputs in, pseudorandom outputs out (protocol.md §3).
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>

#include "gateway/core/curve_pool.hpp"
#include "gateway/core/holder_history.hpp"
#include "gateway/core/peers.hpp"
#include "gateway/core/region.hpp"

namespace sluis::gateway {

/// Gathers the inputs of concurrent requests into batches of at most 1,024 for each key, without a
/// timer: what arrives while a batch is under way goes with the next. Blinds are fresh for every
/// batch; a holder's answer counts only when its proof verifies against λ_i·K_i.
///
/// All calls on one executor.
class Evaluator {
 public:
  using Outputs = std::vector<crypto::Array<64>>;

  Evaluator(const Executor& executor, const Region& region, Peers& peers, CurvePool& curve,
            HedgeLimits hedge = {});
  /// What to do when holders say that they have another generation by now, before they are asked
  /// again: the transcripts are fetched.
  void renew_with(std::function<Task<void>()> renew) { renew_ = std::move(renew); }
  Evaluator(const Evaluator&) = delete;
  Evaluator& operator=(const Evaluator&) = delete;

  /// F(x) for every input, in order. `holders_unreachable` when fewer than t answered rightly;
  /// `over_budget` when the holders that are left would answer, but not today.
  Task<config::Result<Outputs>> evaluate(KeyName key, std::vector<crypto::Bytes> inputs);

  /// Resumes when no holder that was asked is under way any more, also of those whose answer
  /// nobody waits for. Once nothing new is asked, and the peers have been closed.
  Task<void> stop();

 private:
  struct Job;
  struct Lane;
  using Jobs = std::vector<std::shared_ptr<Job>>;

  Task<void> run_lane(std::shared_ptr<Lane> lane);
  Task<void> fly(KeyName key, Jobs jobs);
  Task<config::Result<Outputs>> evaluate_batch(KeyName key, std::vector<crypto::Bytes> inputs);
  Task<config::Result<std::vector<crypto::Array<32>>>> combined(
      const KeyName& key, const std::vector<crypto::Array<32>>& blinded);

  const Executor executor_;
  const Region& region_;
  Peers& peers_;
  CurvePool& curve_;
  HolderHistory history_;
  const std::shared_ptr<Underway> underway_;
  std::function<Task<void>()> renew_;
  std::map<KeyName, std::shared_ptr<Lane>> lanes_;
};

}  // namespace sluis::gateway
