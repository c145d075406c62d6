#include "gateway/keys/passphrase.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>

#include "tests/gateway/temporary_folder.hpp"

using namespace sluis;
using namespace sluis::gateway;
using test::TemporaryFolder;

namespace {

std::string text_of(const config::Result<Passphrase>& passphrase) {
  return passphrase ? std::string(crypto::as_text(passphrase->reveal()))
                    : "! " + passphrase.failure().detail;
}

}  // namespace

TEST_CASE("passphrase: a file's, without the line feed at its end", "[keys]") {
  const TemporaryFolder folder;
  const auto path = folder / "passphrase";
  struct Case {
    std::string in, out;
  };
  const auto c = GENERATE(values<Case>({{"one two", "one two"},
                                        {"one two\n", "one two"},
                                        {"one\r\n", "one"},
                                        {"one\n\n", "one\n"}}));
  test::put(path, c.in);
  test::set_mode(path, 0600);
  CHECK(text_of(passphrase_in_file(path)) == c.out);
  const int descriptor = ::open(path.c_str(), O_RDONLY);
  CHECK(text_of(passphrase_from_descriptor(descriptor)) == c.out);
  CHECK(::fcntl(descriptor, F_GETFD) == -1);
}

TEST_CASE("passphrase: a file that others may read, and one with nothing in it", "[keys]") {
  const TemporaryFolder folder;
  const auto path = folder / "passphrase";
  test::put(path, "one two\n");
  test::set_mode(path, 0644);
  CHECK(text_of(passphrase_in_file(path)).find("chmod 600") != std::string::npos);
  test::put(path, "\n");
  test::set_mode(path, 0600);
  CHECK(text_of(passphrase_in_file(path)).find("no passphrase") != std::string::npos);
}

TEST_CASE("passphrase: a systemd credential, or the line that its unit lacks", "[keys]") {
  const TemporaryFolder folder;
  ::unsetenv("CREDENTIALS_DIRECTORY");
  CHECK(text_of(passphrase_credential("sluis-keys")).find("LoadCredential=sluis-keys:FILE") !=
        std::string::npos);
  ::setenv("CREDENTIALS_DIRECTORY", folder.path().c_str(), 1);
  CHECK(text_of(passphrase_credential("sluis-keys")).find("LoadCredentialEncrypted=sluis-keys:") !=
        std::string::npos);
  const auto path = folder / "sluis-keys";
  test::put(path, "one two\n");
  test::set_mode(path, 0440);  // as an entry in its access list shows
  CHECK(text_of(passphrase_credential("sluis-keys")) == "one two");
  test::set_mode(path, 0444);
  CHECK(text_of(passphrase_credential("sluis-keys")).starts_with("! "));
  ::unsetenv("CREDENTIALS_DIRECTORY");
}
