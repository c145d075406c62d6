#include "gateway/audit/verify.hpp"

#include <catch2/catch.hpp>

#include "support.hpp"

using namespace sluis;
using namespace sluis::gateway::audit;
using namespace sluis::gateway::audit::test;
namespace fs = std::filesystem;

namespace {

/// 600 records: two full tiles and 88 records, with checkpoints kept on the way.
class Log {
 public:
  Log() {
    TestLog log(folder_.path());
    Publisher publisher(*log.store, path().parent_path());
    log.append(numbered(100));
    at_100 = log.checkpoint();
    log.append(numbered(500, 100));
    at_600 = log.checkpoint();
    REQUIRE(publisher.flush(std::chrono::seconds(30)));
  }
  [[nodiscard]] fs::path path() const { return folder_.path() / "log" / "2026"; }
  [[nodiscard]] VerifyReport verify(std::optional<std::string> since = {}) const {
    return verify_log(path(), verifier(), {.since = std::move(since)});
  }

  [[nodiscard]] std::vector<std::string> records(const std::string& file) const {
    const auto bytes = read(path() / file);
    std::string_view rest = bytes;
    std::vector<std::string> records;
    while (const auto record = take_from_bundle(rest)) records.emplace_back(*record);
    return records;
  }
  void put_records(const std::string& file, const std::vector<std::string>& records) const {
    std::string bytes;
    for (const auto& record : records) append_to_bundle(bytes, record);
    write(path() / file, bytes);
  }
  /// Puts the leaf of a record into its tile, as one who covers up a change would.
  void forge_leaf(std::uint64_t index, std::string_view record) const {
    const auto file = path() / tile_path(0, index / 256, index < 512 ? 256 : 88);
    auto bytes = read(file);
    bytes.replace(index % 256 * 32, 32, crypto::as_text(leaf_hash(crypto::as_view(record))));
    write(file, bytes);
  }

  std::string at_100, at_600;

 private:
  TempFolder folder_;
};

const std::string bundle_1 = "tile/entries/001";
const std::string last_bundle = "tile/entries/002.p/88";

}  // namespace

TEST_CASE("an untouched log verifies, also from an earlier checkpoint", "[verify]") {
  const Log log;
  const auto report = log.verify();
  CHECK(report.ok());
  CHECK(report.records_checked == 600);
  CHECK(report.checkpoint.size == 600);
  CHECK(report.checkpoint.origin == origin);
  CHECK(log.verify(log.at_100).ok());
  CHECK(log.verify(log.at_600).ok());
  CHECK(claimed_origin(log.path()).value() == origin);
}

TEST_CASE("what was done to the records is named, with the record", "[verify]") {
  struct Case {
    std::string name;
    std::function<void(const Log&)> tamper;
    std::uint64_t record;
    std::string what;
  };
  const auto edit = [](const std::string& file, auto change) {
    return [file, change](const Log& log) {
      auto records = log.records(file);
      change(records);
      log.put_records(file, records);
    };
  };
  using Records = std::vector<std::string>;
  const auto c = GENERATE_COPY(values<Case>({
      {"changed", edit(bundle_1, [](Records& r) { r[44] = "{\"n\":0}"; }), 300,
       "record 300 was changed"},
      {"first of all changed", edit("tile/entries/000", [](Records& r) { r[0] = "{}"; }), 0,
       "record 0 was changed"},
      {"a byte more", edit(bundle_1, [](Records& r) { r[44] += " "; }), 300,
       "record 300 was changed"},
      {"removed", edit(bundle_1, [](Records& r) { r.erase(r.begin() + 44); }), 300,
       "record 300 is missing"},
      {"last of a bundle removed", edit(bundle_1, [](Records& r) { r.pop_back(); }), 511,
       "record 511 is missing"},
      {"two removed", edit(bundle_1, [](Records& r) { r.erase(r.begin() + 44, r.begin() + 46); }),
       300, "record 300 is missing: record 302 stands in its place"},
      {"neighbours swapped", edit(bundle_1, [](Records& r) { std::swap(r[10], r[11]); }), 266,
       "record 266 and record 267 are swapped"},
      {"swapped far apart", edit(bundle_1, [](Records& r) { std::swap(r[10], r[200]); }), 266,
       "record 266 and record 456 are swapped"},
      {"slipped in", edit(bundle_1, [](Records& r) { r.insert(r.begin() + 5, "{\"x\":1}"); }), 261,
       "slipped in before record 261"},
      {"one replaced by another", edit(bundle_1, [](Records& r) { r[10] = r[200]; }), 266,
       "record 266 is missing: record 456 stands in its place"},
      {"the last one removed", edit(last_bundle, [](Records& r) { r.pop_back(); }), 599,
       "record 599 is missing: the log is cut short"},
      {"the tail removed", edit(last_bundle, [](Records& r) { r.resize(3); }), 515,
       "record 515 and those after it are missing: the log is cut short"},
      {"one added at the end", edit(last_bundle, [](Records& r) { r.push_back("{}"); }), 600,
       "record 600 was added"},
      {"the last bundle removed", [](const Log& log) { fs::remove(log.path() / last_bundle); }, 512,
       "record 512 and those after it are missing: the log is cut short"},
      {"a bundle removed", [](const Log& log) { fs::remove(log.path() / bundle_1); }, 256,
       "record 256 is missing: record 512 stands in its place"},
      {"a bundle's bytes cut",
       [](const Log& log) {
         const auto bytes = read(log.path() / last_bundle);
         write(log.path() / last_bundle, std::string_view(bytes).substr(0, bytes.size() - 1));
       },
       599, "record 599 is missing: the log is cut short"},
      {"the tail removed with its tile",
       [](const Log& log) {
         auto records = log.records(last_bundle);
         records.resize(40);
         const auto tile = read(log.path() / "tile/0/002.p/88");
         fs::remove_all(log.path() / "tile/entries/002.p");
         fs::remove_all(log.path() / "tile/0/002.p");
         log.put_records("tile/entries/002.p/40", records);
         write(log.path() / "tile/0/002.p/40", std::string_view(tile).substr(0, 40 * 32));
       },
       552, "record 552 and those after it are missing: the log is cut short"},
  }));
  DYNAMIC_SECTION(c.name) {
    const Log log;
    c.tamper(log);
    const auto report = log.verify();
    REQUIRE_FALSE(report.ok());
    CHECK(report.fault->record == c.record);
    CHECK_THAT(report.fault->what, Catch::Contains(c.what));
    CHECK_FALSE(log.verify(log.at_600).ok());
  }
}

TEST_CASE("a forged or lost tile is told from a changed record", "[verify]") {
  const Log log;
  SECTION("a leaf in a tile") {
    log.forge_leaf(300, "{\"forged\":1}");
    const auto report = log.verify();
    REQUIRE_FALSE(report.ok());
    CHECK(report.fault->record == 300);
    CHECK_THAT(report.fault->what, Catch::Contains("tile/0/001 is forged") &&
                                       Catch::Contains("record, which is as it was signed"));
  }
  SECTION("a tile is missing") {
    fs::remove(log.path() / "tile/0/001");
    const auto report = log.verify();
    REQUIRE_FALSE(report.ok());
    CHECK_THAT(report.fault->what, Catch::Contains("tile/0/001 is missing"));
  }
  SECTION("a tile is cut short") {
    write(log.path() / "tile/0/002.p/88", std::string(32, 'x'));
    CHECK_THAT(log.verify().fault->what, Catch::Contains("tile/0/002.p/88 is forged"));
  }
  SECTION("a hash above the records") {
    auto bytes = read(log.path() / "tile/1/000.p/2");
    bytes[40] = static_cast<char>(bytes[40] ^ 1);
    write(log.path() / "tile/1/000.p/2", bytes);
    const auto report = log.verify();
    REQUIRE_FALSE(report.ok());
    CHECK(report.fault->record == 256);
    CHECK_THAT(report.fault->what,
               Catch::Contains("tile/1/000.p/2 is forged") && Catch::Contains("256 to 511"));
  }
  SECTION("the tile above is missing") {
    fs::remove_all(log.path() / "tile/1");
    CHECK_THAT(log.verify().fault->what, Catch::Contains("tile/1/000.p/2 is missing"));
  }
}

TEST_CASE("a record changed together with its tiles is still found", "[verify]") {
  const Log log;
  auto records = log.records(bundle_1);
  records[44] = "{\"forged\":1}";
  log.put_records(bundle_1, records);
  log.forge_leaf(300, records[44]);
  auto report = log.verify();
  REQUIRE_FALSE(report.ok());
  CHECK(report.fault->record == 256);
  CHECK_THAT(report.fault->what, Catch::Contains("one of records 256 to 511 was changed"));

  // And with the tile above: only the signed root is left to tell.
  CompactRange tile;
  for (const auto& record : records) tile.append(leaf_hash(crypto::as_view(record)));
  auto above = read(log.path() / "tile/1/000.p/2");
  above.replace(32, 32, crypto::as_text(tile.root()));
  write(log.path() / "tile/1/000.p/2", above);
  report = log.verify();
  REQUIRE_FALSE(report.ok());
  CHECK_THAT(report.fault->what, Catch::Contains("do not give the root that was signed"));
}

TEST_CASE("a record that is not canonical is named, though its hash is right", "[verify]") {
  const TempFolder folder;
  TestLog log(folder.path());
  Publisher publisher(*log.store, folder.path() / "log");
  log.append({"{\"a\":1}", "{\"b\": 1}", "{\"c\":1}"});
  REQUIRE(publisher.flush(std::chrono::seconds(30)));
  const auto report = verify_log(folder.path() / "log" / "2026", verifier());
  REQUIRE_FALSE(report.ok());
  CHECK(report.fault->record == 1);
  CHECK_THAT(report.fault->what, Catch::Contains("record 1 is not in canonical form"));
}

TEST_CASE("a checkpoint that is not the log's own is refused", "[verify]") {
  const Log log;
  const auto file = log.path() / "checkpoint";
  const auto fault = [&](std::optional<std::string> since = {}) {
    const auto report = log.verify(std::move(since));
    REQUIRE_FALSE(report.ok());
    return report.fault->what;
  };
  SECTION("forged root") {
    const auto body = checkpoint_body(origin, 600, leaf_hash(crypto::as_view("x")));
    write(file, body + log.at_600.substr(log.at_600.find("\n\n") + 1));
    CHECK_THAT(fault(), Catch::Contains("checkpoint without a good signature"));
  }
  SECTION("signed with another key") {
    const auto body = log.at_600.substr(0, log.at_600.find("\n\n") + 1);
    write(file, sign_note(body, origin, crypto::SigningKey::random()));
    CHECK_THAT(fault(), Catch::Contains("checkpoint without a good signature"));
  }
  SECTION("missing") {
    fs::remove(file);
    CHECK_THAT(fault(), Catch::Contains("checkpoint is missing"));
    CHECK(claimed_origin(log.path()).failure().code == config::Code::not_found);
  }
  SECTION("put back to an earlier one") {
    write(file, log.at_100);
    CHECK(log.verify().ok());  // alone, an older log looks whole
    CHECK_THAT(fault(log.at_600), Catch::Contains("cut short: 100 records"));
  }
  SECTION("a root that the records do not give, signed all the same") {
    const auto body = checkpoint_body(origin, 600, leaf_hash(crypto::as_view("x")));
    write(file, sign_note(body, origin, log_key()));
    CHECK_THAT(fault(), Catch::Contains("do not give the root that was signed"));
  }
}

TEST_CASE("a log written anew, key and all, is not what the officer saw before", "[verify]") {
  const Log log;
  const TempFolder folder;
  TestLog rewritten(folder.path());
  Publisher publisher(*rewritten.store, folder.path() / "log");
  auto records = numbered(600);
  records[50] = "{\"n\":-1}";
  rewritten.append(records);
  REQUIRE(publisher.flush(std::chrono::seconds(30)));
  const auto published = folder.path() / "log" / "2026";
  CHECK(verify_log(published, verifier()).ok());
  const auto report = verify_log(published, verifier(), {.since = log.at_100});
  REQUIRE_FALSE(report.ok());
  CHECK_THAT(report.fault->what,
             Catch::Contains("the first 100 records are not those of the earlier checkpoint"));
  CHECK_THAT(verify_log(log.path(), verifier(), {.since = "nonsense"}).fault->what,
             Catch::Contains("the earlier checkpoint: not a signed note"));
}

TEST_CASE("files of a later state, that the checkpoint does not cover yet, are no fault",
          "[verify]") {
  const Log log;
  auto records = log.records(last_bundle);
  auto tile = read(log.path() / "tile/0/002.p/88");
  records.push_back("{\"n\":600}");
  tile += crypto::as_text(leaf_hash(crypto::as_view(records.back())));
  fs::remove_all(log.path() / "tile/entries/002.p");
  fs::remove_all(log.path() / "tile/0/002.p");
  log.put_records("tile/entries/002.p/89", records);
  write(log.path() / "tile/0/002.p/89", tile);
  CHECK(log.verify().ok());
}
