// Deciding: a pure, total function of policy, question and counters (policy.md). No I/O, no clock
// but the day in the question, no state. Nothing permits by default; a forbid wins over every
// permit; a question that lacks something, or has a word that is not known, is denied.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/time.hpp"
#include "policy/document.hpp"
#include "policy/reason.hpp"
#include "policy/words.hpp"

namespace sluis::policy {

/// May this be? Which fields are needed depends on the direction.
struct Question {
  Direction direction = Direction::send;
  /// send: to whom; accept: from whom; evaluate: who asks; query: empty.
  std::string partner;
  std::string domain;          // evaluate; send and accept where it is known
  std::string use;             // evaluate: "tag" or "lock"
  std::string theme, purpose;  // all but evaluate
  std::string severity;        // send
  std::string legal_basis;     // accept; send where the signal names one
  std::string role;            // query
  /// send: the kinds of linkage key that the person's fields allow.
  std::vector<std::string> identifiers;
  bool has_case = false;    // query
  std::uint64_t count = 0;  // evaluate: elements
  config::Day today;        // in the region's time zone
};

/// What was used of today's budgets, this question not counted.
struct Counters {
  /// evaluate: elements of this partner, domain and use.
  std::uint64_t used_today = 0;
  /// query: questions of this person, by rule id.
  std::map<std::string, std::uint64_t, std::less<>> queries_by_rule;
};

struct Decision {
  bool permit = false;
  /// The rule that permits, forbids, or whose budget is used up; empty when no rule decided.
  std::string rule;
  Reason reason;
  /// send: what may be linked with, of what the person has; the strongest first.
  std::vector<std::string> identifiers;
  /// send: what the content holds; query: what may be shown of it.
  std::vector<std::string> fields;
  /// send: how many partners must have signalled before it opens; 1 is at once.
  unsigned reveal = 0;
  /// send: how long from acceptance; accept: how long at most from receipt.
  std::optional<config::Duration> keep;
  std::optional<config::Duration> follow_up;
  std::string legal_basis;  // send
  /// evaluate: elements a day; query: questions a day of this person under this rule.
  std::optional<std::uint64_t> per_day;
};

/// Of several permits the one that shares least: the higher reveal, then fewer fields, fewer
/// identifiers, the shorter keep, the lower id. Safe to call from several threads.
[[nodiscard]] Decision decide(const Policy& policy, const Question& question,
                              const Counters& counters);

/// A denial for a reason that lies outside the policy.
[[nodiscard]] Decision deny(Reason::Kind kind);

}  // namespace sluis::policy
