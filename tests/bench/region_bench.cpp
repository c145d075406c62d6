// Signals a second through a whole region on this machine, against the scalar multiplications that
// they cannot do without: all signals of the data, five senders at once, until every one is
// delivered. Real processes, TLS, databases.
//
//   region_bench DATA   (a folder of the form of tests/data/region)
#include <sodium.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "config/json.hpp"
#include "gateway/core/linkage.hpp"
#include "tests/bench/raw_rate.hpp"

extern char** environ;  // NOLINT(readability-redundant-declaration)

namespace {

namespace fs = std::filesystem;
namespace bench = sluis::bench;
using Clock = std::chrono::steady_clock;
using sluis::config::Json;

double since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

pid_t start(const std::vector<std::string>& command) {
  std::vector<char*> arguments;
  for (const auto& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", 1 /* O_WRONLY */, 0);
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
  finish(start(command), command[0] + " " + command[1]);
}

struct Data {
  std::size_t signals = 0, keys = 0;
};

Data count(const fs::path& folder) {
  Data data;
  for (const auto& file : fs::directory_iterator(folder / "signals")) {
    std::ifstream in(file.path());
    for (std::string line; std::getline(in, line);) {
      std::vector<sluis::config::Error> errors;
      const auto person = sluis::gateway::read_person(Json::parse(line).at("person"), "", errors);
      if (!person) throw std::runtime_error("a person that cannot be read");
      data.keys += sluis::gateway::linkage_keys(*person).size();
      ++data.signals;
    }
  }
  return data;
}

/// User and system seconds of the gateways, from /proc/PID/stat (fields 14 and 15).
double cpu_seconds(const fs::path& region) {
  double ticks = 0;
  for (const auto& partner : fs::directory_iterator(region)) {
    std::ifstream pid_file(partner.path() / "data" / "sluisd.pid");
    pid_t pid = 0;
    if (!(pid_file >> pid)) continue;
    std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
    std::string word;
    for (int field = 1; stat >> word; ++field)
      if (field == 14 || field == 15) ticks += std::stod(word);
  }
  return ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

double send_all(const std::string& sluis, const fs::path& region, const fs::path& folder) {
  std::vector<pid_t> senders;
  const auto begin = Clock::now();
  for (const auto& file : fs::directory_iterator(folder / "signals"))
    senders.push_back(start({sluis, "send", file.path().string(), "--region", region.string(),
                             "--as", file.path().stem().string()}));
  for (const auto sender : senders) finish(sender, "sluis send");
  run({sluis, "region", "wait", region.string()});
  return since(begin);
}

int measure(const fs::path& folder) {
  const std::string sluis = SLUIS_PROGRAM;
  const auto work = fs::temp_directory_path() / ("sluis-bench-" + std::to_string(getpid()));
  const auto region = work / "region";
  fs::create_directories(work);
  const auto data = count(folder);
  const unsigned processors = bench::processors();
  const double raw_before = bench::raw_rate(processors, 2);
  run({sluis, "region", "create", region.string()});
  run({sluis, "region", "start", region.string()});
  const double idle_cpu = cpu_seconds(region);
  const double seconds = send_all(sluis, region, folder);
  const double cpu = cpu_seconds(region) - idle_cpu;
  run({sluis, "region", "stop", region.string()});
  const double raw_after = bench::raw_rate(processors, 2);
  fs::remove_all(work);

  const double raw = (raw_before + raw_after) / 2;
  const double keys = static_cast<double>(data.keys) / static_cast<double>(data.signals);
  const double bound = raw / (10 * keys * 2);
  const double rate = static_cast<double>(data.signals) / seconds;
  std::printf("%-46s %12zu\n", "signals", data.signals);
  std::printf("%-46s %12.2f\n", "linkage keys a signal", keys);
  std::printf("%-46s %12.0f\n", "raw scalar multiplications/s, all processors", raw);
  std::printf("%-46s %12.0f\n", "bound, signals/s: raw / (10 x keys x 2 uses)", bound);
  std::printf("%-46s %12.2f\n", "seconds until all were delivered", seconds);
  std::printf("%-46s %12.2f\n", "CPU seconds of the six gateways", cpu);
  std::printf(
      "region: %.0f signals/s, ratio %.2f of raw scalar multiplications / (10 x keys x 2 uses)\n",
      rate, rate / bound);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc != 2) throw std::runtime_error("usage: region_bench DATA");
    if (sodium_init() < 0) throw std::runtime_error("libsodium does not start");
    return measure(argv[1]);
  } catch (const std::exception& fault) {
    std::fprintf(stderr, "region_bench: %s\n", fault.what());
    return 1;
  }
}
