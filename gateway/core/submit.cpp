#include "gateway/core/submit.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <map>

#include "crypto/labels.hpp"
#include "gateway/core/draft.hpp"

namespace sluis::gateway {

using config::Code;
using config::error;
using config::Json;

namespace {

/// Where one output of an evaluation goes.
struct Slot {
  Draft* draft;
  crypto::Array<64>* output;
};
struct Plan {
  std::vector<crypto::Bytes> inputs;
  std::vector<Slot> slots;
};
using Plans = std::map<KeyName, Plan>;

void plan_link(Plans& plans, Draft& draft, const DraftPart& part, DraftLink& link) {
  for (const std::string use : {"tag", "lock"}) {
    auto& plan = plans[KeyName{part.domain->id, link.epoch->id, use}];
    plan.inputs.push_back(crypto::oprf_input(part.domain->id.str(), link.epoch->id.str(), use,
                                             link.key->kind, link.key->value));
    plan.slots.push_back({&draft, use == "tag" ? &link.tag_output : &link.lock_output});
  }
}

Task<void> fill(Evaluator& evaluator, const KeyName& key, Plan& plan) {
  auto outputs = co_await evaluator.evaluate(key, std::move(plan.inputs));
  for (std::size_t i = 0; i < plan.slots.size(); ++i) {
    if (outputs.ok()) {
      *plan.slots[i].output = (*outputs)[i];
    } else if (!plan.slots[i].draft->outcome) {
      plan.slots[i].draft->outcome = SubmitOutcome::refuse(outputs.failure());
    }
  }
  if (outputs.ok())
    for (auto& output : *outputs) crypto::wipe(output);
}

bool has_lock(const config::Epoch& epoch, unsigned k) {
  return k == 1 || std::ranges::find(epoch.lock_thresholds, k) != epoch.lock_thresholds.end();
}

/// In an overlap a link for each epoch; but for one that ends before its holders would have
/// answered nobody has a use.
std::vector<const config::Epoch*> epochs_to_use(const config::Domain& domain,
                                                config::Timestamp now) {
  constexpr std::chrono::seconds too_late{10};
  auto epochs = config::Directory::epochs_in_force(domain, now);
  const auto lasting = std::ranges::count_if(
      epochs, [&](const auto* epoch) { return epoch->until > now + too_late; });
  if (lasting > 0)
    std::erase_if(epochs, [&](const auto* epoch) { return epoch->until <= now + too_late; });
  return epochs;
}

std::optional<SubmitOutcome> seen_before(store::Transaction& tx, const Submission& submission) {
  const auto known = tx.sent_signal(submission.id);
  if (!known) return std::nullopt;
  if (!crypto::equal(known->body_mac, submission.body_mac))
    return SubmitOutcome::refuse(
        error(Code::conflict, "this id was used for another body; use a fresh id", "/id"));
  return SubmitOutcome{SubmitOutcome::Kind::repeated, Json::parse(known->answer), std::nullopt};
}

store::OutboxRow outbox_row(const Draft& draft, const DraftPart& part) {
  const auto& envelope = *part.envelope;
  return {.id = envelope.id,
          .signal = draft.submission.id,
          .to = envelope.to,
          .seal_key = envelope.seal_key,
          .sealed = envelope.sealed,
          .signature = envelope.signature,
          .queued_at = draft.accepted_at,
          .expires_at = part.expires_at,
          .trace_id = part.trace.trace_id,
          .last_error = {},
          .receipt = {},
          .settled_at = {}};
}

}  // namespace

Submit::Submit(const Region& region, store::Store& store, Evaluator& evaluator, CurvePool& curve,
               Recorder& recorder, std::function<void(const config::PartnerId&)> queued)
    : region_(region),
      store_(store),
      evaluator_(evaluator),
      curve_(curve),
      recorder_(recorder),
      queued_(std::move(queued)) {}

Task<std::vector<SubmitOutcome>> Submit::submit(std::vector<Submission> submissions, Caller caller,
                                                Trace trace) {
  const auto standing = region_.standing();
  Drafts drafts;
  for (auto& submission : submissions)
    drafts.push_back(std::make_shared<Draft>(std::move(submission)));
  co_await look_for_repeats(drafts);
  if (const auto usable = standing->directory->usable_at(region_.now()); !usable) {
    for (const auto& draft : drafts)
      if (!draft->outcome)
        draft->outcome = SubmitOutcome::refuse(error(Code::unavailable, usable.failure().detail));
  }
  for (const auto& draft : drafts)
    if (!draft->outcome) decide(*draft, *standing, trace);
  co_await pseudonymise(drafts);
  co_await close(drafts, standing);
  co_await commit(drafts, caller, trace);
  co_await record_refusals(drafts, caller, trace);
  std::vector<SubmitOutcome> outcomes;
  for (const auto& draft : drafts) outcomes.push_back(std::move(*draft->outcome));
  co_return outcomes;
}

Task<void> Submit::look_for_repeats(const Drafts& drafts) {
  auto look = [drafts](store::Transaction& tx) {
    for (const auto& draft : drafts) draft->outcome = seen_before(tx, draft->submission);
    return Nothing{};
  };
  co_await read(store_, std::move(look));
}

void Submit::decide(Draft& draft, const Standing& standing, const Trace& trace) const {
  const auto& submission = draft.submission;
  draft.accepted_at = region_.now();
  draft.keys = linkage_keys(submission.person);
  policy::Question question;
  question.direction = policy::Direction::send;
  question.theme = submission.theme;
  question.severity = submission.severity;
  question.purpose = submission.purpose;
  question.today = standing.directory->time_zone().local_day(draft.accepted_at);
  for (const auto& key : draft.keys) question.identifiers.push_back(key.kind);
  for (const auto& domain : standing.directory->domains()) {
    if (domain.recipient == region_.self()) continue;
    question.partner = domain.recipient.str();
    question.domain = domain.id.str();
    DraftPart part;
    part.domain = &domain;
    part.recipient = standing.directory->partner(domain.recipient);
    part.decision = policy::decide(*standing.policy, question, {});
    part.trace = trace.child();
    if (part.decision.permit) add_links(draft, part);
    draft.parts.push_back(std::move(part));
  }
}

void Submit::add_links(Draft& draft, DraftPart& part) {
  const auto epochs = epochs_to_use(*part.domain, draft.accepted_at);
  const auto& allowed = part.decision.identifiers;
  for (const auto* epoch : epochs)
    for (const auto& key : draft.keys)
      if (std::ranges::find(allowed, key.kind) != allowed.end())
        part.links.push_back({&key, epoch, {}, {}});
  part.expires_at = config::add(draft.accepted_at, part.decision.keep.value());
  if (!part.recipient->active)
    part.decision = policy::deny(policy::Reason::Kind::partner_suspended);
  else if (epochs.empty())
    part.decision = policy::deny(policy::Reason::Kind::no_epoch_in_force);
  else if (!std::ranges::all_of(epochs,
                                [&](const auto* e) { return has_lock(*e, part.decision.reveal); }))
    part.decision = policy::deny(policy::Reason::Kind::no_such_lock);
}

Task<void> Submit::pseudonymise(const Drafts& drafts) {
  Plans plans;
  for (const auto& draft : drafts) {
    if (draft->outcome) continue;
    for (auto& part : draft->parts)
      if (part.decision.permit)
        for (auto& link : part.links) plan_link(plans, *draft, part, link);
  }
  const auto executor = co_await asio::this_coro::executor;
  Latch all(executor, plans.size());
  std::exception_ptr fault;
  for (auto& [key, plan] : plans)
    asio::co_spawn(executor, fill(evaluator_, key, plan),
                   [&all, &fault](const std::exception_ptr& thrown) {
                     if (thrown) fault = thrown;
                     all.arrive();
                   });
  co_await all.wait();
  if (fault) std::rethrow_exception(fault);
}

Task<void> Submit::close(const Drafts& drafts, std::shared_ptr<const Standing> standing) {
  auto step = [this, drafts, standing, next = std::size_t{0}]() mutable {
    const auto end = std::min(drafts.size(), next + 8);
    for (; next < end; ++next) close_draft(*drafts[next], region_, *standing);
    return next == drafts.size();
  };
  co_await curve_.run_steps(std::move(step));
}

store::Store::Work Submit::act_for(const std::shared_ptr<Draft>& draft, const Caller& caller,
                                   const Trace& trace) {
  return [this, draft, caller, trace](store::Transaction& tx) {
    const auto& submission = draft->submission;
    // Another request may have brought the same id since we looked.
    if (auto earlier = seen_before(tx, submission)) {
      draft->outcome = std::move(earlier);
      return;
    }
    const auto answer = answer_for(*draft);
    tx.add_sent_signal(
        {submission.id, submission.body_mac, caller.name, answer.dump(), draft->accepted_at});
    for (const auto& part : draft->parts) {
      if (part.envelope) tx.add_outbox(outbox_row(*draft, part));
      auto record = recorder_.start(
          "signal.submit", part.decision.permit ? audit::Outcome::permit : audit::Outcome::deny,
          actor_of(caller), part.envelope ? part.trace : trace.child());
      record.counterparty = part.recipient->id.str();
      record.purpose = submission.purpose;
      record.legal_basis = part.decision.legal_basis;
      record.rule = part.decision.rule.empty() ? part.decision.reason.code() : part.decision.rule;
      record.object = {"signal", submission.id.str()};
      recorder_.append(tx, std::move(record), draft->keys);
    }
    draft->outcome = SubmitOutcome{SubmitOutcome::Kind::accepted, answer, std::nullopt};
  };
}

Task<void> Submit::commit(const Drafts& drafts, const Caller& caller, const Trace& trace) {
  Drafts open;
  std::vector<store::Store::Work> acts;
  for (const auto& draft : drafts) {
    if (draft->outcome) continue;
    open.push_back(draft);
    acts.push_back(act_for(draft, caller, trace));
  }
  const auto failures = co_await write_all(store_, std::move(acts));
  for (std::size_t i = 0; i < open.size(); ++i) {
    // An act that is not there must not look as if it were, whatever it had noted before.
    if (failures[i])
      open[i]->outcome = SubmitOutcome::refuse(
          error(Code::unavailable, "the signal could not be made durable; send it again"));
    if (open[i]->outcome->kind != SubmitOutcome::Kind::accepted) continue;
    for (const auto& part : open[i]->parts)
      if (part.envelope) queued_(part.recipient->id);
  }
}

Task<void> Submit::record_refusals(const Drafts& drafts, const Caller& caller, const Trace& trace) {
  std::vector<store::Store::Work> acts;
  for (const auto& draft : drafts) {
    if (draft->outcome->kind != SubmitOutcome::Kind::refused) continue;
    auto record =
        recorder_.start("signal.submit", audit::Outcome::deny, actor_of(caller), trace.child());
    record.object = {"signal", draft->submission.id.str()};
    acts.push_back(recorder_.refusal(std::move(record), *draft->outcome->failure));
  }
  // One that could not be recorded was refused all the same, and says that nothing was kept.
  co_await write_all(store_, std::move(acts));
}

}  // namespace sluis::gateway
