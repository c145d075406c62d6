#include "tests/functional/child.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <utility>

namespace sluis::test {

namespace {

constexpr int could_not_start = 127;

int opened(const std::filesystem::path& path, int flags) {
  const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC, 0600);
  if (descriptor < 0) throw std::system_error(errno, std::generic_category(), path.string());
  return descriptor;
}

/// Our environment with another TMPDIR.
std::vector<std::string> environment_with(const std::filesystem::path& temporary) {
  constexpr std::string_view name = "TMPDIR=";
  std::vector<std::string> variables{std::string(name) + temporary.string()};
  for (char** each = environ; *each != nullptr; ++each)
    if (!std::string_view(*each).starts_with(name)) variables.emplace_back(*each);
  return variables;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> list;
  for (auto& text : texts) list.push_back(text.data());
  list.push_back(nullptr);
  return list;
}

}  // namespace

Child Child::start(const std::vector<std::string>& arguments, const Streams& streams,
                   const std::filesystem::path& temporary) {
  constexpr int append = O_WRONLY | O_CREAT | O_APPEND;
  const int files[] = {opened(streams.in, O_RDONLY), opened(streams.out, append),
                       opened(streams.err, append)};
  auto texts = arguments;
  auto variables = environment_with(temporary);
  const auto argument_list = pointers(texts);
  const auto environment_list = pointers(variables);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid == 0) {  // only what is safe after fork(), until exec
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is an error, not the end
    if (::getppid() != parent) ::_exit(could_not_start);
    for (int i = 0; i < 3; ++i)
      if (::dup2(files[i], i) < 0) ::_exit(could_not_start);
    ::execve(argument_list[0], argument_list.data(), environment_list.data());
    ::_exit(could_not_start);
  }
  const int failure = errno;
  for (const int file : files) ::close(file);
  if (pid < 0) throw std::system_error(failure, std::generic_category(), "fork");
  return Child(pid);
}

Child::Child(Child&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), status_(std::exchange(other.status_, std::nullopt)) {}

Child& Child::operator=(Child&& other) noexcept {
  Child taken(std::move(other));
  std::swap(pid_, taken.pid_);
  std::swap(status_, taken.status_);
  return *this;
}

Child::~Child() {
  kill();
}

bool Child::running() {
  if (pid_ < 0 || status_) return false;
  int status = 0;
  const auto ended = ::waitpid(pid_, &status, WNOHANG);
  if (ended == 0) return true;
  status_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  return false;
}

std::optional<int> Child::wait(SteadyTime deadline) {
  if (!poll_until(deadline, [this] { return !running(); })) return std::nullopt;
  return status_;
}

void Child::signal(int number) {
  if (running()) ::kill(pid_, number);
}

void Child::kill() noexcept {
  if (pid_ < 0 || status_) return;
  ::kill(pid_, SIGKILL);
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  status_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

std::string start_time(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  std::getline(file, text);
  const auto name_end = text.rfind(')');
  if (name_end == std::string::npos) return {};
  std::istringstream fields(text.substr(name_end + 1));
  std::string field;
  for (int number = 3; number <= 22; ++number) fields >> field;
  return field;
}

void pause_between_polls() {
  std::this_thread::sleep_for(std::chrono::milliseconds(10));
}

}  // namespace sluis::test
