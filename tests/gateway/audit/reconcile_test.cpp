// What others know of a log: the partner's own log, and the witnesses' cosignatures.
#include "gateway/audit/reconcile.hpp"

#include <catch2/catch.hpp>

#include "config/json.hpp"
#include "gateway/audit/record.hpp"
#include "gateway/audit/witness.hpp"
#include "support.hpp"

using namespace sluis;
using namespace sluis::gateway;
using namespace sluis::gateway::audit;
using namespace sluis::gateway::audit::test;
namespace fs = std::filesystem;

namespace {

constexpr auto signal_id = "7c9e6679-7425-40de-944b-e07fc1f90ae7";

std::string envelope(int number) {
  return "0f8fad5b-d9cb-469f-a165-70867728950" + std::to_string(number);
}

std::string told(const std::string& action, const std::string& counterparty, int number,
                 const std::string& sha256 = "c2hh", int minute = 0) {
  Record record;
  record.id = config::random_uuid();
  record.at = config::parse_time("2026-11-22T10:00:00Z").value() + std::chrono::minutes(minute);
  record.action = action;
  record.outcome = Outcome::permit;
  record.counterparty = counterparty;
  record.object = {"signal", signal_id};
  record.receipt = config::Json{{"envelope", envelope(number)}, {"sha256", sha256}}.dump();
  return canonical(record);
}
std::string sent(int number, const std::string& sha256 = "c2hh", int minute = 0) {
  return told("envelope.deliver", "zvh", number, sha256, minute);
}
std::string received(int number, const std::string& sha256 = "c2hh", int minute = 0) {
  return told("envelope.receive", "ggz", number, sha256, minute);
}

/// A published log of these records.
class Published {
 public:
  explicit Published(const std::vector<std::string>& records) {
    {
      TestLog log(folder_.path());
      log.append(records);
      Publisher publisher(*log.store, root());
      REQUIRE(publisher.flush(std::chrono::seconds(30)));
      publisher.stop();
    }
  }
  [[nodiscard]] fs::path root() const { return folder_.path() / "audit"; }
  [[nodiscard]] fs::path log() const { return root() / "2026"; }
  [[nodiscard]] std::vector<PublishedLog> logs() const { return published_logs(root()).value(); }

 private:
  TempFolder folder_;
};

Reconciliation held(const std::vector<std::string>& ggz, const std::vector<std::string>& zvh) {
  const Published sender(ggz), recipient(zvh);
  return reconcile(sender.logs(), "ggz", recipient.logs(), "zvh").value();
}

}  // namespace

TEST_CASE("two logs that tell the same agree, whatever else is in them", "[reconcile]") {
  const auto result =
      held({sent(1), told("envelope.deliver", "politie", 7), sent(2), received(5)},
           {received(2), received(1), told("envelope.receive", "politie", 8), sent(6)});
  CHECK(result.agreed == 2);
  CHECK(result.undecided == 0);
  CHECK(result.differences.empty());
}

TEST_CASE("what one log has and the other has not is named, with its record", "[reconcile]") {
  const auto lost = held({sent(1), sent(2), sent(3)}, {received(1), received(3)});
  CHECK(lost.agreed == 2);
  REQUIRE(lost.differences.size() == 1);
  CHECK(lost.differences[0] == "envelope " + envelope(2) + " (" + origin +
                                   ", record 1): ggz logged it as delivered, zvh not as received");

  const auto extra = held({sent(1)}, {received(1), received(2)});
  REQUIRE(extra.differences.size() == 1);
  CHECK(extra.differences[0] == "envelope " + envelope(2) + " (" + origin +
                                    ", record 1): zvh logged it as received, ggz not as delivered");

  const auto other = held({sent(1, "c2hh")}, {received(1, "YW5k")});
  REQUIRE(other.differences.size() == 1);
  CHECK(other.differences[0].ends_with("the two logs tell of another content"));
  CHECK(other.agreed == 0);
}

TEST_CASE("what came after the other log's end is not held against it", "[reconcile]") {
  const auto result = held({sent(1), sent(2, "c2hh", 9)}, {received(1)});
  CHECK(result.agreed == 1);
  CHECK(result.undecided == 1);
  CHECK(result.differences.empty());
}

TEST_CASE("a cosignature that was kept shows a log that was put back, or forked", "[reconcile]") {
  const auto key = crypto::SigningKey::random();
  const Verifier witness{"partner.example/witness", key.public_key(), KeyType::cosignature};
  const auto cosigned = [&](const std::vector<std::string>& records) {
    CompactRange range;
    for (const auto& record : records) range.append(leaf_hash(crypto::as_view(record)));
    const auto body = checkpoint_body(origin, range.size(), range.root());
    return sign_note(body, origin, log_key()) +
           cosign(body, witness.name, key, config::parse_time("2026-11-22T10:00:00Z").value());
  };
  const std::vector<std::string> records{sent(1), sent(2), sent(3)};
  const Published published(records);
  VerifyOptions options;
  options.witnesses = {witness};
  const auto verdict = [&](const std::optional<std::string>& kept) {
    fs::create_directories(published.log() / "witnessed");
    if (kept) write(published.log() / "witnessed" / "zvh", *kept);
    const auto report = verify_log(published.log(), verifier(), options);
    return report.fault ? report.fault->what : std::string();
  };
  CHECK(verdict({}) == "there is no good cosignature of this log by partner.example/witness");
  CHECK(verdict(cosigned({records[0], records[1]})).empty());
  CHECK(verdict(cosigned(records)).empty());
  CHECK(verdict(cosigned({records[0], sent(9)})) ==
        "the first 2 records are not those of the witness partner.example/witness");
  auto longer = records;
  longer.push_back(sent(4));
  CHECK(verdict(cosigned(longer)) ==
        "the log is cut short: 3 records, and the witness partner.example/witness has 4");
  auto forged = cosigned({records[0], records[1]});
  forged[forged.size() - 10] = forged[forged.size() - 10] == 'A' ? 'B' : 'A';
  CHECK(verdict(forged) == "there is no good cosignature of this log by partner.example/witness");
}
