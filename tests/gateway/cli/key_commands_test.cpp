#include <fcntl.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "config/json.hpp"
#include "gateway/keys/key_file.hpp"
#include "tests/gateway/cli/cli_fixture.hpp"

using namespace sluis;
using namespace sluis::test;

namespace {

namespace fs = std::filesystem;

/// A gateway's folder of a demo region, to change at will.
struct Gateway {
  TemporaryFolder folder;
  fs::path region = folder / "region", own = region / "ggz";
  fs::path settings = own / "settings.json", keys = own / "keys" / "gateway.json";
  fs::path first = folder / "first", second = folder / "second";

  Gateway() {
    fs::copy(demo_region(), region, fs::copy_options::recursive);
    write_secret(first, "the first of two passphrases\n");
    write_secret(second, "the second of two passphrases\n");
  }
  static void write_secret(const fs::path& path, const std::string& text) {
    put(path, text);
    set_mode(path, 0600);
  }
  [[nodiscard]] Ran run(const std::string& command, std::vector<std::string> more = {}) const {
    std::vector<std::string> all{"keys", command, "--settings", settings.string()};
    all.insert(all.end(), more.begin(), more.end());
    return run_sluis(all);
  }
  [[nodiscard]] Ran seal() const {
    return run("seal", {"--passphrase-file", first.string(), "--weak-for-tests"});
  }
  [[nodiscard]] bool opens_with(const fs::path& passphrase) const {
    const auto opener = gateway::passphrase_in_file(passphrase).value();
    return gateway::KeyFile::read(keys, &opener).ok();
  }
};

}  // namespace

TEST_CASE("keys: sealed, given another passphrase, and unsealed", "[cli]") {
  const Gateway ggz;
  const auto before = gateway::GatewayKeys::read(ggz.keys).value();
  const auto sealed = ggz.seal();
  INFO(sealed.err);
  REQUIRE(sealed.status == 0);
  CHECK(contains(sealed.out, "keyPassphrase"));
  CHECK(mode_of(ggz.keys) == 0600);
  CHECK(ggz.opens_with(ggz.first));
  CHECK(ggz.seal().status == 5);

  const auto changed = ggz.run("change-passphrase",
                               {"--passphrase-file", ggz.first.string(), "--new-passphrase-file",
                                ggz.second.string(), "--weak-for-tests"});
  INFO(changed.err);
  REQUIRE(changed.status == 0);
  CHECK(ggz.opens_with(ggz.second));
  CHECK_FALSE(ggz.opens_with(ggz.first));

  CHECK(ggz.run("unseal", {"--passphrase-file", ggz.first.string()}).status == 5);
  REQUIRE(ggz.run("unseal", {"--passphrase-file", ggz.second.string()}).status == 0);
  CHECK(gateway::GatewayKeys::read(ggz.keys)->same_root(before));
  CHECK(ggz.run("unseal", {"--passphrase-file", ggz.second.string()}).status == 5);
}

TEST_CASE("keys: a passphrase from an open descriptor, and one that is too short", "[cli]") {
  const Gateway ggz;
  const int descriptor = ::open(ggz.first.c_str(), O_RDONLY);
  REQUIRE(
      ggz.run("seal", {"--passphrase-fd", std::to_string(descriptor), "--weak-for-tests"}).status ==
      0);
  CHECK(ggz.opens_with(ggz.first));
  Gateway::write_secret(ggz.second, "short\n");
  const auto changed = ggz.run("change-passphrase", {"--passphrase-file", ggz.first.string(),
                                                     "--new-passphrase-file", ggz.second.string()});
  CHECK(changed.status == 5);
  CHECK(contains(changed.err, "too short"));
  CHECK(ggz.opens_with(ggz.first));
}

TEST_CASE("keys: rotate puts a new key in front and says what the directory needs", "[cli]") {
  const Gateway ggz;
  const auto before = gateway::GatewayKeys::read(ggz.keys).value();
  const bool sealed = GENERATE(false, true);
  std::vector<std::string> opener;
  if (sealed) {
    REQUIRE(ggz.seal().status == 0);
    opener = {"--passphrase-file", ggz.first.string()};
  }
  const auto rotate = [&](const std::string& kind) {
    auto arguments = opener;
    arguments.insert(arguments.end(), {kind, "--json"});
    const auto ran = ggz.run("rotate", arguments);
    INFO(ran.err);
    REQUIRE(ran.status == 0);
    return config::Json::parse(ran.out);
  };
  const auto sign = rotate("sign")["signKey"].get<std::string>();
  const auto seal = rotate("seal")["sealKeys"];
  REQUIRE(seal.size() == 2);

  const auto passphrase = gateway::passphrase_in_file(ggz.first).value();
  const auto file = gateway::KeyFile::read(ggz.keys, sealed ? &passphrase : nullptr).value();
  CHECK(file.is_sealed() == sealed);
  CHECK(file.keys()->former_sign.front().public_key() == before.sign.public_key());
  CHECK(file.keys()->same_root(before));

  // The former keys stand in the directory still; the new ones do not.
  auto arguments = opener;
  arguments.push_back(seal[1].get<std::string>());
  const auto in_use = ggz.run("drop", arguments);
  CHECK(in_use.status == 5);
  CHECK(contains(in_use.err, "take it out of the directory first"));
  arguments.back() = sign;
  CHECK(ggz.run("drop", arguments).status == 0);
}

TEST_CASE("keys: a backup is put back as it was, and twice", "[cli]") {
  const Gateway ggz;
  put(ggz.own / "data" / "directory.seen.json", "{}");
  set_mode(ggz.own / "data" / "directory.seen.json", 0600);
  fs::create_directories(ggz.own / "data" / "keys");
  Gateway::write_secret(ggz.own / "data" / "keys" / "a-share", "sealed by the store key");
  const auto file = ggz.folder / "ggz.backup";
  const auto backup = [&](const fs::path& to) {
    return ggz.run("backup",
                   {to.string(), "--passphrase-file", ggz.first.string(), "--weak-for-tests"});
  };
  const auto restore = [&](const fs::path& from, const fs::path& passphrase) {
    return run_sluis({"keys", "restore", from.string(), "--into", ggz.own.string(),
                      "--passphrase-file", passphrase.string()});
  };
  const auto made = backup(file);
  INFO(made.err);
  REQUIRE(made.status == 0);
  CHECK(mode_of(file) == 0600);
  CHECK(backup(file).status == 5);
  CHECK(backup(ggz.folder / "second.backup").status == 0);
  for (const auto* word : {"organisation", "gateway.json", "PRIVATE KEY", "directory.seen"})
    CHECK_FALSE(contains(contents(file), word));

  const auto moved = ggz.folder / "lost";
  fs::rename(ggz.own, moved);
  SECTION("all of it") {
    const auto put_back = restore(file, ggz.first);
    INFO(put_back.err);
    REQUIRE(put_back.status == 0);
    for (const auto* name : {"settings.json", "keys/gateway.json", "tls/gateway.key",
                             "tls/gateway.crt", "data/directory.seen.json", "data/keys/a-share"}) {
      INFO(name);
      CHECK(contents(ggz.own / name) == contents(moved / name));
    }
    for (const auto* name : {"keys/gateway.json", "tls/gateway.key", "data/keys/a-share"})
      CHECK(mode_of(ggz.own / name) == 0600);
    CHECK(mode_of(ggz.own / "keys") == 0700);
    CHECK(restore(file, ggz.first).status == 0);  // all is there, with the same content
    fs::remove(ggz.keys);
    CHECK(restore(file, ggz.first).status == 0);
    CHECK(contents(ggz.keys) == contents(moved / "keys" / "gateway.json"));
  }
  SECTION("never over something else") {
    fs::create_directories(ggz.keys.parent_path());
    put(ggz.keys, "another");
    const auto refused = restore(file, ggz.first);
    CHECK(refused.status == 5);
    CHECK(contains(refused.err, "gateway.json"));
    CHECK(contents(ggz.keys) == "another");
    CHECK_FALSE(fs::exists(ggz.settings));
  }
  SECTION("nor into another organisation's folder") {
    fs::create_directories(ggz.own);
    fs::copy(ggz.region / "politie" / "settings.json", ggz.settings);
    const auto refused = restore(file, ggz.first);
    CHECK(refused.status == 5);
    CHECK(contains(refused.err, "is of organisation \"politie\""));
    CHECK_FALSE(fs::exists(ggz.keys));
  }
  SECTION("not with another passphrase") {
    const auto refused = restore(file, ggz.second);
    CHECK(refused.status == 5);
    CHECK(contains(refused.err, "the passphrase does not open it"));
    CHECK_FALSE(fs::exists(ggz.own));
  }
  SECTION("not when it is cut short, or another file") {
    auto text = contents(file);
    text.resize(text.size() - 100);
    put(file, text);
    CHECK(contains(restore(file, ggz.first).err, "not a sealed file"));
    put(file, "{}");
    CHECK(restore(file, ggz.first).status == 5);
    // A sealed key file is sealed for another purpose.
    fs::rename(moved, ggz.own);
    REQUIRE(ggz.seal().status == 0);
    CHECK(restore(ggz.keys, ggz.first).status == 5);
  }
}
