// Taking a signal from this organisation's own system: decide, pseudonymise, close, and commit.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "gateway/core/curve_pool.hpp"
#include "gateway/core/draft.hpp"
#include "gateway/core/evaluator.hpp"
#include "gateway/core/recorder.hpp"
#include "gateway/core/submission.hpp"

namespace sluis::gateway {

/// Any number of signals at once; each stands alone. All calls on one executor.
class Submit {
 public:
  /// `queued` is told of every partner that something now waits for.
  Submit(const Region& region, store::Store& store, Evaluator& evaluator, CurvePool& curve,
         Recorder& recorder, std::function<void(const config::PartnerId&)> queued);

  /// In order of the submissions. An accepted signal, its outbox and its records are durable when
  /// this resumes; of a refused one nothing is kept but the record of the refusal.
  Task<std::vector<SubmitOutcome>> submit(std::vector<Submission> submissions, Caller caller,
                                          Trace trace);

 private:
  using Drafts = std::vector<std::shared_ptr<Draft>>;

  Task<void> look_for_repeats(const Drafts& drafts);
  void decide(Draft& draft, const Standing& standing, const Trace& trace) const;
  static void add_links(Draft& draft, DraftPart& part);
  Task<void> pseudonymise(const Drafts& drafts);
  Task<void> close(const Drafts& drafts, std::shared_ptr<const Standing> standing);
  Task<void> commit(const Drafts& drafts, const Caller& caller, const Trace& trace);
  store::Store::Work act_for(const std::shared_ptr<Draft>& draft, const Caller& caller,
                             const Trace& trace);
  Task<void> record_refusals(const Drafts& drafts, const Caller& caller, const Trace& trace);

  const Region& region_;
  store::Store& store_;
  Evaluator& evaluator_;
  CurvePool& curve_;
  Recorder& recorder_;
  std::function<void(const config::PartnerId&)> queued_;
};

}  // namespace sluis::gateway
