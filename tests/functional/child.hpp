// A program that a test starts: killed when its owner goes, and by the kernel when the test dies.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace sluis::test {

using SteadyTime = std::chrono::steady_clock::time_point;

/// The moment at which a wait gives up.
inline SteadyTime within(std::chrono::milliseconds patience) {
  return std::chrono::steady_clock::now() + patience;
}

/// Asks again every few milliseconds; false when `deadline` came first.
template <class Condition>
[[nodiscard]] bool poll_until(SteadyTime deadline, Condition&& condition);

class Child {
 public:
  struct Streams {
    std::filesystem::path in = "/dev/null";
    std::filesystem::path out, err;  // appended to
  };
  /// Runs arguments[0]; its temporary files go to `temporary`. From the test's main thread alone:
  /// the kernel ends the program with the thread that started it. Throws when it can't be started.
  static Child start(const std::vector<std::string>& arguments, const Streams& streams,
                     const std::filesystem::path& temporary);
  Child(Child&& other) noexcept;
  Child& operator=(Child&& other) noexcept;
  ~Child();

  [[nodiscard]] pid_t pid() const noexcept { return pid_; }
  [[nodiscard]] bool running();
  /// The exit status, or minus the signal that ended it; nothing when it still runs at `deadline`.
  [[nodiscard]] std::optional<int> wait(SteadyTime deadline);
  void signal(int number);
  /// SIGKILL, and waits until it is gone.
  void kill() noexcept;

 private:
  explicit Child(pid_t pid) : pid_(pid) {}
  pid_t pid_ = -1;
  std::optional<int> status_;
};

/// When the process started, in clock ticks since the machine did (proc(5), stat, field 22).
[[nodiscard]] std::string start_time(pid_t pid);

void pause_between_polls();

template <class Condition>
bool poll_until(SteadyTime deadline, Condition&& condition) {
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    pause_between_polls();
  }
  return true;
}

}  // namespace sluis::test
