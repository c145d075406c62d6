// What benchmarks of whole programs share: processes, and what this machine can do at best.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

namespace sluis::bench {

using Clock = std::chrono::steady_clock;

/// Seconds since then.
[[nodiscard]] double since(Clock::time_point start);
/// The middle one of an odd number; not of none.
[[nodiscard]] double median(std::vector<double> values);

/// Starts command[0], without its output; what it says of errors goes to a new file, or with ours.
/// Throws std::runtime_error when it cannot be run.
[[nodiscard]] pid_t start(const std::vector<std::string>& command, const std::string& errors = {});
/// Waits for its end. Throws std::runtime_error, with `what`, unless that was with status 0.
void finish(pid_t child, const std::string& what);
/// The two in one.
void run(const std::vector<std::string>& command);

/// User and system seconds of a process, from /proc/PID/stat; 0 for one that is not there.
[[nodiscard]] double cpu_seconds(pid_t process);
/// Processors of this machine; at least 1.
[[nodiscard]] unsigned processors();
/// Raw crypto_scalarmult_ristretto255 a second, in so many threads at once, over `seconds`.
[[nodiscard]] double raw_rate(unsigned threads, double seconds);

}  // namespace sluis::bench
