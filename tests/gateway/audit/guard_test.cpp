// The guard file, and what the journal does in each state that a crash or a restore can leave.
#include "gateway/audit/guard.hpp"

#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "config/json.hpp"
#include "crypto/encoding.hpp"
#include "gateway/audit/restore.hpp"
#include "support.hpp"

using namespace sluis;
using namespace sluis::gateway;
using namespace sluis::gateway::audit;
using namespace sluis::gateway::audit::test;
namespace fs = std::filesystem;

namespace {

/// Puts a database back as it was, its write-ahead log with it.
class Backup {
 public:
  explicit Backup(const fs::path& folder) : folder_(folder), copy_(folder / "backup") {
    fs::create_directory(copy_);
    each([&](const std::string& name) { copy(folder_ / name, copy_ / name); });
  }
  void put_back() const {
    each([&](const std::string& name) {
      fs::remove(folder_ / name);
      copy(copy_ / name, folder_ / name);
    });
  }

 private:
  template <class F>
  static void each(F act) {
    for (const auto* name : {"store.db", "store.db-wal"}) act(name);
  }
  static void copy(const fs::path& from, const fs::path& to) {
    if (fs::exists(from)) fs::copy_file(from, to, fs::copy_options::overwrite_existing);
  }
  fs::path folder_, copy_;
};

config::Result<void> load_of(const TempFolder& folder) {
  return TestLog(folder.path()).loaded;
}

std::string refusal(const TempFolder& folder) {
  const auto loaded = load_of(folder);
  REQUIRE_FALSE(loaded);
  return loaded.failure().detail;
}

std::string guarded(const TempFolder& folder) {
  return Guard(folder.path() / "guard").read().value();
}

}  // namespace

TEST_CASE("a guard gives back the last note, also past a write that was torn", "[guard]") {
  const TempFolder folder;
  const auto file = folder.path() / "guard";
  CHECK(Guard(file).read().failure().code == config::Code::not_found);
  {
    Guard guard(file);
    REQUIRE(guard.create());
    CHECK(guard.read().value().empty());
    guard.write("one\n");
    guard.write("two\n");
    guard.write("three\n");
  }
  struct stat status {};
  REQUIRE(::stat(file.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777U) == 0600);
  CHECK(Guard(file).read().value() == "three\n");

  auto bytes = read(file);
  const auto last = bytes.find("three") < Guard::place_bytes ? 0 : Guard::place_bytes;
  bytes.replace(last + 40, 50, 50, 'x');
  write(file, bytes);
  Guard torn(file);
  CHECK(torn.read().value() == "two\n");
  torn.write("four\n");
  CHECK(Guard(file).read().value() == "four\n");

  write(file, std::string(2 * Guard::place_bytes, 'x'));
  CHECK(Guard(file).read().failure().code == config::Code::invalid);
  CHECK_THROWS_AS(torn.write(std::string(5000, 'x')), std::logic_error);
}

TEST_CASE("the guard has every checkpoint before anybody hears of the commit", "[guard]") {
  const TempFolder folder;
  TestLog log(folder.path());
  REQUIRE(log.loaded);
  CHECK(guarded(folder).empty());
  log.append(numbered(3));
  CHECK(guarded(folder) == log.checkpoint());
  log.append(numbered(4, 3));
  CHECK(guarded(folder) == log.checkpoint());
  CHECK(log.journal.guarded());
}

TEST_CASE("a crash between commit and guard is recovered at the start", "[guard]") {
  const TempFolder folder;
  const auto file = folder.path() / "guard";
  { TestLog(folder.path()).append(numbered(3)); }
  const auto before = read(file);
  { TestLog(folder.path()).append(numbered(4, 3)); }
  write(file, before);  // the commit of 7 is on disk, and the guard knows 3
  TestLog log(folder.path());
  REQUIRE(log.loaded);
  log.append(numbered(1, 7));
  CHECK(guarded(folder) == log.checkpoint());
}

TEST_CASE("a crash after the very first commit, before the guard, is recovered", "[guard]") {
  const TempFolder folder;
  std::string empty;
  {
    TestLog log(folder.path());
    empty = read(folder.path() / "guard");
    log.append(numbered(3));
  }
  write(folder.path() / "guard", empty);
  CHECK(load_of(folder));
}

TEST_CASE("a database that was put back is refused, with what to do", "[guard]") {
  const TempFolder folder;
  { TestLog(folder.path()).append(numbered(3)); }
  const Backup backup(folder.path());
  { TestLog(folder.path()).append(numbered(4, 3)); }
  backup.put_back();
  SECTION("a smaller tree") {
    const auto why = refusal(folder);
    CHECK_THAT(why, Catch::Contains("has seen 7 records signed of " + origin +
                                    ", and the database has 3"));
    CHECK_THAT(why, Catch::Contains("sluis audit restore"));
  }
  SECTION("grown again past what was signed, with another root") {
    const auto seen = read(folder.path() / "guard");
    fs::remove(folder.path() / "guard");
    {
      Guard fresh(folder.path() / "guard");
      REQUIRE(fresh.create());
    }
    { TestLog(folder.path()).append(numbered(9, 100)); }
    write(folder.path() / "guard", seen);
    CHECK_THAT(refusal(folder), Catch::Contains("has seen another root over 7 records"));
  }
  SECTION("the database gone") {
    fs::remove(folder.path() / "store.db");
    fs::remove(folder.path() / "store.db-wal");
    CHECK_THAT(refusal(folder), Catch::Contains("and the database has none"));
  }
}

TEST_CASE("a guard that is lost, spoilt or another's is refused", "[guard]") {
  const TempFolder folder;
  const auto file = folder.path() / "guard";
  { TestLog(folder.path()).append(numbered(3)); }
  SECTION("lost") {
    fs::remove(file);
    CHECK_THAT(refusal(folder), Catch::Contains("is not there"));
  }
  SECTION("spoilt") {
    write(file, "nothing");
    CHECK_THAT(refusal(folder), Catch::Contains("is not a guard"));
  }
  SECTION("another's") {
    Guard guard(file);
    REQUIRE(guard.create());
    guard.write(
        sign_note(checkpoint_body(origin, 1, Hash{}), origin, crypto::SigningKey::random()));
    CHECK_THAT(refusal(folder), Catch::Contains("has no checkpoint of ours"));
  }
}

TEST_CASE("nothing is signed any more once a witness has seen more", "[guard]") {
  const TempFolder folder;
  TestLog log(folder.path());
  log.append(numbered(3));
  const auto seen = guarded(folder);
  log.journal.forbid();
  CHECK_FALSE(log.journal.guarded());
  CHECK_THROWS_AS(log.append(numbered(1, 3)), store::Unavailable);
  CHECK(guarded(folder) == seen);
  CHECK(log.checkpoint() == seen);
}

TEST_CASE("restore begins a log of its own, and says what was lost", "[guard]") {
  const TempFolder folder;
  std::string kept, lost;
  {
    TestLog log(folder.path());
    log.append(numbered(3));
    kept = log.checkpoint();
  }
  const Backup backup(folder.path());
  {
    TestLog log(folder.path());
    log.append(numbered(4, 3));
    const auto seen = open_checkpoint(log.checkpoint(), verifier()).value();
    lost = origin + "/7/" + crypto::base64url(seen.root);
  }
  const FixedClock clock;
  const auto restore = [&] {
    Journal journal(log_key(), oin(), clock, folder.path() / "guard");
    Record record;
    record.id = config::random_uuid();
    record.action = "log.restore";
    return restore_log(folder.path() / "store.db", journal, std::move(record));
  };
  CHECK(restore().failure().code == config::Code::conflict);  // nothing is wrong yet
  backup.put_back();
  CHECK(restore().value() == lost);

  TestLog log(folder.path());
  REQUIRE(log.loaded);
  log.append(numbered(1, 50));
  const auto logs = look(*log.store, [](store::Transaction& tx) { return tx.logs(); });
  REQUIRE(logs.size() == 2);
  CHECK(logs[0].note == kept);
  CHECK(logs[1].first == 3);
  CHECK(logs[1].size == 3);
  CHECK(logs[1].origin.starts_with(origin + "-"));
  const auto records = look(*log.store, [](store::Transaction& tx) { return tx.entries(3, 9); });
  const auto first = config::parse_json(records.at(0)).value();
  CHECK(first["action"] == "log.begin");
  CHECK(first["object"]["id"] == origin);
  CHECK(first["receipt"] == kept);
  const auto second = config::parse_json(records.at(1)).value();
  CHECK(second["action"] == "log.restore");
  CHECK(second["object"]["id"] == lost);
}
