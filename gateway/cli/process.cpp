#include "gateway/cli/process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <thread>

#include "gateway/files/files.hpp"

namespace sluis::gateway::cli {

using config::Code;
using config::error;
using config::Result;

namespace {

/// State and start of a process from /proc/PID/stat; the name in it may hold blanks and brackets.
struct Stat {
  char state = '?';
  std::uint64_t started = 0;
};

std::optional<Stat> stat_of(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  if (!std::getline(file, text)) return std::nullopt;
  const auto name_end = text.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream fields(text.substr(name_end + 1));
  Stat found;
  fields >> found.state;  // field 3
  std::string skipped;
  for (int field = 4; field < 22; ++field) fields >> skipped;
  fields >> found.started;
  if (!fields) return std::nullopt;
  return found;
}

/// posix_spawn's two attribute objects, freed on every way out.
struct Spawning {
  Spawning() {
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
  }
  Spawning(const Spawning&) = delete;
  Spawning& operator=(const Spawning&) = delete;
  ~Spawning() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
};

}  // namespace

std::optional<Process> find_process(const std::filesystem::path& pid_file) {
  std::ifstream file(pid_file);
  Process named;
  if (!(file >> named.pid >> named.started) || named.pid <= 0) return std::nullopt;
  return alive(named) ? std::optional(named) : std::nullopt;
}

bool alive(const Process& process) {
  ::waitpid(process.pid, nullptr, WNOHANG);
  const auto found = stat_of(process.pid);
  return found && found->started == process.started && found->state != 'Z' && found->state != 'X';
}

Result<Process> start_daemon(const std::filesystem::path& program,
                             const std::filesystem::path& settings,
                             const std::filesystem::path& log_file,
                             const std::filesystem::path& pid_file) {
  Spawning spawning;
  posix_spawn_file_actions_addopen(&spawning.actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&spawning.actions, STDOUT_FILENO, log_file.c_str(),
                                   O_WRONLY | O_CREAT | O_APPEND, private_mode);
  posix_spawn_file_actions_adddup2(&spawning.actions, STDOUT_FILENO, STDERR_FILENO);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&spawning.attributes, &none);
  posix_spawnattr_setflags(&spawning.attributes,
                           static_cast<short>(POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK));
  std::string name = program.string(), option = "--config", value = settings.string();
  std::array<char*, 4> arguments{name.data(), option.data(), value.data(), nullptr};
  Process child;
  const int failed = posix_spawn(&child.pid, program.c_str(), &spawning.actions,
                                 &spawning.attributes, arguments.data(), environ);
  if (failed != 0) {
    return error(Code::not_found, program.string() +
                                      ": cannot be started: " + std::strerror(failed) +
                                      "; name the daemon's program with --sluisd PATH");
  }
  const auto found = stat_of(child.pid);
  child.started = found ? found->started : 0;
  const auto line = std::to_string(child.pid) + " " + std::to_string(child.started) + "\n";
  const auto written = replace(pid_file, crypto::as_view(line), 0644);
  if (!written) {
    send_signal(child, SIGTERM);
    return written.failure();
  }
  return child;
}

void send_signal(const Process& process, int signal) {
  if (alive(process)) ::kill(process.pid, signal);
}

std::vector<Process> wait_gone(std::vector<Process> processes, std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (true) {
    std::erase_if(processes, [](const Process& one) { return !alive(one); });
    if (processes.empty() || std::chrono::steady_clock::now() >= deadline) return processes;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

std::string last_lines(const std::filesystem::path& log_file, std::size_t most) {
  constexpr std::streamoff looked_at_bytes = 8192;
  std::ifstream file(log_file, std::ios::ate | std::ios::binary);
  if (!file) return {};
  const auto size = static_cast<std::streamoff>(file.tellg());
  file.seekg(std::max<std::streamoff>(0, size - looked_at_bytes));
  std::string text((std::istreambuf_iterator<char>(file)), {});
  std::size_t start = text.size(), lines = 0;
  while (start > 0) {
    if (text[start - 1] == '\n' && start != text.size() && ++lines == most) break;
    --start;
  }
  return text.substr(start);
}

std::filesystem::path program_folder() {
  std::error_code failed;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", failed);
  return failed ? std::filesystem::path(".") : program.parent_path();
}

}  // namespace sluis::gateway::cli
