// Cases that a policy must satisfy, run like unit tests: question → verdict, rule.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/result.hpp"
#include "policy/decide.hpp"

namespace sluis::policy {

struct Case {
  std::string name;
  Question question;
  Counters counters;
  bool permit = false;
  std::optional<std::string> rule;    // null in the file: no rule may decide
  bool says_rule = false;             // the file names one, or null
  std::optional<std::string> reason;  // its code
};

/// {"today":"2026-11-23","cases":[{"name","question":{…},"expect":{"permit","rule","reason"}}]},
/// comments allowed: README.md in this folder has the table. `invalid` with every fault and its
/// place.
[[nodiscard]] config::Result<std::vector<Case>> read_cases(std::string_view text);

struct CaseResult {
  std::string name;
  bool passed = false;
  std::string expected, got;  // "permit by ggz-zvh", "deny, wrong-theme"
};

/// In their order.
[[nodiscard]] std::vector<CaseResult> run_cases(const Policy& policy,
                                                const std::vector<Case>& cases);

}  // namespace sluis::policy
