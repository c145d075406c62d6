#include "gateway/cli/audit_family.hpp"

#include <ostream>

#include "gateway/audit/restore.hpp"
#include "gateway/cli/own_gateway.hpp"
#include "gateway/files/files.hpp"
#include "gateway/keys/gateway_keys.hpp"

namespace sluis::gateway::cli {

using config::Code;
using config::error;
using nlohmann::ordered_json;

namespace {

constexpr std::size_t most_directory_bytes = 8U << 20U;

struct RestoreOptions {
  OwnGateway gateway;
  bool witness_has_more = false, json = false;
};

Outcome restore(const RestoreOptions& options, Console& console) {
  const auto settings = options.gateway.read();
  if (!settings) return settings.failure();
  const auto text = read_text(settings->region.directory, most_directory_bytes);
  if (!text) return text.failure();
  const auto directory = config::Directory::read(*text, settings->region.trust);
  if (!directory) return directory.failure();
  const auto* partner = directory->partner(settings->organisation);
  if (partner == nullptr) return error(Code::invalid, "the organisation is not in the directory");
  const auto keys = GatewayKeys::read(*settings);
  if (!keys) return keys.failure();

  const config::SystemClock clock;
  audit::Journal journal(keys->log, partner->oin, clock, settings->guard);
  audit::Record record;
  record.id = config::random_uuid();
  record.at = clock.now();
  record.action = "log.restore";
  record.outcome = audit::Outcome::permit;
  record.actor.kind = "operator";
  record.actor.id = settings->organisation.str();
  const auto lost = audit::restore_log(settings->data / "sluis.db", journal, std::move(record),
                                       options.witness_has_more);
  if (!lost) return lost.failure();
  if (options.json) {
    print_json(console, ordered_json{{"restored", true}, {"lost", *lost}});
  } else {
    console.out << "A log of its own begins, and says that it does. The guard had seen: " << *lost
                << "\nThe gateway can be started.\n";
  }
  return Exit::fine;
}

}  // namespace

void add_audit_restore(CLI::App& family, Session& session) {
  auto options = std::make_shared<RestoreOptions>();
  auto* command = add_command(family, "restore", "go on after a backup was put back",
                              "sluis audit restore --settings settings.json");
  options->gateway.add_to(*command);
  command->add_flag("--witness-has-more", options->witness_has_more,
                    "database and guard agree, and a witness has seen more than both");
  command->add_flag("--json", options->json, "the result as JSON");
  command->callback([options, &session] { session.finish(restore(*options, session.console)); });
}

}  // namespace sluis::gateway::cli
