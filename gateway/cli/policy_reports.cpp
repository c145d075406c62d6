#include "gateway/cli/policy_reports.hpp"

#include <algorithm>
#include <ostream>

namespace sluis::gateway::cli {

using config::Json;
using nlohmann::ordered_json;
using policy::in;
using policy::Language;

namespace {

constexpr std::size_t most_shown = 20;

std::string say(const Speech& speech, const char* nl, const char* en) {
  return speech.language == Language::nl ? nl : en;
}

ordered_json text_json(const policy::Text& text) {
  return {{"nl", text.nl}, {"en", text.en}};
}

}  // namespace

ordered_json findings_json(const std::vector<policy::Finding>& findings, const std::string& text) {
  auto list = ordered_json::array();
  for (const auto& each : findings) {
    const auto place = config::locate(text, each.pointer);
    list.push_back({{"level", policy::level_name(each.level)},
                    {"code", each.code},
                    {"rule", each.rule.empty() ? ordered_json(nullptr) : ordered_json(each.rule)},
                    {"pointer", each.pointer},
                    {"line", place.line},
                    {"column", place.column},
                    {"text", text_json(each.text)}});
  }
  return list;
}

void print_findings(const std::vector<policy::Finding>& findings, const PolicyFile& file,
                    const Speech& speech, Console& console) {
  for (const auto& each : findings) {
    const auto place = config::locate(file.text, each.pointer);
    console.out << file.path.string() << ":" << place.line << ":" << place.column << ": "
                << policy::level_name(each.level) << ": " << each.code
                << (each.rule.empty() ? "" : " (" + each.rule + ")") << ": "
                << in(speech.language, each.text) << '\n';
  }
  if (findings.empty())
    console.out << file.path.string() << ": " << say(speech, "niets op te merken", "no findings")
                << '\n';
}

void print_sentences(const std::vector<policy::Sentence>& sentences, const Speech& speech,
                     Console& console) {
  if (speech.json) {
    auto list = ordered_json::array();
    for (const auto& each : sentences)
      list.push_back({{"pointer", each.pointer},
                      {"rule", each.rule.empty() ? ordered_json(nullptr) : ordered_json(each.rule)},
                      {"text", text_json(each.text)}});
    return print_json(console, {{"sentences", std::move(list)}});
  }
  for (const auto& each : sentences) {
    if (!each.rule.empty()) console.out << say(speech, "Regel ", "Rule ") << each.rule << ". ";
    console.out << printable(in(speech.language, each.text)) << "\n\n";
  }
}

void print_explanation(const policy::Explanation& explanation, const Speech& speech,
                       Console& console) {
  if (speech.json) return print_json(console, policy::to_json(explanation));
  console.out << printable(in(speech.language, explanation.text)) << "\n\n";
  for (const auto& seen : explanation.rules) {
    console.out << (seen.decides ? "→ " : "  ") << seen.rule;
    if (seen.forbids) console.out << say(speech, " (verbod)", " (forbid)");
    if (seen.failed.empty()) console.out << say(speech, ": van toepassing", ": applies");
    console.out << '\n';
    for (const auto& each : seen.failed)
      console.out << "    " << each.code << ": " << printable(in(speech.language, each.text))
                  << '\n';
  }
}

void print_comparison(const policy::Comparison& comparison, const policy::Surroundings& known,
                      const Speech& speech, Console& console) {
  if (speech.json) return print_json(console, policy::to_json(comparison));
  for (const auto& theme : known.vocabulary.themes) {
    console.out << printable(in(speech.language, policy::theme_text(theme.id, known))) << '\n';
    const auto& nobody = comparison.unoffered;
    if (std::find(nobody.begin(), nobody.end(), theme.id) != nobody.end())
      console.out << say(speech, "  Dit wordt gevraagd en door niemand aangeboden.\n",
                         "  This is asked for and offered by nobody.\n");
    Table table(
        {say(speech, "VAN", "FROM"), say(speech, "NAAR", "TO"), say(speech, "STAND", "STATE")});
    for (const auto& gap : comparison.gaps) {
      if (gap.theme != theme.id) continue;
      table.add({gap.from, gap.to, in(speech.language, policy::state_text(gap.state))});
    }
    table.print(console.out, "  ");
    for (const auto& gap : comparison.gaps) {
      if (gap.theme != theme.id) continue;
      for (const auto& each : gap.differences)
        console.out << "  " << gap.from << " → " << gap.to << ": "
                    << printable(in(speech.language, each)) << '\n';
    }
    console.out << '\n';
  }
}

void print_simulation(const policy::Simulation& simulation, const PastDecisions& past,
                      const Speech& speech, Console& console) {
  if (speech.json) {
    auto kinds = ordered_json::array(), changes = ordered_json::array();
    for (const auto& [kind, count] : simulation.kinds)
      kinds.push_back({{"from", kind.first}, {"to", kind.second}, {"count", count}});
    for (const auto& each : simulation.changes)
      changes.push_back(
          {{"record", each.id}, {"at", each.at}, {"from", each.from}, {"to", each.to}});
    return print_json(console, {{"logs", past.logs},
                                {"records", past.records},
                                {"decided", simulation.decided},
                                {"same", simulation.same},
                                {"changed", simulation.changes.size()},
                                {"dependsOnUntold", simulation.depends},
                                {"untold", past.untold + simulation.untold},
                                {"fitsNothing", simulation.unfit},
                                {"kinds", std::move(kinds)},
                                {"changes", std::move(changes)}});
  }
  console.out << grouped(past.records) << say(speech, " records, waarvan ", " records, of which ")
              << grouped(simulation.decided) << say(speech, " beslissingen\n", " decisions\n")
              << "  " << grouped(simulation.same)
              << say(speech, " blijven gelijk\n", " stay the same\n") << "  "
              << grouped(simulation.changes.size()) << say(speech, " veranderen\n", " change\n")
              << "  " << grouped(simulation.depends)
              << say(speech, " hangen af van wat het record niet noemt\n\n",
                     " depend on what the record does not tell\n\n")
              << say(speech, "Niet opnieuw beslist:\n", "Not decided again:\n") << "  "
              << grouped(past.untold + simulation.untold)
              << say(speech,
                     " noemen te weinig; wat verzonden is, vraagt om --was met het beleid van "
                     "toen\n",
                     " tell too little; what was sent takes --was with the policy of that time\n")
              << "  " << grouped(simulation.unfit)
              << say(speech, " passen bij geen vraag onder dat beleid en dit register\n\n",
                     " fit no question under that policy and this directory\n\n");
  Table kinds(
      {say(speech, "AANTAL", "COUNT"), say(speech, "WAS", "WAS"), say(speech, "WORDT", "BECOMES")});
  for (const auto& [kind, count] : simulation.kinds)
    kinds.add({grouped(count), kind.first, kind.second});
  if (!simulation.kinds.empty()) kinds.print(console.out);
  for (std::size_t i = 0; i < std::min(most_shown, simulation.changes.size()); ++i) {
    const auto& each = simulation.changes[i];
    console.out << (i == 0 ? "\n" : "") << each.at << "  " << each.id << "  " << each.from << " → "
                << each.to << '\n';
  }
  if (simulation.changes.size() > most_shown)
    console.out << say(speech, "… alle met --json\n", "… all of them with --json\n");
}

void print_cases(const std::vector<policy::CaseResult>& results, const Speech& speech,
                 Console& console) {
  const auto failed = static_cast<std::size_t>(
      std::count_if(results.begin(), results.end(), [](const auto& each) { return !each.passed; }));
  if (speech.json) {
    auto list = ordered_json::array();
    for (const auto& each : results)
      list.push_back({{"name", each.name},
                      {"passed", each.passed},
                      {"expected", each.expected},
                      {"got", each.got}});
    return print_json(console, {{"cases", results.size()}, {"failed", failed}, {"results", list}});
  }
  for (const auto& each : results) {
    if (each.passed) continue;
    console.out << "FAILED  " << printable(each.name) << "\n        expected: " << each.expected
                << "\n        got:      " << each.got << '\n';
  }
  console.out << results.size() - failed << " of " << results.size() << " cases passed\n";
}

}  // namespace sluis::gateway::cli
