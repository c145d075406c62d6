#include "policy/cases.hpp"

#include "policy/question.hpp"

namespace sluis::policy {
namespace {

using config::ObjectReader;

void read_expectation(ObjectReader& in, Case& one) {
  one.permit = in.boolean("permit");
  one.reason = in.optional_text("reason", {1, 40});
  one.says_rule = in.has("rule");
  const auto* rule = in.optional_any("rule");
  if (rule == nullptr || rule->is_null()) return;
  if (rule->is_string()) {
    one.rule = rule->get<std::string>();
  } else {
    in.fault("rule", "must be a rule's id, or null");
  }
}

std::string told(bool permit, const std::optional<std::string>& rule, const std::string& reason) {
  std::string text = permit ? "permit" : "deny";
  if (rule && !rule->empty()) text += " by " + *rule;
  if (!reason.empty()) text += ", " + reason;
  return text;
}

}  // namespace

config::Result<std::vector<Case>> read_cases(std::string_view text) {
  const auto json = config::parse_json(text, {.allow_comments = true});
  if (!json) return json.failure();
  std::vector<Case> cases;
  std::vector<config::Error> errors;
  ObjectReader::read(*json, "", errors, [&](ObjectReader& in) {
    in.optional_text("$schema", {1, 1024});
    const auto today = in.parsed("today", config::parse_day).value_or(config::Day());
    in.objects("cases", {1, 10'000}, [&](ObjectReader& each) {
      Case one;
      one.name = each.text("name", {1, 200});
      each.object("question", [&](ObjectReader& question) {
        auto asked = read_question(question, today);
        one.question = std::move(asked.question);
        one.counters = std::move(asked.counters);
      });
      each.object("expect", [&](ObjectReader& expected) { read_expectation(expected, one); });
      cases.push_back(std::move(one));
    });
  });
  if (!errors.empty()) return config::join_errors("refused cases", text, errors);
  return cases;
}

std::vector<CaseResult> run_cases(const Policy& policy, const std::vector<Case>& cases) {
  std::vector<CaseResult> results;
  results.reserve(cases.size());
  for (const auto& one : cases) {
    const auto decision = decide(policy, one.question, one.counters);
    const bool passed = decision.permit == one.permit &&
                        (!one.says_rule || decision.rule == one.rule.value_or("")) &&
                        (!one.reason || decision.reason.code() == *one.reason);
    results.push_back({one.name, passed, told(one.permit, one.rule, one.reason.value_or("")),
                       told(decision.permit, decision.rule, decision.reason.code())});
  }
  return results;
}

}  // namespace sluis::policy
