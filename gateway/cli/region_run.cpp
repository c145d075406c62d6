#include "gateway/cli/region_run.hpp"

#include <signal.h>

#include <ostream>
#include <thread>

#include "gateway/cli/http.hpp"
#include "gateway/cli/process.hpp"
#include "gateway/files/files.hpp"

namespace sluis::gateway::cli {

using config::Code;
using config::error;
using config::Error;
using config::Result;
using std::chrono::steady_clock;

namespace {

constexpr auto poll_pause = std::chrono::milliseconds(50);
constexpr std::size_t log_lines_shown = 8;

struct Started {
  std::string_view partner;
  std::uint16_t operations = 0;
  Process process;
};

/// Why a gateway did not become ready, with the end of its log.
Error not_ready(const RegionLayout& layout, const Started& gateway, const std::string& why) {
  auto detail = std::string(gateway.partner) + ": " + why;
  const auto log = layout.log_file(gateway.partner);
  if (const auto lines = last_lines(log, log_lines_shown); !lines.empty()) {
    detail += "\nThe end of " + log.string() + ":\n" + lines;
  }
  return error(Code::unavailable, detail);
}

/// Nothing once it is ready; `unavailable` when it died or the deadline passed.
Result<void> wait_ready(const RegionLayout& layout, const Started& gateway,
                        steady_clock::time_point deadline) {
  std::string last = "no answer on its operator listener";
  while (true) {
    const auto reply = operator_get(gateway.operations, "/readyz");
    if (reply && reply->status == 200) return {};
    if (reply) last = "not ready: " + printable(reply->body);
    if (!alive(gateway.process)) return not_ready(layout, gateway, "ended while it started");
    if (steady_clock::now() > deadline) return not_ready(layout, gateway, last);
    std::this_thread::sleep_for(poll_pause);
  }
}

/// Starts those that do not run; `started` gets them, in order.
Result<void> start_missing(const StartOptions& options, const Manifest& manifest,
                           std::vector<Started>& started) {
  const RegionLayout layout{options.region};
  const auto lock = FileLock::acquire(layout.manifest());
  if (!lock) return lock.failure();
  for (std::size_t i = 0; i < demo_partners.size(); ++i) {
    const auto id = demo_partners[i].id;
    if (find_process(layout.pid_file(id))) continue;
    const auto process = start_daemon(options.program, layout.settings(id), layout.log_file(id),
                                      layout.pid_file(id));
    if (!process) return process.failure();
    started.push_back({id, ports_of(manifest.base_port, i).operations, *process});
  }
  return {};
}

void stop_all(const RegionLayout& layout, const std::vector<Started>& started) {
  constexpr auto patience = std::chrono::seconds(15);
  std::vector<Process> processes;
  for (const auto& gateway : started) {
    send_signal(gateway.process, SIGTERM);
    processes.push_back(gateway.process);
  }
  for (const auto& stubborn : wait_gone(processes, patience)) send_signal(stubborn, SIGKILL);
  for (const auto& gateway : started) std::filesystem::remove(layout.pid_file(gateway.partner));
}

}  // namespace

Outcome start_region(const StartOptions& options, Console& console) {
  const auto manifest = Manifest::read(options.region);
  if (!manifest) return manifest.failure();
  const RegionLayout layout{options.region};
  const auto deadline = steady_clock::now() + options.wait;
  std::vector<Started> started;
  auto done = start_missing(options, *manifest, started);
  Progress progress(console);
  for (std::size_t i = 0; done && i < started.size(); ++i) {
    progress.show("waiting for " + std::string(started[i].partner) + " to be ready");
    done = wait_ready(layout, started[i], deadline);
  }
  progress.clear();
  if (!done) {
    stop_all(layout, started);
    return done.failure();
  }
  if (started.empty()) {
    console.out << "all six gateways run already\n";
  } else {
    console.out << started.size() << " gateways started and ready; `sluis region status "
                << shell_word(options.region.string()) << "` looks at them\n";
  }
  return Exit::fine;
}

Outcome stop_region(const StopOptions& options, Console& console) {
  const auto manifest = Manifest::read(options.region);
  if (!manifest) return manifest.failure();
  const RegionLayout layout{options.region};
  std::vector<Started> running;
  std::vector<Process> processes;
  for (const auto& partner : demo_partners) {
    const auto process = find_process(layout.pid_file(partner.id));
    if (!process) continue;
    running.push_back({partner.id, 0, *process});
    processes.push_back(*process);
    send_signal(*process, SIGTERM);
  }
  auto left = wait_gone(processes, options.wait);
  if (options.kill) {
    for (const auto& stubborn : left) send_signal(stubborn, SIGKILL);
    left = wait_gone(left, std::chrono::seconds(5));
  }
  std::string names;
  for (const auto& gateway : running) {
    if (std::ranges::find(left, gateway.process) == left.end()) {
      std::filesystem::remove(layout.pid_file(gateway.partner));
    } else {
      names += (names.empty() ? "" : ", ") + std::string(gateway.partner) + " (" +
               std::to_string(gateway.process.pid) + ")";
    }
  }
  if (!left.empty()) {
    return error(Code::unavailable,
                 "still running: " + names + "; wait longer with --wait, or end them with --kill");
  }
  console.out << (running.empty() ? std::string("no gateway was running")
                                  : std::to_string(running.size()) + " gateways stopped")
              << '\n';
  return Exit::fine;
}

}  // namespace sluis::gateway::cli
