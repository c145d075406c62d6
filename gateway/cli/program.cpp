#include "gateway/cli/program.hpp"

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <ostream>

#include "gateway/cli/policy_commands.hpp"

namespace sluis::gateway::cli {

namespace {

constexpr auto about =
    "Sluis: signals between organisations of the care-and-safety chain, shared\n"
    "only as the rules let them, matched without showing who they are about.";

constexpr auto statuses =
    "Exit status: 0 fine; 1 the thing asked for does not hold; 2 the command line\n"
    "cannot be understood; 3 a gateway did not answer in time; 4 a gateway\n"
    "refused; 5 a file or key here is missing or wrong; 70 a fault of sluis itself.\n"
    "\n"
    "Example: sluis region create demo && sluis region start demo";

/// The options that no command has. Values are left out: people may type a person there.
std::string unexpected(const CLI::App& program) {
  std::string names;
  for (const auto& argument : program.remaining(true)) {
    if (!argument.starts_with("--")) continue;
    names += (names.empty() ? ": " : ", ") + argument.substr(0, argument.find('='));
  }
  return "there is an argument that no command here takes" + names;
}

}  // namespace

void Session::finish(const Outcome& outcome) {
  if (outcome) {
    status = *outcome;
    return;
  }
  console.err << "sluis: " << outcome.failure().detail << '\n';
  status = exit_for(outcome.failure().code);
}

CLI::App* add_command(CLI::App& parent, const std::string& name, const std::string& description,
                      const std::string& example) {
  auto* command = parent.add_subcommand(name, description);
  command->footer("Example: " + example);
  return command;
}

int run(const std::vector<std::string>& arguments, Console& console) {
  Session session{console};
  CLI::App program(about, "sluis");
  program.require_subcommand(1);
  program.footer(statuses);
  program.get_formatter()->column_width(30);
  add_region_commands(program, session);
  add_signal_commands(program, session);
  add_match_commands(program, session);
  add_key_commands(program, session);
  add_token_commands(program, session);
  add_directory_commands(program, session);
  add_policy_commands(program, session);
  add_audit_commands(program, session);
  try {
    program.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::Success& asked) {  // --help
    program.exit(asked, console.out, console.err);
    return static_cast<int>(Exit::fine);
  } catch (const CLI::ParseError& fault) {
    const bool extra = dynamic_cast<const CLI::ExtrasError*>(&fault) != nullptr;
    console.err << "sluis: " << (extra ? unexpected(program) : fault.what())
                << "\nsluis --help, or --help after a command, says "
                << "what it takes\n";
    return static_cast<int>(Exit::usage);
  }
  console.out.flush();
  return static_cast<int>(session.status);
}

}  // namespace sluis::gateway::cli
