// sluis audit verify
#include <ostream>

#include "config/settings.hpp"
#include "crypto/encoding.hpp"
#include "gateway/audit/verify.hpp"
#include "gateway/cli/program.hpp"
#include "gateway/cli/region_plan.hpp"
#include "gateway/files/files.hpp"

namespace sluis::gateway::cli {

using config::Code;
using config::error;
using config::Result;
using nlohmann::ordered_json;

namespace {

constexpr std::size_t most_directory_bytes = 8U << 20U;

struct AuditOptions {
  std::filesystem::path log, settings, region;
  std::string key;
  bool json = false;
};

/// One log to verify. Without a verifier there is nothing to hold it against, and `problem` says
/// why.
struct Log {
  std::string name;
  std::filesystem::path folder;
  std::optional<audit::Verifier> verifier;
  std::string problem;
};

/// The log of the gateway with these settings: its origin begins with the OIN, and is signed with
/// the logKey, that the directory has for it.
Result<Log> log_of(const std::filesystem::path& settings_file) {
  const auto settings = config::Settings::read(settings_file);
  if (!settings) return settings.failure();
  const auto text = read_text(settings->region.directory, most_directory_bytes);
  if (!text) return text.failure();
  const auto directory = config::Directory::read(*text, settings->region.trust);
  if (!directory) {
    return error(directory.failure().code,
                 settings->region.directory.string() + ": " + directory.failure().detail);
  }
  const auto* partner = directory->partner(settings->organisation);
  if (partner == nullptr) {
    return error(Code::invalid, settings_file.string() + ": \"" + settings->organisation.str() +
                                    "\" does not stand in the directory");
  }
  Log log{settings->organisation.str(), settings->data / "audit", std::nullopt, {}};
  const auto origin = audit::claimed_origin(log.folder);
  if (!origin) {
    log.problem = origin.failure().detail;
  } else if (!origin->starts_with(partner->oin.str() + "/audit/")) {
    log.problem = "the log says that it is another organisation's";
  } else {
    log.verifier = audit::Verifier{*origin, partner->log_key};
  }
  return log;
}

Result<Log> log_with_key(const AuditOptions& options) {
  auto verifier = audit::parse_vkey(options.key);
  if (!verifier) throw CLI::ValidationError("--key", verifier.failure().detail);
  return Log{verifier->name, options.log, std::move(*verifier), {}};
}

Result<std::vector<Log>> logs_to_verify(const AuditOptions& options) {
  const int ways = !options.log.empty() + !options.settings.empty() + !options.region.empty();
  if (ways != 1 || options.log.empty() != options.key.empty()) {
    throw CLI::ValidationError("which log",
                               "name --log DIR and --key, or --settings FILE, or --region DIR");
  }
  std::vector<Result<Log>> found;
  if (!options.log.empty()) found.push_back(log_with_key(options));
  if (!options.settings.empty()) found.push_back(log_of(options.settings));
  if (!options.region.empty()) {
    if (const auto manifest = Manifest::read(options.region); !manifest) return manifest.failure();
    const RegionLayout layout{options.region};
    for (const auto& partner : demo_partners) found.push_back(log_of(layout.settings(partner.id)));
  }
  std::vector<Log> logs;
  for (auto& each : found) {
    if (!each) return each.failure();
    logs.push_back(std::move(*each));
  }
  return logs;
}

struct Verdict {
  std::string name, root, fault;
  std::uint64_t records = 0;
};

Verdict verify(const Log& log) {
  if (!log.verifier) return {log.name, "", log.problem, 0};
  const auto report = audit::verify_log(log.folder, *log.verifier);
  Verdict verdict{log.name, crypto::hex(report.checkpoint.root), {}, report.records_checked};
  if (!report.ok()) {
    const auto& fault = *report.fault;
    if (fault.record) verdict.fault = "record " + std::to_string(*fault.record) + ": ";
    verdict.fault += fault.what;
  }
  return verdict;
}

Outcome verify_logs(const AuditOptions& options, Console& console) {
  const auto logs = logs_to_verify(options);
  if (!logs) return logs.failure();
  bool good = true;
  ordered_json document{{"logs", ordered_json::array()}};
  Table table({"LOG", "RECORDS", "ROOT", "VERDICT"});
  for (const auto& log : *logs) {
    const auto verdict = verify(log);
    good = good && verdict.fault.empty();
    document["logs"].push_back({{"log", verdict.name},
                                {"records", verdict.records},
                                {"root", verdict.root},
                                {"verified", verdict.fault.empty()},
                                {"fault", verdict.fault}});
    table.add({verdict.name, grouped(verdict.records), verdict.root.substr(0, 12),
               verdict.fault.empty() ? "verified" : "FAULT"});
  }
  if (options.json) {
    print_json(console, document);
  } else {
    table.print(console.out);
    for (const auto& each : document["logs"]) {
      if (each["verified"] == false) {
        console.out << '\n'
                    << each["log"].get<std::string>() << ": "
                    << printable(each["fault"].get<std::string>()) << '\n';
      }
    }
  }
  return good ? Exit::fine : Exit::not_so;
}

}  // namespace

void add_audit_commands(CLI::App& program, Session& session) {
  auto* family = add_command(program, "audit", "proof that the log of who did what is whole",
                             "sluis audit verify --region demo");
  family->require_subcommand(1);
  auto options = std::make_shared<AuditOptions>();
  auto* command = add_command(*family, "verify", "recompute a log offline, against its signature",
                              "sluis audit verify --settings settings.json");
  command->add_option("--log", options->log, "a log's folder, with --key");
  command->add_option("--key", options->key, "its public key, as a vkey: NAME+ID+KEY");
  command->add_option("--settings", options->settings, "or: a gateway's settings");
  command->add_option("--region", options->region, "or: all six of a demo region");
  command->add_flag("--json", options->json, "the result as JSON");
  command->callback(
      [options, &session] { session.finish(verify_logs(*options, session.console)); });
}

}  // namespace sluis::gateway::cli
