// sluis audit verify
#include <ostream>

#include "config/settings.hpp"
#include "crypto/encoding.hpp"
#include "gateway/audit/log_chain.hpp"
#include "gateway/cli/audit_restore.hpp"
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
constexpr std::size_t most_checkpoint_bytes = 64U << 10U;

struct AuditOptions {
  std::filesystem::path log, settings, region, since;
  std::string key;
  bool json = false;
};

/// A gateway's logs, and what they are held against.
struct Logs {
  std::string name;
  std::filesystem::path folder;
  config::Oin oin;
  crypto::Array<32> key;
};

/// The logs of the gateway with these settings: their origins begin with the OIN, and they are
/// signed with the logKey, that the directory has for it.
Result<Logs> logs_of(const std::filesystem::path& settings_file) {
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
  return Logs{settings->organisation.str(), settings->data / "audit", partner->oin,
              partner->log_key};
}

struct Verdict {
  std::string name, root, fault;
  std::uint64_t records = 0;
};

Verdict verdict_of(std::string name, const audit::VerifyReport& report) {
  Verdict verdict{std::move(name), crypto::hex(report.checkpoint.root), {}, report.records_checked};
  if (report.ok()) return verdict;
  const auto& fault = *report.fault;
  if (fault.record) verdict.fault = "record " + std::to_string(*fault.record) + ": ";
  verdict.fault += fault.what;
  return verdict;
}

Result<audit::VerifyOptions> verify_options(const AuditOptions& options) {
  audit::VerifyOptions verify;
  if (options.since.empty()) return verify;
  auto since = read_text(options.since, most_checkpoint_bytes);
  if (!since) return since.failure();
  verify.since = std::move(*since);
  return verify;
}

Result<std::vector<Verdict>> verify_one(const AuditOptions& options) {
  const auto verifier = audit::parse_vkey(options.key);
  if (!verifier) throw CLI::ValidationError("--key", verifier.failure().detail);
  const auto how = verify_options(options);
  if (!how) return how.failure();
  return std::vector{verdict_of(verifier->name, audit::verify_log(options.log, *verifier, *how))};
}

Result<std::vector<Verdict>> verify_gateway(const AuditOptions& options,
                                            const std::filesystem::path& settings) {
  const auto ours = logs_of(settings);
  if (!ours) return ours.failure();
  const auto how = verify_options(options);
  if (!how) return how.failure();
  const auto logs = audit::published_logs(ours->folder);
  if (!logs) return std::vector{Verdict{ours->name, {}, logs.failure().detail, 0}};
  std::vector<Verdict> verdicts;
  for (const auto& [origin, report] : audit::verify_chain(*logs, ours->oin, ours->key, *how)) {
    verdicts.push_back(verdict_of(ours->name + " " + origin.substr(origin.rfind('/') + 1), report));
  }
  return verdicts;
}

Result<std::vector<Verdict>> verify_all(const AuditOptions& options) {
  const int ways = !options.log.empty() + !options.settings.empty() + !options.region.empty();
  if (ways != 1 || options.log.empty() != options.key.empty()) {
    throw CLI::ValidationError("which log",
                               "name --log DIR and --key, or --settings FILE, or --region DIR");
  }
  if (!options.log.empty()) return verify_one(options);
  if (!options.settings.empty()) return verify_gateway(options, options.settings);
  if (const auto manifest = Manifest::read(options.region); !manifest) return manifest.failure();
  const RegionLayout layout{options.region};
  std::vector<Verdict> verdicts;
  for (const auto& partner : demo_partners) {
    auto some = verify_gateway(options, layout.settings(partner.id));
    if (!some) return some.failure();
    verdicts.insert(verdicts.end(), some->begin(), some->end());
  }
  return verdicts;
}

Outcome verify_logs(const AuditOptions& options, Console& console) {
  const auto verdicts = verify_all(options);
  if (!verdicts) return verdicts.failure();
  bool good = true;
  ordered_json document{{"logs", ordered_json::array()}};
  Table table({"LOG", "RECORDS", "ROOT", "VERDICT"});
  for (const auto& verdict : *verdicts) {
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
  command->add_option("--since", options->since, "a checkpoint that was kept from before, a file");
  command->add_flag("--json", options->json, "the result as JSON");
  command->callback(
      [options, &session] { session.finish(verify_logs(*options, session.console)); });
  add_audit_restore(*family, session);
  add_audit_status(*family, session);
}

}  // namespace sluis::gateway::cli
