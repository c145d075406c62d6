#include "gateway/core/evaluator.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "gateway/core/evaluation_round.hpp"

namespace sluis::gateway {

using config::Code;
using config::error;
using config::Result;

/// One caller's inputs, at most a batch, and where its outputs go.
struct Evaluator::Job {
  Job(const Executor& executor, std::vector<crypto::Bytes> in)
      : inputs(std::move(in)), done(executor, 1) {}
  std::vector<crypto::Bytes> inputs;
  std::optional<Result<Outputs>> outcome;
  Latch done;
};

/// The jobs for one key. Two batches are under way at most: while the holders work at one, the next
/// is blinded.
struct Evaluator::Lane {
  explicit Lane(KeyName name) : key(std::move(name)) {}
  KeyName key;
  std::deque<std::shared_ptr<Job>> waiting;
  unsigned flying = 0;
};

namespace {
constexpr unsigned flights_per_key = 2;
constexpr unsigned handover_turns = 20;
constexpr std::chrono::milliseconds handover_breath{150};
}  // namespace

Evaluator::Evaluator(const Executor& executor, const Region& region, Peers& peers, CurvePool& curve,
                     HedgeLimits hedge)
    : executor_(executor),
      region_(region),
      peers_(peers),
      curve_(curve),
      history_(hedge),
      underway_(std::make_shared<Underway>(executor)) {}

Task<void> Evaluator::stop() {
  return underway_->none();
}

Task<Result<Evaluator::Outputs>> Evaluator::evaluate(KeyName key,
                                                     std::vector<crypto::Bytes> inputs) {
  auto& lane = lanes_[key];
  if (!lane) lane = std::make_shared<Lane>(key);
  auto mine = lane;
  Jobs jobs;
  for (std::size_t at = 0; at < inputs.size(); at += max_elements) {
    const auto first = inputs.begin() + static_cast<std::ptrdiff_t>(at);
    const auto size = std::min(max_elements, inputs.size() - at);
    jobs.push_back(std::make_shared<Job>(
        executor_, std::vector<crypto::Bytes>(
                       std::make_move_iterator(first),
                       std::make_move_iterator(first + static_cast<std::ptrdiff_t>(size)))));
    mine->waiting.push_back(jobs.back());
  }
  if (mine->flying < flights_per_key && !jobs.empty()) {
    ++mine->flying;
    asio::co_spawn(executor_, run_lane(mine), asio::detached);
  }
  Outputs all;
  all.reserve(inputs.size());
  std::optional<config::Error> failure;
  for (auto& job : jobs) {
    co_await job->done.wait();
    if (!job->outcome->ok()) {
      failure = job->outcome->failure();
      continue;
    }
    auto& outputs = job->outcome->value();
    all.insert(all.end(), outputs.begin(), outputs.end());
  }
  if (failure) co_return *failure;
  co_return all;
}

Task<void> Evaluator::run_lane(std::shared_ptr<Lane> lane) {
  while (!lane->waiting.empty()) {
    Jobs jobs;
    std::size_t elements = 0;
    while (!lane->waiting.empty() &&
           elements + lane->waiting.front()->inputs.size() <= max_elements) {
      elements += lane->waiting.front()->inputs.size();
      jobs.push_back(std::move(lane->waiting.front()));
      lane->waiting.pop_front();
    }
    co_await fly(lane->key, std::move(jobs));
  }
  --lane->flying;
}

Task<void> Evaluator::fly(KeyName key, Jobs jobs) {
  std::vector<crypto::Bytes> inputs;
  for (auto& job : jobs) std::ranges::move(job->inputs, std::back_inserter(inputs));
  // The sizes are needed again to hand the outputs out; the inputs themselves are not.
  Result<Outputs> outcome = error(Code::internal, "evaluation did not run");
  try {
    outcome = co_await evaluate_batch(key, std::move(inputs));
  } catch (const std::exception& fault) {
    outcome = error(Code::unavailable, std::string("evaluation: ") + fault.what());
  }
  std::size_t at = 0;
  for (auto& job : jobs) {
    const auto count = job->inputs.size();
    if (outcome.ok()) {
      const auto first = outcome->begin() + static_cast<std::ptrdiff_t>(at);
      job->outcome = Outputs(first, first + static_cast<std::ptrdiff_t>(count));
      at += count;
    } else {
      job->outcome = outcome.failure();
    }
    job->done.arrive();
  }
}

Task<Result<Evaluator::Outputs>> Evaluator::evaluate_batch(KeyName key,
                                                           std::vector<crypto::Bytes> inputs) {
  auto started = crypto::BlindBatch::start(inputs);
  for (auto& input : inputs) crypto::wipe(input);  // a linkage key stands in each
  if (!started) co_return error(Code::internal, "a batch that cannot be blinded");
  const auto batch = std::make_shared<crypto::BlindBatch>(std::move(*started));
  auto blind = [batch] { return batch->step(elements_a_step); };
  co_await curve_.run_steps(std::move(blind));

  auto evaluated = co_await combined(key, batch->elements());
  if (!evaluated) co_return evaluated.failure();

  auto finalizer = std::make_shared<crypto::Finalizer>(*batch, *evaluated);
  auto finalize = [finalizer] { return finalizer->step(elements_a_step); };
  co_await curve_.run_steps(std::move(finalize));
  auto outputs = finalizer->take();
  if (!outputs) co_return error(Code::bad_proof, "the combined evaluation is not an element");
  co_return std::move(*outputs);
}

/// A handover from one generation to the next takes each gateway a moment, and not the same one:
/// who meets it asks again in the same request. K is the same in both, so the blinds stay.
Task<Result<std::vector<crypto::Array<32>>>> Evaluator::combined(
    const KeyName& key, const std::vector<crypto::Array<32>>& blinded) {
  SteadyTimer breath(executor_);
  for (unsigned turn = 1;; ++turn) {
    const RoundServices services{executor_, region_.self(), peers_, curve_, history_, underway_};
    const auto round =
        std::make_shared<EvaluationRound>(services, region_.standing(), key, blinded);
    auto outcome = co_await round->run();
    const bool moved_on = !outcome.ok() && outcome.failure().code == Code::generation;
    if (!moved_on) co_return outcome;
    if (turn == handover_turns || !renew_)
      co_return error(Code::holders_unreachable, outcome.failure().detail);
    if (turn > 1) {
      breath.expires_after(handover_breath);
      co_await breath.async_wait(use_task);
    }
    co_await renew_();
  }
}

}  // namespace sluis::gateway
