// sluis audit status: each witness of a gateway's log, and its lag.
#include <ostream>

#include "gateway/cli/answer_fields.hpp"
#include "gateway/cli/audit_family.hpp"
#include "gateway/cli/http.hpp"
#include "gateway/cli/own_gateway.hpp"

namespace sluis::gateway::cli {

using config::Json;

namespace {

struct StatusOptions {
  OwnGateway gateway;
  bool json = false;
};

Outcome status(const StatusOptions& options, Console& console) {
  const auto settings = options.gateway.read();
  if (!settings) return settings.failure();
  const auto reply = operator_get(settings->listen.operators.port, "/witnesses");
  if (!reply) return reply.failure();
  const auto body = json_of(*reply);
  if (!body) return body.failure();
  bool fine = true;
  Table table({"LOG", "WITNESS", "RECORDS", "COSIGNED", "AT", "LAG", "DETAIL"});
  for (const auto& each : list_at(*body, "witnesses")) {
    const bool late = flag_at(each, "late", true);
    fine = fine && !late;
    const auto origin = text_at(each, "log");
    table.add({origin.substr(origin.rfind('/') + 1), text_at(each, "partner"),
               grouped(number_at(each, "size")), grouped(number_at(each, "cosigned")),
               each.contains("cosignedAt") ? text_at(each, "cosignedAt") : "-",
               std::to_string(number_at(each, "lagSeconds")) + " s" + (late ? ", LATE" : ""),
               printable(text_at(each, "problem"))});
  }
  if (options.json) {
    print_json(console, nlohmann::ordered_json(*body));
  } else {
    table.print(console.out);
  }
  return fine ? Exit::fine : Exit::not_so;
}

}  // namespace

void add_audit_status(CLI::App& family, Session& session) {
  auto options = std::make_shared<StatusOptions>();
  auto* command = add_command(family, "status", "each witness of a gateway's log, and its lag",
                              "sluis audit status --settings settings.json");
  options->gateway.add_to(*command);
  command->add_flag("--json", options->json, "the answer as JSON");
  command->callback([options, &session] { session.finish(status(*options, session.console)); });
}

}  // namespace sluis::gateway::cli
