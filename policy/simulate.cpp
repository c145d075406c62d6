#include "policy/simulate.hpp"

#include <set>

#include "crypto/encoding.hpp"

namespace sluis::policy {
namespace {

std::string told(bool permit, const std::string& rule) {
  return (permit ? "permit " : "deny ") + rule;
}

std::string told(const Decision& decision) {
  return told(decision.permit, decision.rule.empty() ? decision.reason.code() : decision.rule);
}

}  // namespace

Simulator::Simulator(const Policy& policy, const Surroundings& known, const Policy* was)
    : policy_(policy), known_(known), was_(was) {
  if (was_ != nullptr) was_hash_ = crypto::base64url(was_->hash());
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

/// Each question that the record may be of.
std::vector<Question> Simulator::questions(const PastDecision& past) const {
  std::vector<Question> all{past.question};
  const auto vary = [&](bool open, const auto& words, auto put) {
    if (!open) return;
    std::vector<Question> more;
    for (const auto& question : all) {
      for (const auto& word : words) put(more.emplace_back(question), word);
    }
    all = std::move(more);
  };
  vary(past.question.theme.empty(), known_.vocabulary.themes,
       [](Question& question, const auto& theme) { question.theme = theme.id; });
  if (past.question.direction != Direction::send || !past.question.severity.empty()) return all;
  vary(true, known_.vocabulary.severities,
       [](Question& question, const auto& severity) { question.severity = severity; });
  std::vector<std::string> domains;
  for (const auto& [domain, recipient] : known_.recipients)
    if (recipient == past.question.partner) domains.push_back(domain);
  vary(past.question.domain.empty() && !domains.empty(), domains,
       [](Question& question, const auto& domain) { question.domain = domain; });
  std::vector<Mask> kinds;
  for (Mask mask = 0; mask < Mask{1} << identifiers.size(); ++mask) kinds.push_back(mask);
  vary(true, kinds, [](Question& question, Mask mask) {
    for (std::size_t i = 0; i < identifiers.size(); ++i)
      if ((mask >> i & 1U) != 0) question.identifiers.emplace_back(identifiers[i]);
  });
  return all;
}

Simulator::Answer Simulator::try_all(const PastDecision& past) const {
  const bool by_was = was_ != nullptr && past.policy == was_hash_;
  const bool sent = past.question.direction == Direction::send;
  if (sent && past.question.severity.empty() && !by_was) return {Told::too_little, {}};
  const auto before = told(past.permitted, past.rule);
  Answer answer;
  for (const auto& question : questions(past)) {
    if (by_was && told(decide(*was_, question, {})) != before) continue;
    answer.outcomes.insert(told(decide(policy_, question, {})));
  }
  if (answer.outcomes.empty()) answer.told = Told::fits_nothing;
  return answer;
}

Simulator::Answer Simulator::answer(const PastDecision& past) {
  const auto& question = past.question;
  const auto day = config::format_day(question.today);
  if (question.direction == Direction::query) return {Told::enough, {query_outcome(past)}};
  if (question.direction == Direction::evaluate) {
    auto& used = used_["evaluate/" + question.partner + "/" + question.domain + "/" + question.use +
                       "/" + day];
    const auto decision = decide(policy_, question, {used, {}});
    if (decision.permit) used += question.count;
    return {Told::enough, {told(decision)}};
  }
  std::vector<std::string> alike{
      std::string(directions[static_cast<std::size_t>(question.direction)]),
      question.partner,
      question.domain,
      question.theme,
      question.purpose,
      question.severity,
      question.legal_basis,
      day,
      told(past.permitted, past.rule),
      past.policy};
  alike.insert(alike.end(), question.identifiers.begin(), question.identifiers.end());
  auto found = answers_.find(alike);
  if (found == answers_.end()) found = answers_.emplace(std::move(alike), try_all(past)).first;
  return found->second;
}

void Simulator::add(const PastDecision& past) {
  const auto after = answer(past);
  if (after.told == Told::too_little) ++result_.untold;
  if (after.told == Told::fits_nothing) ++result_.unfit;
  if (after.told != Told::enough) return;
  ++result_.decided;
  const auto before = told(past.permitted, past.rule);
  if (after.outcomes.size() > 1) {
    ++result_.depends;
    return;
  }
  const auto& now = *after.outcomes.begin();
  if (now == before) {
    ++result_.same;
    return;
  }
  ++result_.kinds[{before, now}];
  result_.changes.push_back({past.id, past.at, before, now});
}

}  // namespace sluis::policy
