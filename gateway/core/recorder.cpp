#include "gateway/core/recorder.hpp"

namespace sluis::gateway {

audit::Actor actor_of(const Caller& caller) {
  audit::Actor actor;
  actor.kind = "client";
  actor.id = caller.name;
  actor.role = caller.role;
  return actor;
}

audit::Actor actor_of(const config::PartnerId& peer) {
  audit::Actor actor;
  actor.kind = "partner";
  actor.id = peer.str();
  return actor;
}

audit::Actor this_gateway(const config::PartnerId& self) {
  audit::Actor actor;
  actor.kind = "gateway";
  actor.id = self.str();
  return actor;
}

audit::Record Recorder::start(std::string_view action, audit::Outcome outcome, audit::Actor actor,
                              const Trace& trace) const {
  audit::Record record;
  record.id = config::random_uuid();
  record.at = region_.now();
  record.action = action;
  record.outcome = outcome;
  record.actor = std::move(actor);
  record.trace_id = trace.trace_id;
  record.span_id = trace.span_id;
  record.parent_span_id = trace.parent_id;
  record.policy = region_.standing()->policy_hash;
  return record;
}

void Recorder::append_with(store::Transaction& tx, audit::Record record,
                           const std::vector<crypto::Array<32>>& references,
                           std::string_view case_id) const {
  if (!references.empty()) {
    const auto about = audit::commit(record.id, "person", references);
    record.subject = about.value;
    tx.add_subject(about.row);
  }
  if (!case_id.empty()) {
    const auto about =
        audit::commit(record.id, "case",
                      {audit::reference_of_case(region_.keys()->reference_key.reveal(), case_id)});
    record.case_commitment = about.value;
    tx.add_subject(about.row);
  }
  tx.append(audit::canonical(record));
}

void Recorder::append(store::Transaction& tx, audit::Record record,
                      const std::vector<LinkageKey>& person, std::string_view case_id) const {
  std::vector<crypto::Array<32>> references;
  references.reserve(person.size());
  for (const auto& key : person)
    references.push_back(
        audit::reference_of_linkage(region_.keys()->reference_key.reveal(), key.kind, key.value));
  append_with(tx, std::move(record), references, case_id);
}

void Recorder::append_received(store::Transaction& tx, audit::Record record,
                               const config::DomainId& domain,
                               const std::vector<store::Link>& links) const {
  std::vector<crypto::Array<32>> references;
  references.reserve(links.size());
  for (const auto& link : links)
    references.push_back(audit::reference_of_tag(region_.keys()->reference_key.reveal(),
                                                 domain.str(), link.epoch.str(), link.kind,
                                                 link.tag));
  append_with(tx, std::move(record), references, {});
}

store::Store::Work Recorder::refusal(audit::Record record, const config::Error& why) const {
  if (record.rule.empty()) record.rule = config::code_name(why.code);
  return [this, record = std::move(record)](store::Transaction& tx) { append(tx, record); };
}

Task<void> Recorder::refuse(audit::Record record, config::Error why) const {
  auto act = [work = refusal(std::move(record), why)](store::Transaction& tx) {
    work(tx);
    return Nothing{};
  };
  co_await write(store_, std::move(act));
}

Task<void> Recorder::append_alone(std::vector<audit::Record> records) const {
  auto act = [this, records = std::move(records)](store::Transaction& tx) {
    for (const auto& record : records) append(tx, record);
    return Nothing{};
  };
  co_await write(store_, std::move(act));
}

}  // namespace sluis::gateway
