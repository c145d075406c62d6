#include <unistd.h>

#include <csignal>
#include <exception>
#include <iostream>

#include "crypto/bytes.hpp"
#include "gateway/cli/program.hpp"
#include "gateway/files/process.hpp"

int main(int count, char** values) {
  using namespace sluis;
  std::signal(SIGPIPE, SIG_IGN);
  gateway::cli::Console console{std::cin, std::cout, std::cerr, ::isatty(STDERR_FILENO) == 1};
  try {
    gateway::keep_memory_private();  // persons, tokens and keys pass through
    crypto::init();
    return gateway::cli::run({values + std::min(count, 1), values + count}, console);
  } catch (const std::exception& fault) {
    std::cerr << "sluis: a fault of sluis itself: " << fault.what() << '\n';
    return static_cast<int>(gateway::cli::Exit::bug);
  }
}
