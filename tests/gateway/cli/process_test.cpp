#include "gateway/cli/process.hpp"

#include <signal.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "tests/gateway/temporary_folder.hpp"

using namespace sluis;
using namespace std::chrono_literals;
using gateway::cli::Process;

namespace {

/// A stand-in for the daemon: says its arguments, then waits for ever.
std::filesystem::path stand_in(const test::TemporaryFolder& folder, const std::string& body) {
  const auto path = folder / "stand in.sh";
  test::put(path, "#!/bin/sh\n" + body + "\n");
  test::set_mode(path, 0700);
  return path;
}

void wait_for_text(const std::filesystem::path& log) {
  const auto deadline = std::chrono::steady_clock::now() + 10s;
  while (test::contents(log).empty() && std::chrono::steady_clock::now() < deadline) {
    ::usleep(1000);
  }
}

}  // namespace

TEST_CASE("process: started, found again, stopped", "[cli][process]") {
  const test::TemporaryFolder folder;
  const auto program = stand_in(folder, "echo \"$@\"; exec sleep 600");
  const auto started =
      gateway::cli::start_daemon(program, folder / "settings.json", folder / "log", folder / "pid");
  REQUIRE(started.ok());
  CHECK(alive(*started));
  CHECK(gateway::cli::find_process(folder / "pid") == *started);
  CHECK(::getpgid(started->pid) == started->pid);
  wait_for_text(folder / "log");

  send_signal(*started, SIGTERM);
  CHECK(gateway::cli::wait_gone({*started}, 10s).empty());
  CHECK_FALSE(alive(*started));
  CHECK_FALSE(gateway::cli::find_process(folder / "pid"));
  CHECK(gateway::cli::last_lines(folder / "log", 5) ==
        "--config " + (folder / "settings.json").string() + "\n");
}

TEST_CASE("process: one that does not stop is told apart", "[cli][process]") {
  const test::TemporaryFolder folder;
  const auto program = stand_in(folder, "trap '' TERM; echo ready; while :; do sleep 1; done");
  const auto started =
      gateway::cli::start_daemon(program, "x", folder / "log", folder / "pid").value();
  wait_for_text(folder / "log");
  send_signal(started, SIGTERM);
  CHECK(gateway::cli::wait_gone({started}, 50ms).size() == 1);
  send_signal(started, SIGKILL);
  CHECK(gateway::cli::wait_gone({started}, 10s).empty());
}

TEST_CASE("process: a pid file that is stale or broken names nobody", "[cli][process]") {
  const test::TemporaryFolder folder;
  const auto text = GENERATE(values<std::string>({
      "",
      "hello",
      "-1 5",
      "0 0",
      "999999999 5",
  }));
  test::put(folder / "pid", text);
  CHECK_FALSE(gateway::cli::find_process(folder / "pid"));
  CHECK_FALSE(gateway::cli::find_process(folder / "none"));
}

TEST_CASE("process: the same pid, started at another moment, is another process",
          "[cli][process]") {
  const test::TemporaryFolder folder;
  test::put(folder / "pid", std::to_string(::getpid()) + " 1\n");
  CHECK_FALSE(gateway::cli::find_process(folder / "pid"));
  send_signal(Process{::getpid(), 1}, SIGKILL);  // or this test would end here
}

TEST_CASE("process: a program that is not there is said by name", "[cli][process]") {
  const test::TemporaryFolder folder;
  const auto started =
      gateway::cli::start_daemon(folder / "nothing", "x", folder / "log", folder / "pid");
  REQUIRE_FALSE(started.ok());
  CHECK(started.failure().detail.find("--sluisd") != std::string::npos);
}

TEST_CASE("process: the last lines of a log", "[cli][process]") {
  const test::TemporaryFolder folder;
  test::put(folder / "log", "one\ntwo\nthree\n");
  CHECK(gateway::cli::last_lines(folder / "log", 2) == "two\nthree\n");
  CHECK(gateway::cli::last_lines(folder / "log", 9) == "one\ntwo\nthree\n");
  CHECK(gateway::cli::last_lines(folder / "none", 9).empty());
}
