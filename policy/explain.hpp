// Why a question was decided as it was: every rule that was looked at, and what of it did not hold.
#pragma once

#include <string>
#include <vector>

#include "config/json.hpp"
#include "policy/decide.hpp"
#include "policy/text.hpp"

namespace sluis::policy {

/// One condition of a rule that the question does not meet.
struct Failed {
  std::string code;  // as Reason has it, or "wrong-partner", "wrong-domain", "wrong-use"
  Text text;
};

struct RuleSeen {
  std::string rule, pointer;  // pointer into the document
  bool forbids = false;
  bool decides = false;
  std::vector<Failed> failed;  // empty: it applies
};

struct Explanation {
  Decision decision;
  std::vector<RuleSeen> rules;  // of the question's direction: forbids first, each in its order
  Text text;                    // the decision in a sentence or two
};

/// The same decision as `decide`, found by the same function; slower, for people.
[[nodiscard]] Explanation explain(const Policy& policy, const Surroundings& known,
                                  const Question& question, const Counters& counters);

/// {"permit","rule","reason","text":{"nl","en"},…,"rules":[…]}
[[nodiscard]] config::Json to_json(const Explanation& explanation);

}  // namespace sluis::policy
