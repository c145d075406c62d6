// Decisions of the past once more, under another policy: how many change, from what to what, which.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "policy/decide.hpp"
#include "policy/surroundings.hpp"

namespace sluis::policy {

/// One decision as a record has it. What the record does not have is left empty: a theme at a
/// recipient, whose content is closed; of what was sent also the severity, the kinds of identifier
/// and the domain. It is tried with every word that there is.
struct PastDecision {
  std::string id, at;  // of the record
  Question question;
  std::string who;  // for budgets: the person that asked
  bool permitted = false;
  std::string rule;    // or the reason's code, where no rule decided
  std::string policy;  // the hash of the one that decided, base64url
};

struct Change {
  std::string id, at, from, to;  // "permit ggz-zvh", "deny no-rule"
};

struct Simulation {
  std::uint64_t decided = 0, same = 0;
  /// Some of what it may have been would change and some not: the record does not tell.
  std::uint64_t depends = 0;
  /// Not decided again: what was sent, where the policy that decided is not at hand.
  std::uint64_t untold = 0;
  /// Not decided again: under the policy that decided no question comes to what the record says,
  /// since the directory was another one then.
  std::uint64_t unfit = 0;
  std::map<std::pair<std::string, std::string>, std::uint64_t> kinds;  // of change, from → to
  std::vector<Change> changes;                                         // in their order
};

/// In the order in which they were made: budgets are counted as they would have been. With the
/// policy that decided, `was`, only questions are tried that come to what the record says under it;
/// of what was sent a record tells so little that it is decided again with that policy alone.
class Simulator {
 public:
  Simulator(const Policy& policy, const Surroundings& known, const Policy* was = nullptr);
  void add(const PastDecision& past);
  [[nodiscard]] const Simulation& result() const noexcept { return result_; }

 private:
  using Outcomes = std::set<std::string>;
  enum class Told { enough, too_little, fits_nothing };
  struct Answer {
    Told told = Told::enough;
    Outcomes outcomes;
  };

  [[nodiscard]] Answer answer(const PastDecision& past);
  [[nodiscard]] Answer try_all(const PastDecision& past) const;
  [[nodiscard]] std::vector<Question> questions(const PastDecision& past) const;
  [[nodiscard]] std::string query_outcome(const PastDecision& past);

  const Policy& policy_;
  const Surroundings& known_;
  const Policy* was_;
  std::string was_hash_;  // empty without `was`
  Simulation result_;
  std::map<std::string, std::uint64_t> used_;  // of a day's budget
  /// Of records that are alike but for their id and time: a log has many, and few kinds.
  std::map<std::vector<std::string>, Answer> answers_;
};

}  // namespace sluis::policy
