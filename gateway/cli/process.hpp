// The daemons of a region on this machine: started, found again, stopped. A pid alone proves
// nothing (it is given out again), so a process is known by its pid and the moment it started.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "config/result.hpp"

namespace sluis::gateway::cli {

struct Process {
  pid_t pid = 0;
  std::uint64_t started = 0;  // clock ticks since the machine started (proc(5), stat, field 22)
  bool operator==(const Process&) const = default;
};

/// The process that a pid file names, if it still lives. A file that is stale, empty or not there
/// is nothing; a zombie does not live.
[[nodiscard]] std::optional<Process> find_process(const std::filesystem::path& pid_file);

/// Starts `program --config settings` as a session of its own, with both outputs appended to
/// `log_file`, and writes the pid file. It outlives us.
[[nodiscard]] config::Result<Process> start_daemon(const std::filesystem::path& program,
                                                   const std::filesystem::path& settings,
                                                   const std::filesystem::path& log_file,
                                                   const std::filesystem::path& pid_file);

/// True while this very process lives. Takes the exit status of a child of ours that died.
[[nodiscard]] bool alive(const Process& process);

/// Sends `signal` to exactly this process; nothing happens when it is gone.
void send_signal(const Process& process, int signal);

/// Waits until none of them lives; gives those that still do at the deadline.
[[nodiscard]] std::vector<Process> wait_gone(std::vector<Process> processes,
                                             std::chrono::milliseconds patience);

/// The last lines of a log, at most `most`; empty when it cannot be read.
[[nodiscard]] std::string last_lines(const std::filesystem::path& log_file, std::size_t most);

/// The folder that this program's file is in.
[[nodiscard]] std::filesystem::path program_folder();

}  // namespace sluis::gateway::cli
