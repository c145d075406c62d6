#include "gateway/core/evaluation_round.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "crypto/threshold.hpp"

namespace sluis::gateway {

using config::Code;
using config::error;
using config::Result;

EvaluationRound::EvaluationRound(std::shared_ptr<const Standing> standing,
                                 const config::PartnerId& self, Peers& peers, CurvePool& curve,
                                 const KeyName& key, const Elements& blinded)
    : standing_(std::move(standing)),
      self_(self),
      peers_(peers),
      curve_(curve),
      key_(key),
      blinded_(blinded),
      keys_(standing_->domain_keys->find(key.domain, key.epoch, key.use)) {}

Task<Result<EvaluationRound::Elements>> EvaluationRound::run() {
  if (keys_ == nullptr)
    co_return error(Code::holders_unreachable, "domain \"" + key_.domain.str() + "\", epoch \"" +
                                                   key_.epoch.str() +
                                                   "\": no keys are known for use " + key_.use);
  const auto executor = co_await asio::this_coro::executor;
  while (true) {
    if (auto chosen = choose(); !chosen) co_return chosen.failure();
    std::vector<std::uint32_t> to_ask;
    for (const auto number : set_)
      if (!answers_.contains(number)) to_ask.push_back(number);
    if (to_ask.empty()) co_return co_await curve_.run([this] { return combined(); });
    Latch all(executor, to_ask.size());
    for (const auto number : to_ask)
      asio::co_spawn(executor, ask(number), [&all](const std::exception_ptr&) { all.arrive(); });
    co_await all.wait();
  }
}

Result<void> EvaluationRound::choose() {
  std::erase_if(set_, [this](auto number) { return failed_.contains(number); });
  // Ourselves first: it costs no message. Then in the order of the transcript.
  auto order = keys_->holders;
  std::stable_partition(order.begin(), order.end(),
                        [this](const auto& h) { return h.id == self_; });
  for (const auto& candidate : order) {
    if (set_.size() >= keys_->threshold) break;
    const bool taken = std::ranges::find(set_, candidate.number) != set_.end();
    const auto* partner = standing_->directory->partner(candidate.id);
    if (taken || failed_.contains(candidate.number) || partner == nullptr || !partner->active)
      continue;
    set_.push_back(candidate.number);
  }
  if (set_.size() >= keys_->threshold) return {};
  const bool budget = std::ranges::any_of(
      failed_, [](const auto& f) { return f.second.code == Code::over_budget; });
  std::string detail = "fewer than " + std::to_string(keys_->threshold) + " holders answered:";
  for (const auto& [number, why] : failed_)
    detail += " " + holder(number).id.str() + " (" + why.detail + ")";
  return error(budget ? Code::over_budget : Code::holders_unreachable, std::move(detail));
}

Task<void> EvaluationRound::ask(std::uint32_t number) {
  const auto set = set_;
  Result<Elements> answer = error(Code::internal, "not asked");
  try {
    answer = co_await answer_of(number);
  } catch (const std::exception& fault) {
    answer = error(Code::unavailable, fault.what());
  }
  if (answer.ok()) {
    answers_.emplace(number, Answer{std::move(*answer), set});
  } else {
    spdlog::warn("holder {}: {}: {}", holder(number).id.str(),
                 config::code_name(answer.failure().code), answer.failure().detail);
    failed_.emplace(number, answer.failure());
  }
}

Task<Result<EvaluationRound::Elements>> EvaluationRound::answer_of(std::uint32_t number) {
  if (holder(number).id == self_) co_return co_await evaluate_here(number);
  const auto set = set_;
  EvaluationRequest request{key_, keys_->generation, {}, blinded_};
  for (const auto member : set) request.holders.push_back(holder(member).id);
  auto answer = co_await peers_.evaluate(holder(number).id, request);
  if (!answer) co_return answer.failure();
  const auto key = crypto::weighted_public(holder(number).public_key, number, set);
  auto verifier = std::make_shared<crypto::Verifier>(key.bytes(), blinded_, *answer);
  auto step = [verifier] { return verifier->step(elements_a_step); };
  co_await curve_.run_steps(std::move(step));
  if (!verifier->valid()) co_return error(Code::bad_proof, "its proof does not verify");
  co_return std::move(answer->elements);
}

Task<Result<EvaluationRound::Elements>> EvaluationRound::evaluate_here(std::uint32_t number) {
  const auto* share = standing_->shares->find(key_.domain, key_.epoch, key_.use, keys_->generation);
  if (share == nullptr) co_return error(Code::internal, "our own share of this key is missing");
  // Our own answer needs no proof: whoever could forge it has our share.
  auto elements = std::make_shared<Elements>();
  auto step = [this, elements,
               weighted = std::make_shared<crypto::SecretScalar>(
                   crypto::weighted_share(*share, number, set_))] {
    const auto end = std::min(blinded_.size(), elements->size() + elements_a_step);
    while (elements->size() < end) {
      const auto element = crypto::Element::parse(blinded_[elements->size()]);
      const auto evaluated = element ? element->mul(weighted->reveal()) : std::nullopt;
      if (!evaluated) throw std::runtime_error("a blinded element that is not one");
      elements->push_back(evaluated->bytes());
    }
    return elements->size() == blinded_.size();
  };
  co_await curve_.run_steps(std::move(step));
  co_return std::move(*elements);
}

Result<EvaluationRound::Elements> EvaluationRound::combined() const {
  std::vector<Elements> parts;
  for (const auto number : set_) {
    const auto& answer = answers_.at(number);
    if (answer.set == set_ || std::ranges::is_permutation(answer.set, set_)) {
      parts.push_back(answer.elements);
      continue;
    }
    auto carried = crypto::reweight(answer.elements, number, answer.set, set_);
    if (!carried) return error(Code::bad_proof, "an answer that cannot be carried over");
    parts.push_back(std::move(*carried));
  }
  auto sum = crypto::combine(parts);
  if (!sum) return error(Code::bad_proof, "answers that do not add up to an element");
  return std::move(*sum);
}

const KeySet::Holder& EvaluationRound::holder(std::uint32_t number) const {
  return *std::ranges::find(keys_->holders, number, &KeySet::Holder::number);
}

}  // namespace sluis::gateway
