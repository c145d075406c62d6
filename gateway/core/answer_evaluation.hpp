// A holder's side: evaluating blinded elements for a partner, within its budget (protocol.md §3).
#pragma once

#include "gateway/core/budget.hpp"
#include "gateway/core/curve_pool.hpp"
#include "gateway/core/peers.hpp"
#include "gateway/core/recorder.hpp"

namespace sluis::gateway {

/// Answers only what the policy lets this partner ask, and counts every element before the answer
/// leaves. A rate that looks like enumeration is recorded, and stops nothing. All calls on one
/// executor.
class AnswerEvaluation {
 public:
  AnswerEvaluation(const Region& region, store::Store& store, CurvePool& curve,
                   const Recorder& recorder, RateLimits rates = {})
      : region_(region), store_(store), curve_(curve), recorder_(recorder), rates_(rates) {}

  /// Errors: `forbidden` (also for what is not there), `generation`, `invalid` for a bad element or
  /// set of holders, `over_budget`, `expired`; each is recorded. Throws store::Unavailable.
  Task<config::Result<crypto::Evaluation>> answer(config::PartnerId peer, EvaluationRequest request,
                                                  Trace trace);

 private:
  struct Permission {
    std::string rule;
    Budget budget;
  };
  using Alarms = std::vector<std::string>;
  config::Result<Permission> permit(const config::PartnerId& peer, const EvaluationRequest& request,
                                    const Standing& standing) const;
  Task<config::Result<crypto::Evaluation>> evaluate(const EvaluationRequest& request,
                                                    const Standing& standing);
  Task<config::Result<void>> count(const config::PartnerId& peer, const EvaluationRequest& request,
                                   const Permission& permission, const Trace& trace);
  /// Within the act: counts, records, and gives the alarms that this rang.
  config::Result<Alarms> spend(store::Transaction& tx, const Permission& permission,
                               audit::Record record) const;
  Task<config::Error> refuse(const config::PartnerId& peer, const EvaluationRequest& request,
                             config::Error why, const Trace& trace);

  const Region& region_;
  store::Store& store_;
  CurvePool& curve_;
  const Recorder& recorder_;
  const RateLimits rates_;
};

}  // namespace sluis::gateway
