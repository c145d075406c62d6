// sluis send, sluis signal
#include <ostream>

#include "config/ids.hpp"
#include "gateway/cli/match_view.hpp"
#include "gateway/cli/program.hpp"
#include "gateway/cli/send.hpp"

namespace sluis::gateway::cli {

namespace {

struct SignalOptions {
  TargetOptions target;
  std::string id;
  bool json = false;
};

Outcome show_signal(const SignalOptions& options, Console& console) {
  if (!config::is_uuid(options.id)) {
    throw CLI::ValidationError("ID", "must be the signal's id, a UUID in lower case");
  }
  const auto target = options.target.resolve();
  if (!target) return target.failure();
  auto client = ApiClient::open(*target);
  if (!client) return client.failure();
  const auto reply = client->call("GET", "/v1/signals/" + options.id, "", "");
  if (!reply) return reply.failure();
  const auto signal = json_of(*reply);
  if (!signal) return signal.failure();
  if (options.json) {
    print_json(console, *signal);
  } else {
    print_signal(console.out, *signal);
  }
  return Exit::fine;
}

void add_send(CLI::App& program, Session& session) {
  struct Options {
    SendOptions send;
    unsigned retry = 3600;
  };
  auto options = std::make_shared<Options>();
  auto* command = add_command(program, "send", "send a file of signals, one a line",
                              "sluis send signals.jsonl --region demo --as ggz");
  command->add_option("FILE", options->send.file, "signals as JSON lines; - is stdin")->required();
  options->send.target.add_to(*command);
  command->add_option("--batch", options->send.batch.lines, "lines a request (128)")
      ->check(CLI::Range(1, 1024));
  command->add_option("--in-flight", options->send.in_flight, "requests at a time (2)")
      ->check(CLI::Range(1, 64));
  command->add_option("--retry", options->retry, "seconds to try without progress (3600)")
      ->check(CLI::Range(0, 86400));
  command->add_flag("--json", options->send.json, "the summary as JSON");
  command->callback([options, &session] {
    options->send.retry = std::chrono::seconds(options->retry);
    session.finish(send_file(options->send, session.console));
  });
}

}  // namespace

void add_signal_commands(CLI::App& program, Session& session) {
  add_send(program, session);
  auto options = std::make_shared<SignalOptions>();
  auto* command = add_command(program, "signal", "where one signal stands at every partner",
                              "sluis signal ID --region demo --as ggz");
  command->add_option("ID", options->id, "the signal's id")->required();
  options->target.add_to(*command);
  command->add_flag("--json", options->json, "the result as JSON");
  command->callback(
      [options, &session] { session.finish(show_signal(*options, session.console)); });
}

}  // namespace sluis::gateway::cli
