// Reading the audit log for the privacy officer, and a person's part in it (audit.md).
#pragma once

#include <map>
#include <set>

#include "gateway/audit/search.hpp"
#include "gateway/core/curve_pool.hpp"
#include "gateway/core/person_tags.hpp"
#include "gateway/core/recorder.hpp"

namespace sluis::gateway {

/// Whose records are asked for: a person's, or those of a case. Lives in memory alone.
struct SubjectRequest {
  std::optional<Person> person;
  std::string case_id;
};

/// Every answer is itself recorded, and durable so before it is given. A record stands in an answer
/// as {"log":origin,"number":place in that log,"record":{…}}. Who may ask is for the caller. All
/// calls on one executor.
class AuditReading {
 public:
  AuditReading(const Region& region, store::Store& store, Evaluator& evaluator, CurvePool& pool,
               const Recorder& recorder)
      : region_(region), store_(store), evaluator_(evaluator), pool_(pool), recorder_(recorder) {}

  /// {"records":[…],"nextCursor"}: newest first, at most `most`, from before `cursor` on (empty:
  /// from the end). One call goes through a bounded part of the log: a page may have less than
  /// `most`, or nothing, and a cursor all the same. `invalid` for a cursor that no list gave.
  Task<config::Result<config::Json>> list(audit::RecordFilter filter, std::string cursor,
                                          std::size_t most, Caller caller, Trace trace);
  /// One record by its id. `not_found`. Takes time in proportion to the log, as do those below.
  Task<config::Result<config::Json>> show(std::string id, Caller caller, Trace trace);

  /// {"records":[…],"endedEpochs":[…]}: all that was recorded about the person, or the case, oldest
  /// first. Each has beside its place `foundBy`, the kinds of keys that it was found by, and
  /// `confirmed`: the record's own commitment is that of the references kept for it. What was
  /// received in an epoch that has ended cannot be found any more; those epochs are named.
  Task<config::Result<config::Json>> subject(SubjectRequest request, Caller caller, Trace trace);
  /// {"erased":n}: removes what lets those records be found by this person, and waits until it is
  /// in no file of the store any more. The records stay, and the log still verifies.
  Task<config::Result<config::Json>> erase(Person person, Caller caller, Trace trace);

  static constexpr std::size_t slice_records = 1024;
  static constexpr std::uint64_t records_a_call = 65'536;

 private:
  struct Reference {
    std::string kind;
    crypto::Array<32> value;
  };
  using References = std::vector<Reference>;
  struct Found {
    store::AuditSubject row;
    std::set<std::string> by;
  };

  Task<config::Result<References>> references_of(const std::vector<LinkageKey>& keys);
  Task<std::vector<config::Json>> find_all(std::unordered_set<std::string> ids);
  Task<config::Json> with_records(std::map<std::string, Found> found, bool person);
  Task<void> record(audit::Record entry);
  Task<void> record_about(audit::Record entry, const std::vector<LinkageKey>& person,
                          std::string case_id);
  Task<config::Error> refuse(std::string_view action, const Caller& caller, config::Error why,
                             const Trace& trace);
  [[nodiscard]] config::Json ended_epochs() const;

  const Region& region_;
  store::Store& store_;
  Evaluator& evaluator_;
  CurvePool& pool_;
  const Recorder& recorder_;
};

}  // namespace sluis::gateway
