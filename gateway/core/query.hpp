// What a procesregisseur may see: the open signals of one person, and the matches (protocol.md §2).
#pragma once

#include <map>

#include "gateway/core/anomalies.hpp"
#include "gateway/core/person_tags.hpp"
#include "gateway/core/recorder.hpp"
#include "policy/decide.hpp"
#include "policy/text.hpp"

namespace sluis::gateway {

/// One question about a person. Lives in memory alone.
struct PersonQuery {
  Person person;
  std::string purpose;
  std::string case_id;                               // empty when none was given
  policy::Language language = policy::Language::nl;  // of what a refusal says
};

/// All calls on one executor.
class Query {
 public:
  Query(const Region& region, store::Store& store, Evaluator& evaluator, const Recorder& recorder)
      : region_(region), store_(store), evaluator_(evaluator), recorder_(recorder) {}

  /// Looks at every question that is answered. Set before the first one; it outlives this.
  void watch_with(Anomalies& anomalies) { anomalies_ = &anomalies; }

  /// {"matches":[{"id","certainty","ambiguous","signals":[…]}],"decisions":[…]}: the open signals
  /// that are linked directly with the person and that a rule lets this role see, and for each
  /// theme, whoever the person is, which rule decides, what it withholds and why, in both
  /// languages. A person with closed signals and one with none cost the same and read the same.
  /// `forbidden` with the rule, `over_budget`, `holders_unreachable`; each is recorded.
  Task<config::Result<config::Json>> ask(PersonQuery query, Caller caller, Trace trace);

  /// {"matches":[…],"nextCursor"}: matches with something open, newest change first.
  Task<config::Result<config::Json>> matches(std::string cursor, std::size_t most, Caller caller,
                                             Trace trace,
                                             policy::Language language = policy::Language::nl);

 private:
  /// What the policy lets this caller see, by theme.
  using Sight = std::map<std::string, policy::Decision>;
  /// What a question comes to, and how that is told.
  struct Asked {
    Sight seen;
    config::Json decisions = config::Json::array();
    policy::Text refusal;  // where nothing may be seen
  };

  [[nodiscard]] Asked decide(const Standing& standing, const Caller& caller,
                             const std::string& purpose, bool has_case) const;
  config::Json look_up(store::Transaction& tx, const PersonTags& tags, const Sight& sight,
                       std::size_t& shown) const;
  config::Json match_json(store::Transaction& tx, const store::Match& match, const Sight& sight,
                          std::size_t& shown) const;
  void spend(store::Transaction& tx, const Sight& sight, const Caller& caller,
             policy::Language language) const;
  Task<config::Error> refuse(std::string_view action, const Caller& caller, config::Error why,
                             const Trace& trace, const PersonQuery* query);

  const Region& region_;
  store::Store& store_;
  Evaluator& evaluator_;
  const Recorder& recorder_;
  Anomalies* anomalies_ = nullptr;
};

}  // namespace sluis::gateway
