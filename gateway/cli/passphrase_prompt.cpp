#include "gateway/cli/passphrase_prompt.hpp"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "gateway/files/files.hpp"

namespace sluis::gateway::cli {

using config::Code;
using config::error;
using config::Result;

namespace {

constexpr std::size_t most_typed_bytes = 1024;  // a terminal's line is not longer than 4096

/// The terminal of this process, with echo off until it goes. Ctrl-C comes as a byte, so that no
/// signal can leave the echo off.
class Terminal {
 public:
  Terminal() : descriptor_(::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC)) {
    if (descriptor_ < 0 || ::tcgetattr(descriptor_, &before_) != 0) return;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO | ISIG);
    silent.c_lflag |= ECHONL;
    open_ = ::tcsetattr(descriptor_, TCSAFLUSH, &silent) == 0;
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  ~Terminal() {
    if (open_) ::tcsetattr(descriptor_, TCSAFLUSH, &before_);
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  Result<Passphrase> ask(const std::string& prompt) const {
    if (!open_) {
      return error(Code::invalid,
                   "a passphrase is needed, and there is no terminal to type it at; name a file "
                   "(--passphrase-file) or an open descriptor (--passphrase-fd)");
    }
    const auto text = prompt + ": ";
    static_cast<void>(!::write(descriptor_, text.data(), text.size()));
    crypto::SecretBytes line(most_typed_bytes);
    const auto got = ::read(descriptor_, line.bytes().data(), line.bytes().size());
    constexpr std::uint8_t ctrl_c = 3;
    const auto typed = line.reveal().first(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (std::ranges::find(typed, ctrl_c) != typed.end())
      return error(Code::invalid, "stopped; nothing was changed");
    crypto::SecretBytes secret(typed.size());
    std::ranges::copy(typed, secret.bytes().begin());
    return without_line_end(secret, "the terminal");
  }

 private:
  int descriptor_;
  termios before_{};
  bool open_ = false;
};

}  // namespace

void PassphraseSource::add_options(CLI::App& command, const std::string& prefix,
                                   const std::string& whose) {
  auto* from_file = command.add_option("--" + prefix + "passphrase-file", file,
                                       "file with " + whose + ", else typed");
  command
      .add_option("--" + prefix + "passphrase-fd", descriptor,
                  "or an open file descriptor to read it from")
      ->check(CLI::Range(0, 1023))
      ->excludes(from_file);
}

Result<Passphrase> PassphraseSource::get(const std::string& prompt) const {
  if (descriptor >= 0) return passphrase_from_descriptor(descriptor);
  if (!file.empty()) return passphrase_in_file(file);
  return Terminal().ask(prompt);
}

Result<Passphrase> PassphraseSource::get_new(const std::string& prompt) const {
  if (named()) return get(prompt);
  const Terminal terminal;
  auto first = terminal.ask(prompt);
  if (!first) return first;
  const auto again = terminal.ask("The same again");
  if (!again) return again.failure();
  if (!crypto::equal(first->reveal(), again->reveal()))
    return error(Code::invalid, "the two are not the same; nothing was changed");
  return first;
}

Result<KeyFile> open_key_file(const config::Settings& settings, const PassphraseSource& source) {
  if (!KeyFile::is_sealed_at(settings.keys)) return KeyFile::read(settings.keys);
  const auto prompt = "Passphrase of " + settings.keys.string();
  if (source.named() || !settings.key_passphrase) {
    const auto passphrase = source.get(prompt);
    if (!passphrase) return passphrase.failure();
    return KeyFile::read(settings.keys, &*passphrase);
  }
  auto passphrase = passphrase_of(settings);
  // A credential is there for the service alone; an operator types it.
  if (!passphrase && !settings.key_passphrase->file) {
    auto typed = source.get(prompt);
    if (!typed) return typed.failure();
    passphrase = std::optional<Passphrase>(std::move(*typed));
  }
  if (!passphrase) return passphrase.failure();
  return KeyFile::read(settings.keys, &**passphrase);
}

}  // namespace sluis::gateway::cli
