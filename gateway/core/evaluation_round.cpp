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

EvaluationRound::EvaluationRound(const RoundServices& services,
                                 std::shared_ptr<const Standing> standing, KeyName key,
                                 Elements blinded)
    : services_(services),
      standing_(std::move(standing)),
      key_(std::move(key)),
      blinded_(std::move(blinded)),
      keys_(standing_->domain_keys->find(key_.domain, key_.epoch, key_.use)),
      settled_(services.executor) {}

Task<Result<EvaluationRound::Elements>> EvaluationRound::run() {
  if (keys_ == nullptr)
    co_return error(Code::holders_unreachable, "domain \"" + key_.domain.str() + "\", epoch \"" +
                                                   key_.epoch.str() +
                                                   "\": no keys are known for use " + key_.use);
  while (answered().size() < keys_->threshold) {
    if (!ask_more()) {
      over_ = true;
      co_return shortage();
    }
    const auto until = next_late();
    co_await settled_.wait_until(until);
  }
  end();
  auto add_up = [round = shared_from_this()] { return round->combined(); };
  auto sum = co_await services_.curve.run(std::move(add_up));
  co_return std::move(sum);
}

bool EvaluationRound::ask_more() {
  const auto now = Clock::now();
  const auto missing = keys_->threshold - answered().size();
  const bool late = std::ranges::any_of(asked_, [now](const auto& each) {
    return each.second.pending && each.second.late_at <= now;
  });
  // One more than are missing, and only while one of them is late: what that costs is bounded.
  const auto wanted = missing + (late ? 1 : 0);
  auto fresh = candidates(now);
  if (pending() + fresh.size() < missing) return false;
  fresh.resize(std::min(fresh.size(), wanted - std::min(wanted, pending())));
  for (const auto number : fresh) {
    const auto& id = holder(number).id;
    const auto late_at = id == services_.self
                             ? Clock::time_point::max()
                             : now + services_.history.patience(id, blinded_.size());
    asked_.emplace(number, Asked{set_with(fresh, number), late_at, true, std::nullopt});
  }
  for (const auto number : fresh)
    asio::co_spawn(services_.executor, ask(shared_from_this(), number), asio::detached);
  return true;
}

/// Who has not been asked. Ourselves first: it costs no message. Then in the order of the
/// transcript, and those that failed lately at the end.
EvaluationRound::Numbers EvaluationRound::candidates(Clock::time_point now) const {
  Numbers good, doubtful;
  for (const auto& each : keys_->holders) {
    const auto* partner = standing_->directory->partner(each.id);
    if (asked_.contains(each.number) || partner == nullptr || !partner->active) continue;
    if (each.id == services_.self)
      good.insert(good.begin(), each.number);
    else if (services_.history.doubtful(each.id, now))
      doubtful.push_back(each.number);
    else
      good.push_back(each.number);
  }
  good.insert(good.end(), doubtful.begin(), doubtful.end());
  return good;
}

/// t holders, `number` among them: it, those that are asked with it, those that have answered, and
/// those that still may.
EvaluationRound::Numbers EvaluationRound::set_with(const Numbers& fresh,
                                                   std::uint32_t number) const {
  Numbers set{number};
  const auto add = [&](std::uint32_t other) {
    if (set.size() < keys_->threshold && std::ranges::find(set, other) == set.end())
      set.push_back(other);
  };
  std::ranges::for_each(answered(), add);
  std::ranges::for_each(fresh, add);
  for (const auto& [other, asked] : asked_)
    if (asked.pending) add(other);
  std::ranges::sort(set);
  return set;
}

Task<void> EvaluationRound::ask(std::shared_ptr<EvaluationRound> round, std::uint32_t number) {
  const Underway::Pass pass(round->services_.underway);
  Result<Elements> answer = error(Code::internal, "not asked");
  try {
    answer = co_await round->answer_of(number);
  } catch (const std::exception& fault) {
    answer = error(Code::unavailable, fault.what());
  }
  round->settle(number, std::move(answer));
}

Task<Result<EvaluationRound::Elements>> EvaluationRound::answer_of(std::uint32_t number) {
  const auto& id = holder(number).id;
  if (id == services_.self) co_return co_await evaluate_here(number);
  const auto set = asked_.at(number).set;
  EvaluationRequest request{key_, keys_->generation, {}, blinded_};
  for (const auto member : set) request.holders.push_back(holder(member).id);
  const auto started = Clock::now();
  auto answer = co_await services_.peers.evaluate(id, request);
  if (!answer) co_return answer.failure();
  const auto took = Clock::now() - started;
  if (!over_) {
    const auto key = crypto::weighted_public(holder(number).public_key, number, set);
    auto verifier = std::make_shared<crypto::Verifier>(key.bytes(), blinded_, *answer);
    auto step = [verifier] { return verifier->step(elements_a_step); };
    co_await services_.curve.run_steps(std::move(step));
    if (!verifier->valid()) co_return error(Code::bad_proof, "its proof does not verify");
  }
  services_.history.answered(id, took);
  co_return std::move(answer->elements);
}

Task<Result<EvaluationRound::Elements>> EvaluationRound::evaluate_here(std::uint32_t number) {
  const auto* share = standing_->shares->find({key_, keys_->generation});
  if (share == nullptr) co_return error(Code::internal, "our own share of this key is missing");
  // Our own answer needs no proof: whoever could forge it has our share.
  auto elements = std::make_shared<Elements>();
  auto step = [this, elements,
               weighted = std::make_shared<crypto::SecretScalar>(
                   crypto::weighted_share(*share, number, asked_.at(number).set))] {
    const auto end = std::min(blinded_.size(), elements->size() + elements_a_step);
    while (elements->size() < end) {
      const auto element = crypto::Element::parse(blinded_[elements->size()]);
      const auto evaluated = element ? element->mul(weighted->reveal()) : std::nullopt;
      if (!evaluated) throw std::runtime_error("a blinded element that is not one");
      elements->push_back(evaluated->bytes());
    }
    return elements->size() == blinded_.size();
  };
  co_await services_.curve.run_steps(std::move(step));
  co_return std::move(*elements);
}

void EvaluationRound::settle(std::uint32_t number, Result<Elements> answer) {
  auto& asked = asked_.at(number);
  asked.pending = false;
  if (!answer.ok()) {
    const auto& id = holder(number).id;
    spdlog::warn("holder {}: {}: {}", id.str(), config::code_name(answer.failure().code),
                 answer.failure().detail);
    services_.history.failed(id, Clock::now());
    failed_.emplace(number, answer.failure());
  } else if (!over_) {
    asked.elements = std::move(*answer);
  }
  settled_.ring();
}

/// From here on nobody is waited for. Who was late, and did not come before another did, is asked
/// last for a while.
void EvaluationRound::end() {
  over_ = true;
  const auto now = Clock::now();
  for (const auto& [number, asked] : asked_)
    if (asked.pending && asked.late_at <= now) services_.history.failed(holder(number).id, now);
}

EvaluationRound::Clock::time_point EvaluationRound::next_late() const {
  auto next = Clock::time_point::max();
  const auto now = Clock::now();
  for (const auto& [number, asked] : asked_)
    if (asked.pending && asked.late_at > now) next = std::min(next, asked.late_at);
  return next;
}

std::size_t EvaluationRound::pending() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(asked_, [](const auto& each) { return each.second.pending; }));
}

EvaluationRound::Numbers EvaluationRound::answered() const {
  Numbers numbers;
  for (const auto& [number, asked] : asked_)
    if (asked.elements) numbers.push_back(number);
  return numbers;
}

Result<EvaluationRound::Elements> EvaluationRound::combined() const {
  auto set = answered();
  set.resize(keys_->threshold);
  std::vector<Elements> parts;
  for (const auto number : set) {
    const auto& answer = asked_.at(number);
    if (answer.set == set) {
      parts.push_back(*answer.elements);
      continue;
    }
    auto carried = crypto::reweight(*answer.elements, number, answer.set, set);
    if (!carried) return error(Code::bad_proof, "an answer that cannot be carried over");
    parts.push_back(std::move(*carried));
  }
  auto sum = crypto::combine(parts);
  if (!sum) return error(Code::bad_proof, "answers that do not add up to an element");
  return std::move(*sum);
}

/// Says who failed and with which code. What else is known of it (addresses) is in our log: this
/// goes to whoever handed in the signal.
config::Error EvaluationRound::shortage() const {
  auto why = error(Code::holders_unreachable,
                   "fewer than " + std::to_string(keys_->threshold) + " holders answered:");
  for (const auto& [number, failure] : failed_) {
    why.detail +=
        " " + holder(number).id.str() + " (" + std::string(config::code_name(failure.code)) + ")";
    if (failure.code != Code::over_budget) continue;
    why.code = Code::over_budget;
    const auto wait = failure.retry_after_seconds;
    if (wait > 0 && (why.retry_after_seconds == 0 || wait < why.retry_after_seconds))
      why.retry_after_seconds = wait;
  }
  // Holders that have another generation by now: the transcripts have to be asked for again.
  if (std::ranges::any_of(failed_,
                          [](const auto& each) { return each.second.code == Code::generation; }))
    why.code = Code::generation;
  return why;
}

const KeySet::Holder& EvaluationRound::holder(std::uint32_t number) const {
  return *std::ranges::find(keys_->holders, number, &KeySet::Holder::number);
}

}  // namespace sluis::gateway
