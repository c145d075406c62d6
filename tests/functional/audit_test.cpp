// The log against whoever runs the machine: witnesses among the partners, and databases that were
// put back.
#include <catch2/catch.hpp>
#include <fstream>
#include <map>

#include "config/settings.hpp"
#include "gateway/audit/log_chain.hpp"
#include "gateway/audit/log_reader.hpp"
#include "gateway/audit/witness.hpp"
#include "tests/functional/canary.hpp"
#include "tests/functional/region.hpp"

namespace sluis::test {

namespace {

namespace audit = gateway::audit;
namespace fs = std::filesystem;
constexpr auto theme = "verward-hoog-risico-gedrag";
constexpr auto patience = std::chrono::minutes(2);

/// A region that asks its witnesses each second.
class Witnessed {
 public:
  Witnessed() {
    for (const auto& partner : gateway::cli::demo_partners) {
      const auto file = region.layout().settings(partner.id);
      auto text = contents(file);
      const auto at = text.find("  \"log\": {");
      REQUIRE(at != std::string::npos);
      text.insert(at, "  \"audit\": { \"witnessSeconds\": 1, \"lateSeconds\": 2 },\n");
      std::ofstream(file) << text;
    }
    region.start();
  }

  void accept(std::string_view partner) {
    const auto signal = aviary_.signal(aviary_.person(), theme);
    const auto answer =
        region.api(partner, {"POST", "/v1/signals", signal.dump(), "application/json"});
    INFO(answer.body);
    REQUIRE(answer.status == 202);
  }
  void send(std::string_view partner) {
    accept(partner);
    region.wait_delivered();
  }
  Json witnesses(std::string_view partner) {
    const auto ran = region.sluis({"audit", "status", "--json", "--settings", settings(partner)});
    return Json::parse(ran.out, nullptr, false).value("witnesses", Json::array());
  }
  /// Every other partner has signed all that this one's log has.
  bool all_signed(std::string_view partner) {
    const auto size = region.log_size(partner);
    std::size_t whole = 0;
    for (const auto& each : witnesses(partner))
      if (each["size"] == size && each["cosigned"] == size) ++whole;
    return whole == gateway::cli::demo_partners.size() - 1;
  }
  /// The log that began after a restore is witnessed as any other.
  bool new_log_signed(std::string_view partner) {
    std::size_t whole = 0;
    for (const auto& each : witnesses(partner)) {
      const bool fresh = each["log"].get<std::string>().find('-') != std::string::npos;
      if (fresh && each["cosigned"] == each["size"] && each["size"] > 0) ++whole;
    }
    return whole == gateway::cli::demo_partners.size() - 1;
  }
  [[nodiscard]] std::string settings(std::string_view partner) const {
    return region.layout().settings(partner).string();
  }
  [[nodiscard]] fs::path log(std::string_view partner) const {
    return audit::published_logs(region.data(partner) / "audit").value().back().folder;
  }

  TestRegion region;

 private:
  Aviary aviary_{5};
};

/// A gateway's database as it is now, to put it back later; with `guard` that too.
class Backup {
 public:
  Backup(const fs::path& data, const fs::path& to, bool guard) : data_(data), to_(to) {
    names_ = {"sluis.db", "sluis.db-wal"};
    fs::create_directories(to);
    for (const auto& name : names_) copy(data / name, to / name);
    if (guard) copy(guard_file(), to / "guard");
  }
  void put_back() const {
    for (const auto& name : names_) {
      fs::remove(data_ / name);
      copy(to_ / name, data_ / name);
    }
    copy(to_ / "guard", guard_file());
  }

 private:
  [[nodiscard]] fs::path guard_file() const { return data_.string() + ".guard"; }
  static void copy(const fs::path& from, const fs::path& to) {
    if (fs::exists(from)) fs::copy_file(from, to, fs::copy_options::overwrite_existing);
  }
  fs::path data_, to_;
  std::vector<std::string> names_;
};

}  // namespace

TEST_CASE("audit: partners witness the log, over hashes alone, and a late one is recorded",
          "[audit]") {
  Witnessed f;
  f.send("ggz");
  REQUIRE(poll_until(within(patience), [&] { return f.all_signed("ggz"); }));

  const auto folder = f.log("ggz");
  const auto note = audit::parse_note(contents(folder / "witnessed" / "zvh")).value();
  CHECK(note.signatures.size() == 2);
  const auto settings = config::Settings::read(f.settings("ggz")).value();
  const auto directory =
      config::Directory::read(contents(f.region.layout().directory()), settings.region.trust)
          .value();
  const auto* zvh = directory.partner(config::PartnerId::parse("zvh").value());
  CHECK(audit::cosigned_at(note, audit::witness_of(zvh->oin, zvh->witness_key)));

  const auto name = folder.filename().string();
  const auto get = [&](const std::string& path) {
    return f.region.peer("ggz", f.region.identity("zvh"), {"GET", "/peer/v1/log/" + name + path});
  };
  CHECK(get("/checkpoint").status == 200);
  CHECK(get("/checkpoint").body == contents(folder / "checkpoint"));
  const auto size = std::to_string(audit::parse_checkpoint(note.body).value().size);
  CHECK(get("/tile/0/000.p/" + size).status == 200);
  CHECK(get("/tile/entries/000.p/" + size).status == 404);
  CHECK(get("/tile/0/../entries/000.p/" + size).status != 200);
  CHECK(f.region.peer("ggz", f.region.identity("zvh"), {"GET", "/peer/v1/log/witnessed/checkpoint"})
            .status == 404);
  // Witnessing and reading hashes leave no record: an idle log does not grow.
  const auto before = f.region.log_size("ggz");
  CHECK(get("/checkpoint").status == 200);
  CHECK(f.region.log_size("ggz") == before);

  f.region.kill("ggd");
  f.accept("ggz");
  REQUIRE(poll_until(within(patience), [&] {
    return f.region.sluis({"audit", "status", "--settings", f.settings("ggz")}).status == 1;
  }));
  CHECK(count(f.region.records("ggz"), "witness.late", "error") == 1);
  f.region.start("ggd");
  f.region.wait_ready("ggd");
  CHECK(poll_until(within(patience), [&] { return f.all_signed("ggz"); }));
  f.region.stop();
  for (const auto& partner : gateway::cli::demo_partners)
    CHECK(f.region.log_fault(partner.id) == "");
}

TEST_CASE("audit: a database that was put back does not start; restore begins a log that says so",
          "[audit]") {
  Witnessed f;
  f.send("ggz");
  REQUIRE(f.region.stop("ggz") == 0);
  const Backup backup(f.region.data("ggz"), f.region.scratch() / "backup", false);
  f.region.start("ggz");
  f.region.wait_ready("ggz");
  f.send("ggz");
  REQUIRE(f.region.stop("ggz") == 0);

  backup.put_back();
  f.region.start("ggz");
  CHECK_THROWS_WITH(f.region.wait_ready("ggz"), Catch::Contains("sluis audit restore"));
  const auto restored = f.region.sluis({"audit", "restore", "--settings", f.settings("ggz")});
  INFO(restored.out << restored.err);
  REQUIRE(restored.status == 0);
  f.region.start("ggz");
  f.region.wait_ready("ggz");
  f.send("ggz");
  const auto records = f.region.records("ggz");
  CHECK(count(records, "log.restore", "permit") == 1);
  CHECK(poll_until(within(patience), [&] { return f.new_log_signed("ggz"); }));
  CHECK(f.region.stop("ggz") == 0);
  CHECK(f.region.log_fault("ggz") == "");
}

TEST_CASE("audit: with the guard put back too, the witnesses have seen more, and nothing is signed",
          "[audit]") {
  Witnessed f;
  f.send("ggz");
  REQUIRE(f.region.stop("ggz") == 0);
  const Backup backup(f.region.data("ggz"), f.region.scratch() / "backup", true);
  f.region.start("ggz");
  f.region.wait_ready("ggz");
  f.send("ggz");
  REQUIRE(poll_until(within(patience), [&] { return f.all_signed("ggz"); }));
  REQUIRE(f.region.stop("ggz") == 0);

  backup.put_back();
  f.region.start("ggz");
  REQUIRE(poll_until(within(patience), [&] {
    const auto ready = f.region.operations("ggz", "/readyz");
    if (!ready.json.is_object()) return false;
    for (const auto& check : ready.json["checks"])
      if (check["name"] == "guard" && check["ok"] == false) return true;
    return false;
  }));
  const Json query{{"nothing", "of use"}};
  CHECK(f.region.api("ggz", {"POST", "/v1/signals", query.dump(), "application/json"}).status ==
        503);
  (void)f.region.stop("ggz");  // what it could not record it could not do in order
  const auto plain = f.region.sluis({"audit", "restore", "--settings", f.settings("ggz")});
  CHECK(plain.status != 0);
  const auto restored =
      f.region.sluis({"audit", "restore", "--witness-has-more", "--settings", f.settings("ggz")});
  INFO(restored.out << restored.err);
  REQUIRE(restored.status == 0);
  f.region.start("ggz");
  f.region.wait_ready("ggz");
  f.send("ggz");
  CHECK(poll_until(within(patience), [&] { return f.new_log_signed("ggz"); }));
}

TEST_CASE("audit: an officer reads, exports, finds a person and erases; two logs agree",
          "[audit]") {
  TestRegion region;
  region.start();
  Aviary aviary{6};
  const auto person = aviary.person();
  for (const auto* sender : {"ggz", "politie"}) {
    const auto signal = aviary.signal(person, theme);
    REQUIRE(region.api(sender, {"POST", "/v1/signals", signal.dump(), "application/json"}).status ==
            202);
  }
  region.wait_delivered();
  const auto root = region.layout().root.string();
  const auto officer = [&](std::vector<std::string> arguments, std::string_view of,
                           const std::string& input = {}) {
    arguments.insert(arguments.begin(), "audit");
    arguments.insert(arguments.end(), {"--region", root, "--as", std::string(of)});
    return region.sluis(std::move(arguments), input);
  };
  const auto listed = officer({"list", "--action", "envelope.receive", "--json"}, "zvh");
  INFO(listed.err);
  REQUIRE(listed.status == 0);
  const auto received = Json::parse(listed.out)["records"];
  REQUIRE(received.size() == 2);
  CHECK(officer({"show", received[0]["record"]["id"]}, "zvh").status == 0);
  const auto csv = officer({"export", "--format", "csv", "--action", "envelope.receive"}, "zvh");
  CHECK(std::ranges::count(csv.out, '\n') == 3);
  const auto fhir = officer({"export", "--format", "fhir", "--action", "envelope.receive"}, "zvh");
  CHECK(Json::parse(fhir.out.substr(0, fhir.out.find('\n')))["resourceType"] == "AuditEvent");

  // What was fetched is verified without the gateway, by its public key alone.
  const auto elsewhere = region.scratch() / "usb";
  const auto fetched = officer({"fetch", elsewhere.string()}, "zvh");
  INFO(fetched.err);
  REQUIRE(fetched.status == 0);
  const auto settings = config::Settings::read(region.layout().settings("zvh")).value();
  const auto directory =
      config::Directory::read(contents(region.layout().directory()), settings.region.trust).value();
  const auto* zvh = directory.partner(config::PartnerId::parse("zvh").value());
  const auto copy = audit::published_logs(elsewhere).value().back();
  const auto verify_copy = [&] {
    return region.sluis({"audit", "verify", "--log", copy.folder.string(), "--key",
                         audit::Verifier{copy.origin, zvh->log_key}.vkey()});
  };
  CHECK(verify_copy().status == 0);
  CHECK(officer({"fetch", elsewhere.string()}, "zvh").status == 0);  // again: what is new
  CHECK(verify_copy().status == 0);

  const auto odd = officer({"anomalies", "--json"}, "zvh");
  CHECK(odd.status == 0);
  CHECK(Json::parse(odd.out)["anomalies"].is_array());

  const auto whom = Json{{"person", aviary.signal(person, theme)["person"]}}.dump();
  const auto annex = region.scratch() / "annex.txt";
  const auto found = officer({"subject", "--json", "--annex", annex.string()}, "zvh", whom);
  INFO(found.err);
  REQUIRE(found.status == 0);
  CHECK(Json::parse(found.out)["records"].size() == 2);  // by its pseudonyms, as a recipient
  CHECK(contents(annex).find("Signaal ontvangen van ggz") != std::string::npos);
  CHECK(officer({"erase"}, "zvh", whom).status == 0);
  const auto after = officer({"subject", "--json"}, "zvh", whom);
  REQUIRE(after.status == 0);
  CHECK(Json::parse(after.out)["records"].empty());

  region.stop();
  for (const auto* partner : {"ggz", "zvh"}) CHECK(region.log_fault(partner) == "");
  const auto ran = region.sluis({"audit", "verify", "--json", "--settings",
                                 region.layout().settings("zvh").string(), "--peer",
                                 (region.data("ggz") / "audit").string(), "--peer",
                                 (region.data("politie") / "audit").string()});
  INFO(ran.out << ran.err);
  CHECK(ran.status == 0);
  std::map<std::string, std::uint64_t> agreed;
  const auto verdicts = Json::parse(ran.out);
  for (const auto& log : verdicts["logs"]) agreed[log["log"]] = log["records"].get<std::uint64_t>();
  CHECK(agreed["ggz > zvh"] == 1);
  CHECK(agreed["politie > zvh"] == 1);
  CHECK(agreed.contains("zvh > ggz"));
}

}  // namespace sluis::test
