// Makes the records of what this gateway does, with what every record must have (audit.md).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/audit/record.hpp"
#include "gateway/core/linkage.hpp"
#include "gateway/core/region.hpp"
#include "gateway/core/store_call.hpp"
#include "gateway/core/tokens.hpp"
#include "gateway/core/trace.hpp"
#include "gateway/store/store.hpp"

namespace sluis::gateway {

/// Who acts, as records have it.
[[nodiscard]] audit::Actor actor_of(const Caller& caller);
[[nodiscard]] audit::Actor actor_of(const config::PartnerId& peer);
[[nodiscard]] audit::Actor this_gateway(const config::PartnerId& self);

class Recorder {
 public:
  Recorder(const Region& region, store::Store& store) : region_(region), store_(store) {}

  /// A record of now, with a fresh id, this trace and the policy in force.
  [[nodiscard]] audit::Record start(std::string_view action, audit::Outcome outcome,
                                    audit::Actor actor, const Trace& trace) const;

  /// Appends the record to the act, with the person whom it is about: found again by these
  /// references alone, under the gateway's own key.
  void append(store::Transaction& tx, audit::Record record,
              const std::vector<LinkageKey>& person = {}, std::string_view case_id = {}) const;
  /// The same at a recipient, who knows pseudonyms alone.
  void append_received(store::Transaction& tx, audit::Record record, const config::DomainId& domain,
                       const std::vector<store::Link>& links) const;

  /// A refusal is an act too: this one, with nothing in it but its record.
  [[nodiscard]] store::Store::Work refusal(audit::Record record, const config::Error& why) const;
  /// Resumes when the record is durable. Throws store::Unavailable.
  Task<void> refuse(audit::Record record, config::Error why) const;
  /// Records of which nothing else in the store is a part: one act, durable on resumption. Throws
  /// store::Unavailable.
  Task<void> append_alone(std::vector<audit::Record> records) const;

 private:
  void append_with(store::Transaction& tx, audit::Record record,
                   const std::vector<crypto::Array<32>>& references,
                   std::string_view case_id) const;

  const Region& region_;
  store::Store& store_;
};

}  // namespace sluis::gateway
