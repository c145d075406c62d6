// Keys that change while signals go on: refreshed, dealt on to other holders, and an epoch that
// follows another. No signal is refused on the way, and all that must match does.
#include <sqlite3.h>

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <memory>
#include <thread>

#include "config/time.hpp"
#include "tests/functional/canary.hpp"
#include "tests/functional/expectation.hpp"
#include "tests/functional/key_test_support.hpp"

namespace sluis::test {

namespace {

constexpr auto theme = "geweld-in-afhankelijkheidsrelaties";

/// Sends the region's signals one by one, over /v1, from a thread of its own, until it is stopped.
class Sending {
 public:
  explicit Sending(TestRegion& region)
      : region_(region), all_(RegionData::read(SLUIS_REGION_DATA)) {}
  ~Sending() { stop(); }
  Sending(const Sending&) = delete;
  Sending& operator=(const Sending&) = delete;

  void start() {
    stopping_ = false;
    thread_ = std::thread([this] { run(); });
  }
  void stop() {
    stopping_ = true;
    if (thread_.joinable()) thread_.join();
  }
  /// From the next start on this partner sends no more.
  void leave_out(const std::string& partner) { left_out_ = partner; }
  [[nodiscard]] std::size_t accepted() const { return accepted_; }
  /// While it is stopped. What was answered otherwise than 202.
  [[nodiscard]] std::string refused() const { return refused_; }
  [[nodiscard]] RegionData sent() const { return sent_; }

 private:
  void run() {
    while (!stopping_) {
      const std::string partner(senders[turn_ % std::size(senders)]);
      const auto number = turn_ / std::size(senders);
      ++turn_;
      if (partner == left_out_) continue;
      const auto& bodies = all_.signals.at(partner);
      if (number >= bodies.size()) return;
      const auto answer =
          region_.api(partner, {"POST", "/v1/signals", bodies[number].dump(), "application/json"});
      if (answer.status != 202)
        refused_ += partner + ": " + std::to_string(answer.status) + " " + answer.body + "\n";
      sent_.signals[partner].push_back(bodies[number]);
      ++accepted_;
    }
  }

  TestRegion& region_;
  RegionData all_, sent_;
  std::size_t turn_ = 0;
  std::string refused_, left_out_;
  std::atomic<std::size_t> accepted_ = 0;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

Json& epoch_in(Json& document, std::size_t number) {
  return document["domains"][0]["epochs"][number];
}

/// A change of the directory while signals go on: some before, some while it happens, some after.
void change_while_sending(TestRegion& region, Sending& sending,
                          const std::function<void(Json&)>& change,
                          const std::function<void()>& done) {
  const auto more = [&](std::size_t signals) {
    const auto before = sending.accepted();
    REQUIRE(poll_until(within(std::chrono::minutes(2)),
                       [&] { return sending.accepted() >= before + signals; }));
  };
  sending.start();
  more(10);
  region.change_directory(change);
  done();
  more(10);
  sending.stop();
  CHECK(sending.refused() == "");
}

void check_matches(TestRegion& region, const Sending& sending) {
  region.wait_delivered();
  auto part = sending.sent();
  for (const auto sender : senders) part.signals[std::string(sender)];
  part.write(region.scratch() / "part");
  const auto compared = region.sluis(
      {"region", "compare", region.layout().root.string(), (region.scratch() / "part").string()});
  INFO(compared.out << compared.err);
  CHECK(compared.status == 0);
}

std::string in_time(std::chrono::seconds from_now) {
  return config::format_time(config::SystemClock().now() + from_now);
}

/// The tags of an epoch at zvh, from a copy of its database.
std::vector<std::string> tags_of(TestRegion& region, const std::string& epoch) {
  namespace fs = std::filesystem;
  const auto copy = region.scratch() / "tags.db";
  for (const auto* end : {"", "-wal"}) {
    const fs::path from(region.data("zvh").string() + "/sluis.db" + end);
    fs::remove(copy.string() + end);
    if (fs::exists(from)) fs::copy_file(from, copy.string() + end);
  }
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open(copy.c_str(), &database) == SQLITE_OK);
  sqlite3_stmt* rows = nullptr;
  const auto* sql =
      "SELECT tag FROM link JOIN space ON space.id = space JOIN name ON name.id = epoch "
      "WHERE text = ?";
  REQUIRE(sqlite3_prepare_v2(database, sql, -1, &rows, nullptr) == SQLITE_OK);
  sqlite3_bind_text(rows, 1, epoch.c_str(), -1, SQLITE_STATIC);
  std::vector<std::string> tags;
  while (sqlite3_step(rows) == SQLITE_ROW)
    tags.emplace_back(static_cast<const char*>(sqlite3_column_blob(rows, 0)),
                      static_cast<std::size_t>(sqlite3_column_bytes(rows, 0)));
  sqlite3_finalize(rows);
  sqlite3_close(database);
  return tags;
}

/// How many of these byte strings are anywhere below a folder.
std::size_t found_in(const std::filesystem::path& folder, const std::vector<std::string>& needles) {
  std::string all;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) all += contents(entry.path());
  return static_cast<std::size_t>(std::count_if(
      needles.begin(), needles.end(),
      [&](const std::string& needle) { return all.find(needle) != std::string::npos; }));
}

/// A new holder's own policy must let partners evaluate; here as politie's does.
void let_evaluate(TestRegion& region, const std::string& partner) {
  const auto policy_of = [&](const std::string& whose) {
    return config::parse_json(contents(region.layout().partner(whose) / "policy.json"),
                              {.depth = 32, .allow_comments = true})
        .value();
  };
  auto policy = policy_of(partner);
  policy["evaluate"] = policy_of("politie")["evaluate"];
  region.replace_policy(partner, policy.dump(2));
}

void send(TestRegion& region, std::string_view partner, const Json& signal) {
  const auto answer =
      region.api(partner, {"POST", "/v1/signals", signal.dump(), "application/json"});
  INFO(partner << ": " << answer.body << answer.failure);
  REQUIRE(answer.status == 202);
}

/// How many signals zvh's procesregisseur is shown of this person.
std::size_t shown_of(TestRegion& region, const Canary& person) {
  const Json query{
      {"person", person.json()}, {"purpose", "persoonsgerichte-aanpak"}, {"case", "ZVH 1"}};
  const auto answer = region.api("zvh", {"POST", "/v1/queries", query.dump(), "application/json"});
  INFO(answer.body << answer.failure);
  REQUIRE(answer.status == 200);
  std::size_t shown = 0;
  for (const auto& match : answer.json["matches"]) shown += match["signals"].size();
  return shown;
}

void approve(TestRegion& region, const std::string& partner) {
  const auto version = Json::parse(contents(region.layout().directory()))["version"].dump();
  const auto approved = region.sluis(
      {"keys", "approve", version, "--region", region.layout().root.string(), "--as", partner});
  INFO(approved.err);
  REQUIRE(approved.status == 0);
}

}  // namespace

TEST_CASE("keys: refreshed, and dealt on past a holder that is lost, while signals go on",
          "[keys][change]") {
  TestRegion region;
  region.start();
  const auto epoch = first_epoch(region);
  const auto old_files = key_files(region, "politie");
  Sending sending(region);

  change_while_sending(
      region, sending,
      [](Json& document) {
        epoch_in(document, 0)["generation"] = 2;
        epoch_in(document, 0)["ceremony"] = "refresh";
      },
      [&] { wait_generation(region, epoch, 2, everybody()); });
  // The shares of before are gone, at every holder.
  for (const auto& holder : key_holders) {
    REQUIRE(poll_until(within(std::chrono::minutes(1)), [&] {
      return key_files(region, holder) ==
             std::vector{"zvh." + epoch + ".lock.2.share", "zvh." + epoch + ".tag.2.share"};
    }));
    CHECK(count(region.records(holder), "key.refresh", "permit") == 2);
    CHECK(count(region.records(holder), "key.wipe", "permit", "superseded") == 2);
  }

  for (const auto* holder : {"ggd", "ggz"}) let_evaluate(region, holder);
  // veilig-thuis goes on as a sender, and holds no longer; ggd takes its place, and the threshold
  // rises to 3 of 4.
  change_while_sending(
      region, sending,
      [](Json& document) {
        epoch_in(document, 0)["generation"] = 3;
        epoch_in(document, 0)["ceremony"] = "reshare";
        epoch_in(document, 0)["holders"] = {"politie", "gemeente", "ggd", "ggz"};
        epoch_in(document, 0)["threshold"] = 3;
      },
      [&] {
        // The authorities' word is not enough.
        for (const std::string dealer : {"veilig-thuis", "politie"}) {
          REQUIRE(poll_until(within(std::chrono::minutes(1)), [&] {
            const auto status = key_status(region, dealer, epoch, "tag");
            return status.is_object() && status["state"] == "waits-for-approval";
          }));
          CHECK(key_status(region, dealer, epoch, "tag")["generation"] == 2);
          approve(region, dealer);
        }
        wait_generation(region, epoch, 3, everybody());
      });
  REQUIRE(poll_until(within(std::chrono::minutes(1)),
                     [&] { return key_files(region, "veilig-thuis").empty(); }));
  CHECK(key_files(region, "ggd").size() == 2);
  CHECK(count(region.records("politie"), "key.approve", "permit") >= 1);
  check_matches(region, sending);

  // A holder whose machine is gone for good: the three that are left answer, until it is suspended
  // and another holds in its place.
  region.kill("ggz");
  sending.leave_out("ggz");
  const std::vector<std::string> left{"politie", "gemeente", "ggd", "veilig-thuis"};
  change_while_sending(
      region, sending,
      [&](Json& document) {
        for (auto& partner : document["partners"])
          if (partner["id"] == "ggz") partner["status"] = "suspended";
        epoch_in(document, 0)["generation"] = 4;
        epoch_in(document, 0)["holders"] = left;
        epoch_in(document, 0)["threshold"] = 2;
      },
      [&] {
        for (const std::string dealer : {"politie", "gemeente", "ggd"}) approve(region, dealer);
        wait_generation(region, epoch, 4, left);
        wait_generation(region, epoch, 4, {"zvh"});
      });
  for (const auto& partner : left) {
    REQUIRE(poll_until(within(std::chrono::minutes(2)), [&] {
      const auto outbox = region.operations(partner, "/outbox").json;
      return outbox.is_object() && std::ranges::all_of(outbox["partners"], [](const Json& each) {
               return each["waiting"] == 0;
             });
    }));
    CHECK(count(region.records(partner), "envelope.deliver", "deny") == 0);
    CHECK(region.log_fault(partner) == "");
  }
  CHECK(region.kept("zvh").received == static_cast<std::int64_t>(sending.accepted()));
  CHECK(count(region.records("zvh"), "envelope.receive", "deny") == 0);
  CHECK(region.log_fault("zvh") == "");
}

TEST_CASE("keys: one epoch follows another, and nothing is left of the first", "[keys][change]") {
  TestRegion region;
  region.start();
  const auto old_epoch = first_epoch(region);
  Aviary aviary(53);
  const auto of_then = aviary.person(), of_now = aviary.person();
  send(region, "ggz", aviary.signal(of_then, theme));  // has a tag of the first epoch alone
  Sending sending(region);
  sending.start();
  REQUIRE(poll_until(within(std::chrono::minutes(2)), [&] { return sending.accepted() >= 15; }));
  sending.stop();

  // The keys of the next one are made ahead, and both are in force for a while.
  change_while_sending(
      region, sending,
      [](Json& document) {
        auto next = epoch_in(document, 0);
        next["id"] = "2027a";
        next["from"] = in_time(std::chrono::seconds(8));
        document["domains"][0]["epochs"].push_back(next);
      },
      [&] {
        wait_generation(region, "2027a", 1, everybody());
        REQUIRE(poll_until(within(std::chrono::minutes(1)), [&] {
          const auto status = key_status(region, "zvh", "2027a", "tag");
          return !tags_of(region, "2027a").empty();
        }));
      });
  check_matches(region, sending);
  const auto old_tags = tags_of(region, old_epoch);
  REQUIRE_FALSE(old_tags.empty());
  CHECK(found_in(region.data("zvh"), old_tags) == old_tags.size());
  std::vector<std::string> old_shares;
  for (const auto& name : key_files(region, "politie"))
    if (name.find("." + old_epoch + ".") != std::string::npos)
      old_shares.push_back(contents(region.data("politie") / "keys" / name));
  CHECK(old_shares.size() == 2);

  change_while_sending(
      region, sending,
      [](Json& document) { epoch_in(document, 0)["until"] = in_time(std::chrono::seconds(12)); },
      [&] {
        REQUIRE(poll_until(within(std::chrono::minutes(2)), [&] {
          return tags_of(region, old_epoch).empty() &&
                 key_files(region, "politie") ==
                     std::vector<std::string>{"zvh.2027a.lock.1.share", "zvh.2027a.tag.1.share"};
        }));
      });
  region.wait_delivered();
  REQUIRE(poll_until(within(std::chrono::minutes(1)), [&] {
    return count(region.records("zvh"), "key.wipe", "permit", "epoch-ended") == 1;
  }));
  // From the disk too: free pages and write-ahead log among it.
  CHECK(found_in(region.data("zvh"), old_tags) == 0);
  CHECK(found_in(region.layout().root, old_shares) == 0);
  for (const auto& holder : key_holders)
    CHECK(count(region.records(holder), "key.wipe", "permit", "epoch-ended") == 2);
  // Who was known in the first epoch alone is known no more; two signals of now match.
  send(region, "politie", aviary.signal(of_then, theme));
  for (const auto* partner : {"ggz", "politie"})
    send(region, partner, aviary.signal(of_now, theme));
  region.wait_delivered();
  CHECK(shown_of(region, of_then) == 0);
  CHECK(shown_of(region, of_now) == 2);
  region.stop();
}

}  // namespace sluis::test
