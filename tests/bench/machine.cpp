#include "tests/bench/machine.hpp"

#include <fcntl.h>
#include <sodium.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <thread>

extern char** environ;  // NOLINT(readability-redundant-declaration)

namespace sluis::bench {

double since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values.at(values.size() / 2);
}

pid_t start(const std::vector<std::string>& command, const std::string& errors) {
  std::vector<char*> arguments;
  for (const auto& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  if (!errors.empty())
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, errors.c_str(),
                                     O_WRONLY | O_CREAT | O_EXCL, 0600);
  pid_t child = 0;
  const int failed =
      posix_spawn(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) throw std::runtime_error("cannot run " + command[0]);
  return child;
}

void finish(pid_t child, const std::string& what) {
  int status = 0;
  if (waitpid(child, &status, 0) != child || status != 0)
    throw std::runtime_error(what + " failed");
}

void run(const std::vector<std::string>& command) {
  finish(start(command), command.at(0) + " " + command.at(1));
}

double cpu_seconds(pid_t process) {
  double ticks = 0;
  std::ifstream stat("/proc/" + std::to_string(process) + "/stat");
  std::string word;
  for (int field = 1; stat >> word; ++field)
    if (field == 14 || field == 15) ticks += std::stod(word);
  return ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

unsigned processors() {
  return std::max(1U, std::thread::hardware_concurrency());
}

double raw_rate(unsigned threads, double seconds) {
  std::vector<std::thread> workers;
  std::vector<std::uint64_t> counts(threads);
  const auto begin = Clock::now();
  for (unsigned i = 0; i < threads; ++i)
    workers.emplace_back([&, i] {
      std::array<unsigned char, 32> scalar{}, point{};
      crypto_core_ristretto255_scalar_random(scalar.data());
      crypto_core_ristretto255_random(point.data());
      while (since(begin) < seconds) {
        for (int n = 0; n < 50; ++n)
          if (crypto_scalarmult_ristretto255(point.data(), scalar.data(), point.data()) != 0)
            std::abort();
        counts[i] += 50;
      }
    });
  for (auto& worker : workers) worker.join();
  std::uint64_t all = 0;
  for (const auto count : counts) all += count;
  return static_cast<double>(all) / since(begin);
}

}  // namespace sluis::bench
