// The program `sluis`: its families of commands, and one way to run any of them.
#pragma once

#include <CLI/App.hpp>
#include <memory>
#include <string>
#include <vector>

#include "gateway/cli/console.hpp"

namespace sluis::gateway::cli {

/// Parses the arguments (without the program's name), runs the command and gives the exit status.
/// Throws only for a fault of ours.
[[nodiscard]] int run(const std::vector<std::string>& arguments, Console& console);

/// What the families share while one command line is run.
struct Session {
  Console& console;
  Exit status = Exit::fine;

  /// Takes the outcome of the command; says on `err` what stopped it.
  void finish(const Outcome& outcome);
};

/// Adds a command with an example at the end of its help.
CLI::App* add_command(CLI::App& parent, const std::string& name, const std::string& description,
                      const std::string& example);

void add_region_commands(CLI::App& program, Session& session);
void add_key_commands(CLI::App& program, Session& session);
void add_token_commands(CLI::App& program, Session& session);
void add_directory_commands(CLI::App& program, Session& session);
void add_audit_commands(CLI::App& program, Session& session);
void add_signal_commands(CLI::App& program, Session& session);  // send, signal
void add_match_commands(CLI::App& program, Session& session);   // query, matches

}  // namespace sluis::gateway::cli
