#include "tests/functional/ports.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <stdexcept>
#include <string>

namespace sluis::test {

namespace {

// Below the ports that `sluis region create` picks by itself, and those that Linux hands out.
constexpr std::uint16_t first_base = 11000, last_base = 17300;

bool can_bind(std::uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return false;
  const int on = 1;  // a connection that has just ended holds nobody up
  ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int bound = ::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  ::close(socket);
  return bound == 0;
}

bool is_free(std::uint16_t base) {
  for (std::uint16_t i = 0; i < PortBlock::ports; ++i)
    if (!can_bind(static_cast<std::uint16_t>(base + i))) return false;
  return true;
}

}  // namespace

PortBlock::PortBlock() {
  const auto folder =
      std::filesystem::temp_directory_path() / ("sluis-test-ports-" + std::to_string(::getuid()));
  std::filesystem::create_directories(folder);
  for (std::uint16_t base = first_base; base + ports <= last_base; base += ports) {
    const auto file = folder / (std::to_string(base) + ".lock");
    const int lock = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock < 0) continue;
    if (::flock(lock, LOCK_EX | LOCK_NB) == 0 && is_free(base)) {
      lock_ = lock;
      base_ = base;
      return;
    }
    ::close(lock);
  }
  throw std::runtime_error("no free block of ports for a test region");
}

PortBlock::~PortBlock() {
  ::close(lock_);
}

}  // namespace sluis::test
