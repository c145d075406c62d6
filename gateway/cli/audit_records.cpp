// sluis audit list, show, export
#include <fstream>
#include <limits>
#include <ostream>

#include "gateway/audit/search.hpp"
#include "gateway/audit/views.hpp"
#include "gateway/cli/answer_fields.hpp"
#include "gateway/cli/audit_calls.hpp"
#include "gateway/cli/audit_family.hpp"
#include "gateway/cli/target.hpp"

namespace sluis::gateway::cli {

using audit::field_text;
using config::Code;
using config::error;
using config::Json;
using config::Result;

namespace {

struct SearchOptions {
  TargetOptions target;
  std::map<std::string, std::string, std::less<>> terms;  // by name; empty: not asked for
  std::size_t limit = 100;
  bool all = false, json = false;
  std::string id, format = "jsonl";
  std::filesystem::path out;

  [[nodiscard]] RecordTerms asked() const {
    RecordTerms asked;
    for (const auto& [name, value] : terms)
      if (!value.empty()) asked.emplace(name, value);
    return asked;
  }
};

/// traceId as an option: --trace-id
std::string option_name(std::string_view name) {
  std::string option = "--";
  for (const char c : name) {
    if (c >= 'A' && c <= 'Z') {
      option += {'-', static_cast<char>(c - 'A' + 'a')};
    } else {
      option += c;
    }
  }
  return option;
}

std::string help_of(std::string_view name) {
  if (name == "from") return "not before this time";
  if (name == "until") return "before this time";
  if (name == "case" || name == "subject") return "its commitment, as a record has it";
  if (name == "receipt") return "part of a partner's receipt: an envelope's id";
  if (name == "actor") return "who did it: a client's or partner's name";
  if (name == "object") return "what it was about: a signal's or match's id";
  return "this " + std::string(name);
}

void add_search(CLI::App& command, const std::shared_ptr<SearchOptions>& options) {
  options->target.add_to(command);
  for (const auto name : audit::RecordFilter::names()) {
    auto& value = options->terms[std::string(name)];
    command.add_option(option_name(name), value, help_of(name));
  }
}

Result<ApiClient> officer(const SearchOptions& options) {
  const auto target = options.target.resolve(officer_client);
  if (!target) return target.failure();
  return ApiClient::open(*target);
}

Outcome list(const SearchOptions& options, Console& console) {
  auto client = officer(options);
  if (!client) return client.failure();
  const auto most = options.all ? std::numeric_limits<std::size_t>::max() : options.limit;
  const auto found = fetch_records(*client, options.asked(), most);
  if (!found) return found.failure();
  if (options.json) {
    print_json(console, {{"records", found->records}, {"more", found->more}});
    return Exit::fine;
  }
  print_records(console.out, found->records);
  if (found->more) console.out << "\nthere may be more: --limit N, or --all\n";
  return Exit::fine;
}

Outcome show(const SearchOptions& options, Console& console) {
  auto client = officer(options);
  if (!client) return client.failure();
  const auto record = fetch_record(*client, options.id);
  if (!record) return record.failure();
  print_json(console, nlohmann::ordered_json(*record));
  return Exit::fine;
}

void write_as(std::ostream& out, const std::string& format, const Json& placed) {
  if (format == "csv") {
    out << audit::csv_line(placed);
  } else if (format == "logboek") {
    if (const auto line = audit::logboek_line(placed)) out << line->dump() << '\n';
  } else if (format == "fhir") {
    out << audit::fhir_audit_event(placed).dump() << '\n';
  } else {
    out << placed.dump() << '\n';
  }
}

Outcome export_records(const SearchOptions& options, Console& console) {
  auto client = officer(options);
  if (!client) return client.failure();
  const auto found =
      fetch_records(*client, options.asked(), std::numeric_limits<std::size_t>::max());
  if (!found) return found.failure();
  std::ofstream file;
  if (!options.out.empty()) {
    file.open(options.out, std::ios::binary);
    if (!file) return error(Code::unavailable, options.out.string() + ": cannot be written");
  }
  auto& out = options.out.empty() ? console.out : file;
  if (options.format == "csv") out << audit::csv_head();
  // Oldest first: what is exported is read as it happened.
  for (auto record = found->records.rbegin(); record != found->records.rend(); ++record)
    write_as(out, options.format, *record);
  out.flush();
  if (!out) return error(Code::unavailable, options.out.string() + ": cannot be written whole");
  return Exit::fine;
}

}  // namespace

void print_records(std::ostream& out, const std::vector<Json>& records) {
  if (records.empty()) out << "no record\n";
  if (records.empty()) return;
  Table table({"LOG/NUMBER", "AT", "ACTION", "OUTCOME", "ACTOR", "ID"});
  for (const auto& placed : records) {
    const auto& record = field_at(placed, "record");
    const auto origin = text_at(placed, "log");
    table.add({printable(origin.substr(origin.rfind('/') + 1)) + "/" +
                   std::to_string(number_at(placed, "number")),
               printable(text_at(record, "at").substr(0, 19)), printable(text_at(record, "action")),
               printable(text_at(record, "outcome")),
               printable(text_at(field_at(record, "actor"), "id")),
               printable(text_at(record, "id"))});
  }
  table.print(out);
}

void add_audit_records(CLI::App& family, Session& session) {
  auto listed = std::make_shared<SearchOptions>();
  auto* list_command = add_command(family, "list", "records of the log, newest first",
                                   "sluis audit list --region demo --as zvh --action person.query");
  add_search(*list_command, listed);
  list_command->add_option("--limit", listed->limit, "how many at most (100)")
      ->check(CLI::Range(1, 1000000));
  list_command->add_flag("--all", listed->all, "all of them");
  list_command->add_flag("--json", listed->json, "the result as JSON");
  list_command->callback([listed, &session] { session.finish(list(*listed, session.console)); });

  auto shown = std::make_shared<SearchOptions>();
  auto* show_command = add_command(family, "show", "one record, and its place in the log",
                                   "sluis audit show --region demo --as zvh RECORD");
  show_command->add_option("ID", shown->id, "the record's id")->required();
  shown->target.add_to(*show_command);
  show_command->callback([shown, &session] { session.finish(show(*shown, session.console)); });

  auto exported = std::make_shared<SearchOptions>();
  auto* export_command =
      add_command(family, "export", "records in a form of another standard",
                  "sluis audit export --region demo --as zvh --format fhir --out audit.ndjson");
  add_search(*export_command, exported);
  export_command->add_option("--format", exported->format, "jsonl, csv, logboek, fhir")
      ->check(CLI::IsMember({"jsonl", "csv", "logboek", "fhir"}));
  export_command->add_option("--out", exported->out, "a file, in the place of stdout");
  export_command->callback(
      [exported, &session] { session.finish(export_records(*exported, session.console)); });
}

}  // namespace sluis::gateway::cli
