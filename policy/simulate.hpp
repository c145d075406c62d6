// Decisions of the past once more, under another policy: how many change, from what to what, which.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "policy/decide.hpp"
#include "policy/surroundings.hpp"

namespace sluis::policy {

/// One decision as a record has it. What the record does not have (a theme at a recipient, whose
/// content is closed) is left empty, and is tried with every word that there is.
struct PastDecision {
  std::string id, at;  // of the record
  Question question;
  std::string who;  // for budgets: the person that asked
  bool permitted = false;
  std::string rule;  // or the reason's code, where no rule decided
};

struct Change {
  std::string id, at, from, to;  // "permit ggz-zvh", "deny no-rule"
};

struct Simulation {
  std::uint64_t decided = 0, same = 0;
  std::uint64_t depends = 0;  // some themes would change and others not: the record does not tell
  std::map<std::pair<std::string, std::string>, std::uint64_t> kinds;  // of change, from → to
  std::vector<Change> changes;                                         // in their order
};

/// In the order in which they were made: budgets are counted as they would have been.
class Simulator {
 public:
  Simulator(const Policy& policy, const Surroundings& known) : policy_(policy), known_(known) {}
  void add(const PastDecision& past);
  [[nodiscard]] const Simulation& result() const noexcept { return result_; }

 private:
  [[nodiscard]] std::vector<std::string> outcomes(const PastDecision& past);
  [[nodiscard]] std::string query_outcome(const PastDecision& past);
  [[nodiscard]] std::string outcome(const Question& question, const Counters& counters) const;

  const Policy& policy_;
  const Surroundings& known_;
  Simulation result_;
  std::map<std::string, std::uint64_t> used_;  // of a day's budget
};

}  // namespace sluis::policy
