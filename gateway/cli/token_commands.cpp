// sluis token create | list | revoke
#include <ostream>

#include "config/settings.hpp"
#include "gateway/cli/program.hpp"
#include "gateway/core/tokens.hpp"

namespace sluis::gateway::cli {

using config::Result;

namespace {

struct TokenOptions {
  std::filesystem::path settings;
  std::string name, role, validity = "P1Y";
  bool json = false;
};

Result<std::filesystem::path> token_path(const TokenOptions& options) {
  auto settings = config::Settings::read(options.settings);
  if (!settings) return settings.failure();
  return std::move(settings->tokens);
}

Outcome create(const TokenOptions& options, Console& console) {
  const auto validity = config::parse_duration(options.validity);
  if (!validity) throw CLI::ValidationError("--valid", validity.failure().detail);
  const auto path = token_path(options);
  if (!path) return path.failure();
  const auto token =
      create_token(*path, options.name, options.role, *validity, config::SystemClock());
  if (!token) return token.failure();
  if (options.json) {
    print_json(console, {{"name", options.name}, {"role", options.role}, {"token", *token}});
  } else {
    console.out << *token << '\n';
    console.err << "kept as a hash alone: this is the only time that the token is shown\n";
  }
  return Exit::fine;
}

Outcome list(const TokenOptions& options, Console& console) {
  const auto path = token_path(options);
  if (!path) return path.failure();
  const auto tokens = read_tokens(*path);
  if (!tokens) return tokens.failure();
  const auto now = config::SystemClock().now();
  nlohmann::ordered_json document{{"tokens", nlohmann::ordered_json::array()}};
  Table table({"ID", "NAME", "ROLE", "EXPIRES"});
  for (const auto& token : *tokens) {
    const bool expired = token.expires_at <= now;
    const auto expires = config::format_time(token.expires_at);
    document["tokens"].push_back({{"id", token.caller.id},
                                  {"name", token.caller.name},
                                  {"role", token.caller.role},
                                  {"createdAt", config::format_time(token.created_at)},
                                  {"expiresAt", expires},
                                  {"expired", expired}});
    table.add({token.caller.id, token.caller.name, token.caller.role,
               expires + (expired ? ", expired" : "")});
  }
  if (options.json) {
    print_json(console, document);
  } else {
    table.print(console.out);
  }
  return Exit::fine;
}

Outcome revoke(const TokenOptions& options, Console& console) {
  const auto path = token_path(options);
  if (!path) return path.failure();
  const auto revoked = revoke_token(*path, options.name);
  if (!revoked) return revoked.failure();
  console.out << "revoked; the gateway refuses it from the next request on\n";
  return Exit::fine;
}

CLI::App* with_settings(CLI::App* command, TokenOptions& options) {
  command->add_option("--settings", options.settings, "the gateway's settings file")->required();
  return command;
}

}  // namespace

void add_token_commands(CLI::App& program, Session& session) {
  auto* family = add_command(program, "token", "tokens of our own systems and people",
                             "sluis token list --settings settings.json");
  family->require_subcommand(1);

  auto made = std::make_shared<TokenOptions>();
  auto* make = with_settings(add_command(*family, "create", "make a token and show it once",
                                         "sluis token create --settings settings.json \\\n"
                                         "           --name ggz-epd --role sender --valid P180D"),
                             *made);
  make->add_option("--name", made->name, "the system that will use it: a-z, 0-9, -")->required();
  make->add_option("--role", made->role, "what it may do")
      ->required()
      ->check(CLI::IsMember({"sender", "procesregisseur", "privacy-officer", "operator"}));
  make->add_option("--valid", made->validity, "how long, as ISO 8601 (P1Y)");
  make->add_flag("--json", made->json, "the result as JSON");
  make->callback([made, &session] { session.finish(create(*made, session.console)); });

  auto shown = std::make_shared<TokenOptions>();
  auto* show = with_settings(add_command(*family, "list", "all tokens, without the tokens",
                                         "sluis token list --settings settings.json"),
                             *shown);
  show->add_flag("--json", shown->json, "the result as JSON");
  show->callback([shown, &session] { session.finish(list(*shown, session.console)); });

  auto ended = std::make_shared<TokenOptions>();
  auto* end = with_settings(add_command(*family, "revoke", "make a token worthless at once",
                                        "sluis token revoke --settings settings.json ggz-epd"),
                            *ended);
  end->add_option("TOKEN", ended->name, "its id or its name, as list shows them")->required();
  end->callback([ended, &session] { session.finish(revoke(*ended, session.console)); });
}

}  // namespace sluis::gateway::cli
