// Gateways whose key files are sealed, with passphrases as a service manager gives them; and what
// the processes keep of themselves.
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>

#include "tests/functional/canary.hpp"
#include "tests/functional/key_test_support.hpp"
#include "tests/gateway/soft_token.hpp"

namespace sluis::test {

namespace {

namespace fs = std::filesystem;
constexpr auto theme = "verward-hoog-risico-gedrag";

void put_secret(const fs::path& path, const std::string& text) {
  put(path, text);
  set_mode(path, 0600);
}

/// Seals a partner's key file and puts `setting` into its settings.
void seal(TestRegion& region, std::string_view partner, const fs::path& passphrase,
          const Json& setting) {
  const auto settings = region.layout().settings(partner);
  const auto sealed = region.sluis({"keys", "seal", "--settings", settings.string(),
                                    "--passphrase-file", passphrase.string(), "--weak-for-tests"});
  INFO(sealed.err);
  REQUIRE(sealed.status == 0);
  auto text = contents(settings);
  const std::string before = "\"keys\": \"keys/gateway.json\",";
  text.replace(text.find(before), before.size(),
               before + " \"keyPassphrase\": " + setting.dump() + ",");
  put(settings, text);
}

bool said(const TestRegion& region, std::string_view partner, const std::string& words) {
  return contents(region.layout().log_file(partner)).find(words) != std::string::npos;
}

/// Starts it where it cannot start, and waits for its end.
bool refuses_to_start(TestRegion& region, std::string_view partner, const std::string& words) {
  region.start(partner);
  return region.wait_end(partner) == 2 && said(region, partner, words);
}

}  // namespace

TEST_CASE("key file: sealed gateways start with a file's or a credential's passphrase, and work",
          "[keyfile]") {
  TestRegion region;
  const auto passphrase = region.scratch() / "passphrase";
  const auto credentials = region.scratch() / "credentials";
  fs::create_directory(credentials);
  put_secret(passphrase, "one of ggz that nobody guesses\n");
  put_secret(credentials / "sluis-keys", "one of zvh that nobody guesses\n");
  seal(region, "ggz", passphrase, {{"file", passphrase.string()}});
  seal(region, "zvh", credentials / "sluis-keys", {{"credential", "sluis-keys"}});

  CHECK(refuses_to_start(region, "zvh", "LoadCredentialEncrypted=sluis-keys:FILE"));
  ::setenv("CREDENTIALS_DIRECTORY", credentials.c_str(), 1);
  put_secret(passphrase, "another one that does not open it\n");
  CHECK(refuses_to_start(region, "ggz", "the passphrase does not open it"));
  put_secret(passphrase, "one of ggz that nobody guesses\n");
  set_mode(passphrase, 0644);
  CHECK(refuses_to_start(region, "ggz", "chmod 600"));
  set_mode(passphrase, 0600);
  const auto tls_key = region.identity("ggz").key;
  set_mode(tls_key, 0640);
  CHECK(refuses_to_start(region, "ggz", "chmod 600 '" + tls_key.string()));
  set_mode(tls_key, 0600);

  region.start();
  ::unsetenv("CREDENTIALS_DIRECTORY");
  CHECK(said(region, "politie", "is not sealed"));
  CHECK_FALSE(said(region, "ggz", "is not sealed"));
  Aviary aviary(41);
  const auto signal = aviary.signal(aviary.person(), theme);
  CHECK(region.api("ggz", {"POST", "/v1/signals", signal.dump(), "application/json"}).status ==
        202);
  region.wait_delivered();
  CHECK(region.kept("zvh").received == 1);
  region.stop();
}

TEST_CASE("key file: a gateway leaves no core, and no other process may look into it",
          "[keyfile]") {
  TestRegion region;
  std::vector<std::string> as_nobody;
  if (::geteuid() == 0) {
    // What belongs to root in /proc shows nothing when the process itself is root's.
    const auto owned = region.layout().root.parent_path();
    for (const auto& each : fs::recursive_directory_iterator(owned))
      REQUIRE(::lchown(each.path().c_str(), 65534, 65534) == 0);
    REQUIRE(::lchown(owned.c_str(), 65534, 65534) == 0);
    as_nobody = {"/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"};
  }
  region.start("ggz", as_nobody);
  const auto process = fs::path("/proc") / std::to_string(region.pid("ggz"));
  REQUIRE(poll_until(within(std::chrono::minutes(1)),
                     [&] { return said(region, "ggz", "serving /v1"); }));
  const auto limits = contents(process / "limits");
  const auto line = limits.substr(limits.find("Max core file size"));
  INFO(line.substr(0, line.find('\n')));
  CHECK(line.find(" 0                    0 ") < line.find('\n'));
  struct stat memory {};
  REQUIRE(::stat((process / "mem").c_str(), &memory) == 0);
  CHECK(memory.st_uid == 0);  // not its own user's: PR_SET_DUMPABLE is 0
  CHECK(contents(process / "status").find("Uid:\t0\t") == std::string::npos);

  ::kill(region.pid("ggz"), SIGABRT);
  CHECK(region.wait_end("ggz") == -SIGABRT);
  for (const auto& each : fs::recursive_directory_iterator(region.layout().root))
    CHECK(each.path().filename().string().find("core") == std::string::npos);
  for (const auto& each : fs::directory_iterator(fs::current_path()))
    CHECK_FALSE(each.path().filename().string().starts_with("core"));
}

TEST_CASE("key file: TLS and signing keys in tokens: sends, receives, and its log verifies",
          "[keyfile]") {
  const SoftTokens tokens;
  TestRegion region;
  for (const std::string partner : {"ggz", "zvh"}) {
    // OpenSSL's engine wants a token without Ed25519 keys.
    const auto own = "sluis-" + partner, tls = "tls-" + partner;
    tokens.make(own);
    tokens.make(tls);
    const auto files = region.identity(partner);
    tokens.import(tls, files.key);
    const auto settings = region.layout().settings(partner);
    auto text = contents(settings);
    const auto change = [&](const std::string& before, const std::string& after) {
      REQUIRE(text.find(before) != std::string::npos);
      text.replace(text.find(before), before.size(), after);
    };
    change("\"key\": \"tls/gateway.key\"",
           "\"key\": \"pkcs11:token=" + tls + ";object=tls;type=private\"");
    const Json pkcs11{{"module", soft_module}, {"pin", {{"file", tokens.pin().string()}}}};
    change("\"keys\": \"keys/gateway.json\",",
           "\"keys\": \"keys/gateway.json\", \"pkcs11\": " + pkcs11.dump() + ",");
    put(settings, text);
    for (const std::string kind : {"sign", "log", "witness"}) {
      const auto moved =
          region.sluis({"keys", "to-token", kind, "pkcs11:token=" + own + ";object=" + kind,
                        "--settings", settings.string()});
      INFO(moved.err);
      REQUIRE(moved.status == 0);
    }
    fs::rename(files.key, region.scratch() / (partner + ".key"));
  }
  region.start();
  Aviary aviary(43);
  for (int i = 0; i < 5; ++i) {
    const auto signal = aviary.signal(aviary.person(), theme);
    CHECK(region.api("ggz", {"POST", "/v1/signals", signal.dump(), "application/json"}).status ==
          202);
  }
  region.wait_delivered();
  CHECK(region.kept("zvh").received == 5);
  for (const std::string partner : {"ggz", "zvh"}) CHECK(region.log_fault(partner) == "");
  region.stop();
}

TEST_CASE("key file: a holder whose signKey is in a token deals, signs and approves", "[keyfile]") {
  const SoftTokens tokens;
  TestRegion region;
  tokens.make("sluis-politie");
  const auto settings = region.layout().settings("politie");
  auto text = contents(settings);
  const std::string before = "\"keys\": \"keys/gateway.json\",";
  const Json pkcs11{{"module", soft_module}, {"pin", {{"file", tokens.pin().string()}}}};
  REQUIRE(text.find(before) != std::string::npos);
  text.replace(text.find(before), before.size(), before + " \"pkcs11\": " + pkcs11.dump() + ",");
  put(settings, text);
  const auto moved =
      region.sluis({"keys", "to-token", "sign", "pkcs11:token=sluis-politie;object=sign",
                    "--settings", settings.string()});
  INFO(moved.err);
  REQUIRE(moved.status == 0);
  region.start();
  const auto epoch = first_epoch(region);
  wait_generation(region, epoch, 1, everybody());
  region.change_directory([](Json& document) {
    auto& named = document["domains"][0]["epochs"][0];
    named["generation"] = 2;
    named["ceremony"] = "reshare";
    named["holders"] = {"gemeente", "politie", "veilig-thuis"};
  });
  REQUIRE(poll_until(within(std::chrono::minutes(2)), [&] {
    const auto status = key_status(region, "politie", epoch, "tag");
    return status.is_object() && status["state"] == "waits-for-approval";
  }));
  const auto version = Json::parse(contents(region.layout().directory()))["version"].dump();
  for (const std::string dealer : {"veilig-thuis", "politie"}) {
    const auto approved = region.sluis(
        {"keys", "approve", version, "--settings", region.layout().settings(dealer).string()});
    INFO(dealer << ": " << approved.err);
    REQUIRE(approved.status == 0);
  }
  wait_generation(region, epoch, 2, everybody());
  region.stop();
}

}  // namespace sluis::test
