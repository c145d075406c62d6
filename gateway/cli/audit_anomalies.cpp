// sluis audit anomalies: what the rules found, each with why.
#include <algorithm>
#include <ostream>

#include "gateway/cli/answer_fields.hpp"
#include "gateway/cli/audit_calls.hpp"
#include "gateway/cli/audit_family.hpp"
#include "gateway/cli/target.hpp"

namespace sluis::gateway::cli {

using config::Json;

namespace {

struct AnomalyOptions {
  TargetOptions target;
  std::string from;
  std::size_t limit = 100;
  bool json = false;
};

/// Why a record is here, in words.
std::string why(const Json& record) {
  const auto rule = text_at(record, "rule"), action = text_at(record, "action");
  const auto count = std::to_string(number_at(record, "count"));
  const auto partner = text_at(record, "counterparty");
  if (action == "witness.late") return "the witness " + partner + " lacks " + count + " records";
  if (rule == "no-case") return "asked for a person without naming a case";
  if (rule == "above-habit")
    return count + " questions in 24 hours, far above the busiest day of the week before";
  if (rule == "same-person") return "the same person, asked for " + count + " times in 24 hours";
  if (rule == "outside-hours") return "asked outside working hours";
  if (rule == "clock-jump")
    return "the clock jumped " + count + " seconds " + text_at(field_at(record, "object"), "id");
  if (rule.starts_with("near-budget/"))
    return partner + " has used nine tenths of its day's budget";
  if (rule.starts_with("bound/")) return partner + " asked " + count + " elements in ten minutes";
  if (rule.starts_with("habit/"))
    return partner + " asked " + count + " elements in ten minutes, far above its habit";
  return rule;
}

Outcome anomalies(const AnomalyOptions& options, Console& console) {
  const auto target = options.target.resolve(officer_client);
  if (!target) return target.failure();
  auto client = ApiClient::open(*target);
  if (!client) return client.failure();
  std::vector<Json> found;
  for (const char* action : {"anomaly", "evaluation.alarm", "witness.late"}) {
    RecordTerms terms{{"action", action}};
    if (!options.from.empty()) terms.emplace("from", options.from);
    auto some = fetch_records(*client, terms, options.limit);
    if (!some) return some.failure();
    for (auto& placed : some->records) {
      if (placed.is_object()) placed["why"] = why(field_at(placed, "record"));
      found.push_back(std::move(placed));
    }
  }
  std::ranges::stable_sort(found, std::ranges::greater{}, [](const Json& placed) {
    return text_at(field_at(placed, "record"), "at");
  });
  if (found.size() > options.limit) found.resize(options.limit);
  if (options.json) {
    print_json(console, {{"anomalies", found}});
    return Exit::fine;
  }
  if (found.empty()) console.out << "nothing found\n";
  for (const auto& placed : found) {
    const auto& record = field_at(placed, "record");
    console.out << printable(text_at(record, "at").substr(0, 19)) << "  "
                << printable(text_at(field_at(record, "actor"), "id")) << ": "
                << printable(text_at(placed, "why")) << "\n  record "
                << printable(text_at(record, "id"));
    if (text_at(field_at(record, "object"), "kind") == "record")
      console.out << ", about " << printable(text_at(field_at(record, "object"), "id"));
    console.out << '\n';
  }
  return Exit::fine;
}

}  // namespace

void add_audit_anomalies(CLI::App& family, Session& session) {
  auto options = std::make_shared<AnomalyOptions>();
  auto* command = add_command(family, "anomalies", "what the rules found, and why",
                              "sluis audit anomalies --region demo --as zvh");
  options->target.add_to(*command);
  command->add_option("--from", options->from, "not before this time");
  command->add_option("--limit", options->limit, "how many at most (100)")
      ->check(CLI::Range(1, 1000000));
  command->add_flag("--json", options->json, "the result as JSON");
  command->callback([options, &session] { session.finish(anomalies(*options, session.console)); });
}

}  // namespace sluis::gateway::cli
