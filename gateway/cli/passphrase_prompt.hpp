// How a command comes by a passphrase: a terminal without echo, a file, or a file descriptor. Never
// an argument: those stand in the process list and in the shell's history.
#pragma once

#include <CLI/App.hpp>
#include <filesystem>
#include <string>

#include "config/settings.hpp"
#include "gateway/keys/key_file.hpp"
#include "gateway/keys/passphrase.hpp"

namespace sluis::gateway::cli {

/// What the options of one passphrase name. Neither: the terminal is asked.
struct PassphraseSource {
  std::filesystem::path file;
  int descriptor = -1;

  /// `--<prefix>passphrase-file` and `--<prefix>passphrase-fd`; `whose` goes into their help.
  void add_options(CLI::App& command, const std::string& prefix, const std::string& whose);
  [[nodiscard]] bool named() const { return descriptor >= 0 || !file.empty(); }

  /// From where it is named, or typed at `prompt`. `unavailable` when there is no terminal either.
  [[nodiscard]] config::Result<Passphrase> get(const std::string& prompt) const;
  /// The same for a passphrase that is made now: typed twice.
  [[nodiscard]] config::Result<Passphrase> get_new(const std::string& prompt) const;
};

/// The key file of these settings. One that is sealed is opened with what `source` names, else with
/// what the settings name, else with what is typed.
[[nodiscard]] config::Result<KeyFile> open_key_file(const config::Settings& settings,
                                                    const PassphraseSource& source);

}  // namespace sluis::gateway::cli
