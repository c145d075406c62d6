#include "policy/simulate.hpp"

#include <algorithm>
#include <set>

namespace sluis::policy {
namespace {

std::string told(bool permit, const std::string& rule) {
  return (permit ? "permit " : "deny ") + rule;
}

std::string told(const Decision& decision) {
  return told(decision.permit, decision.rule.empty() ? decision.reason.code() : decision.rule);
}

}  // namespace

std::string Simulator::outcome(const Question& question, const Counters& counters) const {
  return told(decide(policy_, question, counters));
}

/// A question is asked of every theme; it is permitted when one is, under the rule of the first.
std::string Simulator::query_outcome(const PastDecision& past) {
  std::map<std::string, Decision> permitted;
  std::string denied = told(false, "no-rule");
  std::set<std::string> rules;
  auto question = past.question;
  for (const auto& theme : known_.vocabulary.themes) {
    question.theme = theme.id;
    auto decision = decide(policy_, question, {});
    if (!decision.permit && permitted.empty() && &theme == &known_.vocabulary.themes.front())
      denied = told(decision);
    if (decision.permit) permitted.emplace(theme.id, std::move(decision));
  }
  for (const auto& [theme, decision] : permitted) {
    if (!decision.per_day || !rules.insert(decision.rule).second) continue;
    auto& used =
        used_["query/" + decision.rule + "/" + past.who + "/" + config::format_day(question.today)];
    if (++used > *decision.per_day) return told(false, "over-budget");
  }
  return permitted.empty() ? denied : told(permitted.begin()->second);
}

std::vector<std::string> Simulator::outcomes(const PastDecision& past) {
  auto question = past.question;
  if (question.direction == Direction::query) return {query_outcome(past)};
  if (question.direction == Direction::evaluate) {
    auto& used = used_["evaluate/" + question.partner + "/" + question.domain + "/" + question.use +
                       "/" + config::format_day(question.today)];
    const auto decision = decide(policy_, question, {used, {}});
    if (decision.permit) used += question.count;
    return {told(decision)};
  }
  if (!question.theme.empty()) return {outcome(question, {})};
  std::vector<std::string> each;
  for (const auto& theme : known_.vocabulary.themes) {
    question.theme = theme.id;
    each.push_back(outcome(question, {}));
  }
  return each;
}

void Simulator::add(const PastDecision& past) {
  ++result_.decided;
  const auto before = told(past.permitted, past.rule);
  const auto after = outcomes(past);
  const auto unchanged = std::count(after.begin(), after.end(), before);
  if (static_cast<std::size_t>(unchanged) == after.size()) {
    ++result_.same;
    return;
  }
  const std::set<std::string> distinct(after.begin(), after.end());
  if (distinct.size() > 1) {
    ++result_.depends;
    return;
  }
  ++result_.kinds[{before, after.front()}];
  result_.changes.push_back({past.id, past.at, before, after.front()});
}

}  // namespace sluis::policy
