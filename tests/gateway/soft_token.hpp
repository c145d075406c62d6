// PKCS #11 tokens of SoftHSM's in a folder of their own. One folder a process: SoftHSM reads where
// its tokens are when it is loaded.
#pragma once

#include <cstdlib>
#include <stdexcept>
#include <string>

#include "tests/gateway/temporary_folder.hpp"

namespace sluis::test {

inline constexpr auto soft_module = "/usr/lib/softhsm/libsofthsm2.so";
inline const std::string soft_pin = "2468-tokens";

class SoftTokens {
 public:
  SoftTokens() {
    std::filesystem::create_directory(folder_ / "tokens");
    put(folder_ / "softhsm2.conf", "directories.tokendir = " + (folder_ / "tokens").string() +
                                       "\nobjectstore.backend = file\nlog.level = ERROR\n");
    ::setenv("SOFTHSM2_CONF", (folder_ / "softhsm2.conf").c_str(), 1);
    put(pin(), soft_pin + "\n");
    set_mode(pin(), 0600);
  }
  SoftTokens(const SoftTokens&) = delete;
  SoftTokens& operator=(const SoftTokens&) = delete;
  ~SoftTokens() { ::unsetenv("SOFTHSM2_CONF"); }

  void make(const std::string& label) const {
    run("--init-token --free --label " + label + " --so-pin 13579 --pin " + soft_pin);
  }
  /// A PKCS #8 file's key, as object "tls".
  void import(const std::string& label, const std::filesystem::path& key) const {
    run("--import '" + key.string() + "' --token " + label + " --label tls --id 01 --pin " +
        soft_pin);
  }
  [[nodiscard]] std::filesystem::path pin() const { return folder_ / "pin"; }

 private:
  void run(const std::string& arguments) const {
    const auto command =
        "softhsm2-util " + arguments + " >" + (folder_ / "said").string() + " 2>&1";
    if (std::system(command.c_str()) != 0)  // NOLINT(concurrency-mt-unsafe)
      throw std::runtime_error("softhsm2-util: " + contents(folder_ / "said"));
  }
  TemporaryFolder folder_;
};

}  // namespace sluis::test
