#include "gateway/cli/key_status_commands.hpp"

#include <ostream>

#include "config/settings.hpp"
#include "crypto/encoding.hpp"
#include "gateway/cli/answer_fields.hpp"
#include "gateway/cli/http.hpp"
#include "gateway/cli/own_gateway.hpp"
#include "gateway/cli/passphrase_prompt.hpp"
#include "gateway/files/files.hpp"
#include "gateway/keys/approval.hpp"

namespace sluis::gateway::cli {

using config::Code;
using config::error;
using config::Json;
using config::Result;

namespace {

constexpr std::size_t most_bytes = 8U << 20U;

struct Options {
  OwnGateway gateway;
  std::uint64_t version = 0;
  PassphraseSource passphrase;
  bool json = false;

  void add_to(CLI::App& command) {
    gateway.add_to(command);
    command.add_flag("--json", json, "the result as JSON");
  }
};

std::string joined(const Json& list) {
  std::string text;
  for (const auto& each : list)
    text += (text.empty() ? "" : ", ") + printable(each.is_string() ? each.get<std::string>() : "");
  return text;
}

std::string name_of(const Json& key) {
  return printable(text_at(key, "domain") + "/" + text_at(key, "epoch") + "/" +
                   text_at(key, "use"));
}

/// Where the first word of its state ends; npos when there is no more to it.
std::size_t end_of_state(const Json& key) {
  return text_at(key, "text").find_first_of(",;");
}

void print_keys(const Json& keys, Console& console) {
  Table table({"KEY", "GENERATION", "HOLDERS", "DAYS LEFT", "STATE"});
  for (const auto& key : keys) {
    const auto generation = number_at(key, "generation");
    const auto days = key.contains("daysLeft") ? key["daysLeft"].dump() : std::string("-");
    table.add({name_of(key), generation == 0 ? "-" : std::to_string(generation),
               generation == 0 ? "-"
                               : "any " + std::to_string(number_at(key, "threshold")) + " of " +
                                     joined(list_at(key, "holders")),
               days, printable(text_at(key, "text").substr(0, end_of_state(key)))});
  }
  table.print(console.out);
  // In full below it: a table cuts what is long, and whom a key waits for stands at the end.
  for (const auto& key : keys)
    if (const auto text = text_at(key, "text"); end_of_state(key) != std::string::npos)
      console.out << '\n' << name_of(key) << ": " << printable(text) << '\n';
  for (const auto& key : keys)
    if (const auto to_do = text_at(key, "toDo"); !to_do.empty())
      console.out << "\nto do for " << name_of(key) << ": " << printable(to_do) << '\n';
}

/// `not_so` while something is stopped, waits for somebody, or is not there.
Outcome status(const Options& options, Console& console) {
  const auto settings = options.gateway.read();
  if (!settings) return settings.failure();
  const auto reply = operator_get(settings->listen.operators.port, "/keys");
  if (!reply) return reply.failure();
  const auto body = json_of(*reply);
  if (!body) return body.failure();
  const auto keys = list_at(*body, "keys");
  if (options.json) {
    console.out << body->dump(2) << '\n';
  } else {
    print_keys(keys, console);
  }
  for (const auto& key : keys) {
    const auto state = text_at(key, "state");
    if (state != "in-force" && state != "handing-over") return Exit::not_so;
  }
  return Exit::fine;
}

void describe(const config::Directory& directory, Console& console) {
  for (const auto& domain : directory.domains())
    for (const auto& epoch : domain.epochs) {
      if (epoch.ceremony != "reshare") continue;
      console.out << "domain " << domain.id.str() << ", epoch " << epoch.id.str() << ": generation "
                  << epoch.generation << " goes to any " << epoch.threshold << " of ";
      for (const auto& holder : epoch.holders)
        console.out << (&holder == &epoch.holders.front() ? "" : ", ") << holder.str();
      console.out << '\n';
    }
}

Outcome approve(const Options& options, Console& console) {
  const auto settings = options.gateway.read();
  if (!settings) return settings.failure();
  const auto text = read_text(settings->region.directory, most_bytes);
  if (!text) return text.failure();
  const auto directory = config::Directory::read(*text, settings->region.trust);
  if (!directory) return directory.failure();
  if (options.version != directory->version())
    return error(Code::conflict, settings->region.directory.string() + ": is version " +
                                     std::to_string(directory->version()) + ", not " +
                                     std::to_string(options.version) +
                                     "; look at what it asks, and name the version that it has");
  const auto file = open_key_file(*settings, options.passphrase);
  if (!file) return file.failure();
  const auto tokens = Tokens::of(*settings);
  if (!tokens) return tokens.failure();
  const auto keys = file->keys(*tokens ? &**tokens : nullptr);
  if (!keys) return keys.failure();
  const auto* entry = directory->partner(settings->organisation);
  const auto* sign = entry == nullptr ? nullptr : keys->sign_key(entry->sign_key);
  if (sign == nullptr)
    return error(Code::invalid, settings->keys.string() +
                                    ": has not the signKey that the directory names for \"" +
                                    settings->organisation.str() + "\"");
  const auto approval =
      Approval::make(*directory, settings->organisation, config::SystemClock().now(), *sign);
  if (auto added = add_approval(settings->data / "approvals.json", approval); !added)
    return added.failure();
  if (options.json) {
    print_json(console, {{"version", approval.version},
                         {"directory", crypto::base64url(approval.directory)}});
    return Exit::fine;
  }
  describe(*directory, console);
  console.out << "approved: " << settings->organisation.str()
              << " deals its shares as directory version " << approval.version << " names\n";
  return Exit::fine;
}

}  // namespace

void add_key_status_commands(CLI::App& family, Session& session) {
  auto shown = std::make_shared<Options>();
  auto* show = add_command(family, "status", "the region's keys, and what they wait for",
                           "sluis keys status --settings settings.json");
  shown->add_to(*show);
  show->callback([shown, &session] { session.finish(status(*shown, session.console)); });

  auto approved = std::make_shared<Options>();
  auto* allow = add_command(family, "approve", "deal our shares as a directory version asks",
                            "sluis keys approve 13 --settings settings.json");
  allow->add_option("VERSION", approved->version, "the directory's, as you have read it")
      ->required();
  approved->add_to(*allow);
  approved->passphrase.add_options(*allow, "", "its passphrase");
  allow->callback([approved, &session] { session.finish(approve(*approved, session.console)); });
}

}  // namespace sluis::gateway::cli
