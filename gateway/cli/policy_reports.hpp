// What the `policy` commands print, as text or as JSON.
#pragma once

#include <string>
#include <vector>

#include "gateway/cli/policy_files.hpp"
#include "policy/cases.hpp"
#include "policy/check.hpp"
#include "policy/compare.hpp"
#include "policy/explain.hpp"
#include "policy/sentences.hpp"

namespace sluis::gateway::cli {

struct Speech {
  policy::Language language = policy::Language::nl;
  bool json = false;
};

/// One policy's findings, each with its line.
[[nodiscard]] nlohmann::ordered_json findings_json(const std::vector<policy::Finding>& findings,
                                                   const std::string& text);
void print_findings(const std::vector<policy::Finding>& findings, const PolicyFile& file,
                    const Speech& speech, Console& console);

void print_sentences(const std::vector<policy::Sentence>& sentences, const Speech& speech,
                     Console& console);
void print_explanation(const policy::Explanation& explanation, const Speech& speech,
                       Console& console);
void print_comparison(const policy::Comparison& comparison, const policy::Surroundings& known,
                      const Speech& speech, Console& console);
void print_simulation(const policy::Simulation& simulation, const PastDecisions& past,
                      const Speech& speech, Console& console);
void print_cases(const std::vector<policy::CaseResult>& results, const Speech& speech,
                 Console& console);

}  // namespace sluis::gateway::cli
