#include "gateway/core/answer_evaluation.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <set>

#include "crypto/threshold.hpp"
#include "policy/decide.hpp"

namespace sluis::gateway {

using config::Code;
using config::error;
using config::Result;

namespace {

const config::Epoch* epoch_in_force(const config::Directory& directory, const KeyName& key,
                                    config::Timestamp now) {
  const auto* domain = directory.domain(key.domain);
  if (domain == nullptr) return nullptr;
  for (const auto* epoch : config::Directory::epochs_in_force(*domain, now))
    if (epoch->id == key.epoch) return epoch;
  return nullptr;
}

const KeySet::Holder* holder_named(const KeySet& keys, const config::PartnerId& id) {
  const auto found = std::ranges::find(keys.holders, id, &KeySet::Holder::id);
  return found == keys.holders.end() ? nullptr : &*found;
}

/// The numbers of exactly t distinct holders, ours among them; nothing otherwise.
std::optional<std::vector<std::uint32_t>> numbers_of(const std::vector<config::PartnerId>& holders,
                                                     const KeySet& keys,
                                                     const config::PartnerId& self) {
  std::set<std::uint32_t> numbers;
  for (const auto& id : holders) {
    const auto* holder = holder_named(keys, id);
    if (holder == nullptr || !numbers.insert(holder->number).second) return std::nullopt;
  }
  if (numbers.size() != keys.threshold || std::ranges::find(holders, self) == holders.end())
    return std::nullopt;
  return std::vector<std::uint32_t>(numbers.begin(), numbers.end());
}

/// True for a holder of any generation: who asks one for a generation that is gone, or not there
/// yet, is told so, and asks for the transcripts.
bool holds_or_held(const Standing& standing, const KeyName& key, const config::Epoch& epoch,
                   const config::PartnerId& self) {
  if (std::ranges::find(epoch.holders, self) != epoch.holders.end()) return true;
  const auto records = standing.domain_keys->records(key);
  return std::ranges::any_of(records, [&](const KeyRecord& record) {
    return std::ranges::any_of(record.transcript.holders,
                               [&](const CeremonyMember& holder) { return holder.id == self; });
  });
}

/// "Not permitted" and "not there" read the same to a partner.
config::Error not_permitted() {
  return error(Code::forbidden, "not permitted");
}

}  // namespace

Result<AnswerEvaluation::Permission> AnswerEvaluation::permit(const config::PartnerId& peer,
                                                              const EvaluationRequest& request,
                                                              const Standing& standing) const {
  const auto now = region_.now();
  if (const auto usable = standing.directory->usable_at(now); !usable) return usable.failure();
  const auto* domain = standing.directory->domain(request.key.domain);
  const auto* epoch = epoch_in_force(*standing.directory, request.key, now);
  if (domain == nullptr || epoch == nullptr) return not_permitted();
  // Whoever could evaluate `lock` and received the contents could open them alone.
  if (request.key.use == "lock" && domain->recipient == peer) return not_permitted();
  policy::Question question;
  question.direction = policy::Direction::evaluate;
  question.partner = peer.str();
  question.domain = request.key.domain.str();
  question.use = request.key.use;
  question.count = request.blinded.size();
  question.today = standing.directory->time_zone().local_day(now);
  const auto decision = policy::decide(*standing.policy, question, {});
  if (!decision.permit || !decision.per_day)
    return decision.reason.is_budget() ? error(Code::over_budget, "more than a whole day's budget")
                                       : not_permitted();
  if (standing.shares->find({request.key, request.generation}) == nullptr) {
    if (!holds_or_held(standing, request.key, *epoch, region_.self())) return not_permitted();
    return error(Code::generation, "this holder has no share of that generation (any more)");
  }
  return Permission{decision.rule, Budget("evaluate/" + peer.str() + "/" +
                                              request.key.domain.str() + "/" + request.key.use,
                                          *decision.per_day)};
}

Task<Result<crypto::Evaluation>> AnswerEvaluation::answer(config::PartnerId peer,
                                                          EvaluationRequest request, Trace trace) {
  const auto standing = region_.standing();
  auto permission = permit(peer, request, *standing);
  if (!permission) co_return co_await refuse(peer, request, permission.failure(), trace);
  auto look = [budget = permission->budget, n = request.blinded.size(),
               now = region_.now()](store::Transaction& tx) { return budget.check(tx, n, now); };
  // Looked at first, so that a partner without budget costs us no arithmetic; counted below.
  const auto fits = co_await read(store_, std::move(look));
  if (!fits) co_return co_await refuse(peer, request, fits.failure(), trace);
  auto evaluation = co_await evaluate(request, *standing);
  if (!evaluation) co_return co_await refuse(peer, request, evaluation.failure(), trace);
  const auto counted = co_await count(peer, request, *permission, trace);
  if (!counted) co_return co_await refuse(peer, request, counted.failure(), trace);
  co_return std::move(*evaluation);
}

Task<Result<crypto::Evaluation>> AnswerEvaluation::evaluate(const EvaluationRequest& request,
                                                            const Standing& standing) {
  const auto& key = request.key;
  const auto* keys = standing.domain_keys->find({key, request.generation});
  const auto* share = standing.shares->find({key, request.generation});
  if (keys == nullptr || share == nullptr) co_return not_permitted();
  const auto numbers = numbers_of(request.holders, *keys, region_.self());
  if (!numbers)
    co_return error(Code::invalid,
                    "must name exactly " + std::to_string(keys->threshold) +
                        " distinct holders, this one among them",
                    "/holders");
  const auto& ours = *holder_named(*keys, region_.self());
  const auto secret =
      std::make_shared<crypto::SecretScalar>(crypto::weighted_share(*share, ours.number, *numbers));
  const auto public_key = crypto::weighted_public(ours.public_key, ours.number, *numbers);
  auto evaluator =
      std::make_shared<crypto::Evaluator>(secret->reveal(), public_key.bytes(), request.blinded);
  auto step = [evaluator, secret] { return evaluator->step(elements_a_step); };
  co_await curve_.run_steps(std::move(step));
  if (const auto bad = evaluator->refused())
    co_return error(Code::invalid, "is no canonical element, or the identity",
                    "/blinded/" + std::to_string(*bad));
  co_return std::move(*evaluator->take());
}

Task<Result<void>> AnswerEvaluation::count(const config::PartnerId& peer,
                                           const EvaluationRequest& request,
                                           const Permission& permission, const Trace& trace) {
  auto record = recorder_.start("evaluation.answer", audit::Outcome::permit, actor_of(peer), trace);
  record.counterparty = peer.str();
  record.rule = permission.rule;
  record.object = {
      "key", request.key.domain.str() + "/" + request.key.epoch.str() + "/" + request.key.use};
  record.count = request.blinded.size();
  const auto key = record.object.id;
  // Requests side by side may each have seen room: whether there is any is settled here.
  auto act = [this, permission, record = std::move(record)](store::Transaction& tx) {
    return spend(tx, permission, record);
  };
  const auto alarms = co_await write(store_, std::move(act));
  if (!alarms) co_return alarms.failure();
  for (const auto& rule : *alarms)
    spdlog::warn("evaluation alarm: partner {}, key {}: rule {}; see evaluation.alarm in the log",
                 peer.str(), key, rule);
  co_return Result<void>{};
}

Result<AnswerEvaluation::Alarms> AnswerEvaluation::spend(store::Transaction& tx,
                                                         const Permission& permission,
                                                         audit::Record record) const {
  const auto now = region_.now();
  // The last tenth of a day's amount is worth a look, in the act that reaches it.
  const auto whole = permission.budget.per_day();
  const auto tenth = whole < rate_floor ? 0 : whole / 10;
  const bool had_room = permission.budget.check(tx, tenth, now).ok();
  const auto spent = permission.budget.spend(tx, *record.count, now);
  if (!spent) return spent.failure();
  recorder_.append(tx, record);
  auto alarms = rate_alarms(tx, permission.budget, *spent, now, rates_);
  if (had_room && !permission.budget.check(tx, tenth, now))
    alarms.push_back("near-budget/" + std::to_string(whole) + "/P1D");
  for (const auto& rule : alarms) {
    record.id = config::random_uuid();
    record.action = "evaluation.alarm";
    record.outcome = audit::Outcome::error;
    record.rule = rule;
    record.count = spent->after;
    recorder_.append(tx, record);
  }
  return alarms;
}

Task<config::Error> AnswerEvaluation::refuse(const config::PartnerId& peer,
                                             const EvaluationRequest& request, config::Error why,
                                             const Trace& trace) {
  auto record = recorder_.start("evaluation.answer", audit::Outcome::deny, actor_of(peer), trace);
  record.counterparty = peer.str();
  record.object = {
      "key", request.key.domain.str() + "/" + request.key.epoch.str() + "/" + request.key.use};
  record.count = request.blinded.size();
  co_await recorder_.refuse(std::move(record), why);
  co_return why;
}

}  // namespace sluis::gateway
