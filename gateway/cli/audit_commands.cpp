// sluis audit verify
#include <ostream>

#include "config/settings.hpp"
#include "crypto/encoding.hpp"
#include "gateway/audit/log_chain.hpp"
#include "gateway/audit/reconcile.hpp"
#include "gateway/cli/audit_family.hpp"
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
  std::vector<std::filesystem::path> peers;
  std::vector<std::string> witnesses;
  std::string key;
  bool json = false;
};

/// A gateway's logs, and what they are held against.
struct Logs {
  std::filesystem::path folder;
  config::Directory directory;
  config::PartnerId self;
};

/// The logs of the gateway with these settings: their origins begin with the OIN, and they are
/// signed with the logKey, that the directory has for it.
Result<Logs> logs_of(const std::filesystem::path& settings_file) {
  const auto settings = config::Settings::read(settings_file);
  if (!settings) return settings.failure();
  const auto text = read_text(settings->region.directory, most_directory_bytes);
  if (!text) return text.failure();
  auto directory = config::Directory::read(*text, settings->region.trust);
  if (!directory) {
    return error(directory.failure().code,
                 settings->region.directory.string() + ": " + directory.failure().detail);
  }
  if (directory->partner(settings->organisation) == nullptr) {
    return error(Code::invalid, settings_file.string() + ": \"" + settings->organisation.str() +
                                    "\" does not stand in the directory");
  }
  return Logs{settings->data / "audit", std::move(*directory), settings->organisation};
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
  for (const auto& each : options.witnesses) {
    auto witness = audit::parse_vkey(each, audit::KeyType::cosignature);
    if (!witness) throw CLI::ValidationError("--witness", witness.failure().detail);
    verify.witnesses.push_back(std::move(*witness));
  }
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

/// Adds a verdict on each of the logs; true when all are good.
bool add_verdicts(const std::vector<audit::PublishedLog>& logs, const config::Partner& of,
                  const audit::VerifyOptions& how, std::vector<Verdict>& verdicts) {
  bool good = true;
  for (const auto& [origin, report] : audit::verify_chain(logs, of.oin, of.log_key, how)) {
    good = good && report.ok();
    verdicts.push_back(
        verdict_of(of.id.str() + " " + origin.substr(origin.rfind('/') + 1), report));
  }
  return good;
}

/// Whose logs these are, by what they say of themselves: their key is then the directory's.
const config::Partner* partner_of(const std::vector<audit::PublishedLog>& logs,
                                  const config::Directory& directory) {
  const auto& origin = logs.front().origin;
  const auto oin = config::Oin::parse(origin.substr(0, origin.find('/')));
  return oin ? directory.partner_by_oin(*oin) : nullptr;
}

Result<void> add_reconciliation(const std::vector<audit::PublishedLog>& from_logs,
                                const std::string& from,
                                const std::vector<audit::PublishedLog>& to_logs,
                                const std::string& to, std::vector<Verdict>& verdicts) {
  const auto both = audit::reconcile(from_logs, from, to_logs, to);
  if (!both) return both.failure();
  Verdict verdict{from + " > " + to, {}, {}, both->agreed};
  for (const auto& each : both->differences)
    verdict.fault += (verdict.fault.empty() ? "" : "; ") + each;
  verdicts.push_back(std::move(verdict));
  return {};
}

/// A partner's logs, each by itself and against ours, both ways.
Result<void> hold_against(const std::filesystem::path& folder, const Logs& ours,
                          const std::vector<audit::PublishedLog>& our_logs,
                          std::vector<Verdict>& verdicts) {
  const auto logs = audit::published_logs(folder);
  if (!logs) return logs.failure();
  const auto* partner = partner_of(*logs, ours.directory);
  if (partner == nullptr || partner->id == ours.self) {
    return error(Code::invalid, folder.string() + ": not the logs of a partner in the directory");
  }
  if (!add_verdicts(*logs, *partner, {}, verdicts)) return {};
  const auto us = ours.self.str(), them = partner->id.str();
  if (auto done = add_reconciliation(our_logs, us, *logs, them, verdicts); !done) return done;
  return add_reconciliation(*logs, them, our_logs, us, verdicts);
}

Result<std::vector<Verdict>> verify_gateway(const AuditOptions& options,
                                            const std::filesystem::path& settings) {
  const auto ours = logs_of(settings);
  if (!ours) return ours.failure();
  const auto how = verify_options(options);
  if (!how) return how.failure();
  const auto logs = audit::published_logs(ours->folder);
  if (!logs) return std::vector{Verdict{ours->self.str(), {}, logs.failure().detail, 0}};
  std::vector<Verdict> verdicts;
  add_verdicts(*logs, *ours->directory.partner(ours->self), *how, verdicts);
  for (const auto& folder : options.peers)
    if (const auto done = hold_against(folder, *ours, *logs, verdicts); !done)
      return done.failure();
  return verdicts;
}

Result<std::vector<Verdict>> verify_all(const AuditOptions& options) {
  const int ways = !options.log.empty() + !options.settings.empty() + !options.region.empty();
  if (ways != 1 || options.log.empty() != options.key.empty()) {
    throw CLI::ValidationError("which log",
                               "name --log DIR and --key, or --settings FILE, or --region DIR");
  }
  if (!options.peers.empty() && options.settings.empty())
    throw CLI::ValidationError("--peer", "a partner's key comes from the directory: --settings");
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
  command->add_option("--witness", options->witnesses, "a witness's vkey: it must have signed");
  command->add_option("--peer", options->peers, "a partner's logs: hold the two together");
  command->add_flag("--json", options->json, "the result as JSON");
  command->callback(
      [options, &session] { session.finish(verify_logs(*options, session.console)); });
  add_audit_fetch(*family, session);
  add_audit_records(*family, session);
  add_audit_subject(*family, session);
  add_audit_anomalies(*family, session);
  add_audit_restore(*family, session);
  add_audit_status(*family, session);
}

}  // namespace sluis::gateway::cli
