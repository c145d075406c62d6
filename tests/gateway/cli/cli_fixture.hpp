// Runs a command line as the program does, and keeps what it said.
#pragma once

#include <sstream>
#include <string>
#include <vector>

#include "gateway/cli/program.hpp"
#include "tests/gateway/temporary_folder.hpp"

namespace sluis::test {

struct Ran {
  int status = 0;
  std::string out, err;
};

inline Ran run_sluis(const std::vector<std::string>& arguments, const std::string& input = {}) {
  std::istringstream in(input);
  std::ostringstream out, err;
  gateway::cli::Console console{in, out, err};
  const int status = gateway::cli::run(arguments, console);
  return {status, out.str(), err.str()};
}

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// A demo region, made once for all tests that only read it.
inline const std::filesystem::path& demo_region() {
  static const TemporaryFolder folder;
  static const auto path = [] {
    const auto region = folder / "with a space";
    const auto ran = run_sluis({"region", "create", region.string(), "--base-port", "23400"});
    if (ran.status != 0) throw std::runtime_error(ran.err);
    return region;
  }();
  return path;
}

}  // namespace sluis::test
