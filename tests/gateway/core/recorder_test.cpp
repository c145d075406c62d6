// Records, and the tally of refusals that nobody vouches for.
#include "gateway/core/recorder.hpp"

#include <catch2/catch.hpp>

#include "crypto/encoding.hpp"
#include "gateway/core/refusal_tally.hpp"
#include "signal_maker.hpp"

using namespace sluis;
using namespace sluis::gateway;
using namespace sluis::gateway::test;
using config::Json;
using store::test::act;
using store::test::look;

namespace {

std::vector<LinkageKey> person(const std::vector<std::pair<std::string, std::string>>& keys) {
  std::vector<LinkageKey> made;
  for (const auto& [kind, value] : keys) made.push_back({kind, WipedText(value)});
  return made;
}

std::vector<store::AuditSubject> found_by(Gateway& gateway, const crypto::Array<32>& reference) {
  return look(*gateway.store, [&](store::Transaction& tx) { return tx.subjects(reference); });
}

crypto::Array<32> by_key(const Gateway& gateway, const std::string& kind,
                         const std::string& value) {
  return audit::reference_of_linkage(gateway.region.keys()->reference_key.reveal(), kind, value);
}

void record(Gateway& gateway, const std::vector<LinkageKey>& about, const std::string& case_id) {
  act(*gateway.store, [&](store::Transaction& tx) {
    auto entry = gateway.recorder.start("person.query", audit::Outcome::permit,
                                        this_gateway(gateway.region.self()), Trace::fresh());
    gateway.recorder.append(tx, std::move(entry), about, case_id);
  });
}

}  // namespace

TEST_CASE("recorder: a person's records are found by any of the person's keys", "[core]") {
  Gateway ggz("ggz");
  record(ggz, person({{"bsn", "123456782"}, {"name-dob", "JANSEN|J|1980-01-01"}}), "zaak-1");
  record(ggz, person({{"bsn", "111222333"}}), "");
  const auto log = records(*ggz.store);
  REQUIRE(log.size() == 2);
  for (const auto& [kind, value] :
       {std::pair{"bsn", "123456782"}, {"name-dob", "JANSEN|J|1980-01-01"}}) {
    const auto rows = found_by(ggz, by_key(ggz, kind, value));
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].record_id == log[0]["id"]);
    CHECK(rows[0].kind == "person");
    CHECK(crypto::base64url(audit::commitment_of(rows[0])) == log[0]["subject"]);
  }
  CHECK(found_by(ggz, by_key(ggz, "bsn", "111222333")).size() == 1);
  CHECK(found_by(ggz, by_key(ggz, "name-dob", "123456782")).empty());
  const Gateway other("politie");
  CHECK(found_by(ggz, by_key(other, "bsn", "123456782")).empty());  // another gateway's key

  const auto cases =
      found_by(ggz, audit::reference_of_case(ggz.region.keys()->reference_key.reveal(), "zaak-1"));
  REQUIRE(cases.size() == 1);
  CHECK(cases[0].kind == "case");
  CHECK(crypto::base64url(audit::commitment_of(cases[0])) == log[0]["case"]);
  CHECK_FALSE(log[1].contains("case"));
}

TEST_CASE("recorder: two records about one person do not show it", "[core]") {
  Gateway ggz("ggz");
  for (int i = 0; i < 2; ++i) record(ggz, person({{"bsn", "123456782"}}), "zaak-1");
  const auto log = records(*ggz.store);
  REQUIRE(log.size() == 2);
  CHECK(log[0]["subject"] != log[1]["subject"]);
  CHECK(log[0]["case"] != log[1]["case"]);
  CHECK(found_by(ggz, by_key(ggz, "bsn", "123456782")).size() == 2);
  for (const auto& entry : log) {
    CHECK(entry.dump().find("123456782") == std::string::npos);
    CHECK(entry.dump().find("zaak-1") == std::string::npos);
  }
}

TEST_CASE("recorder: a recipient finds what it received by the tag alone", "[core]") {
  Gateway zvh("zvh");
  const auto row = make_row(zvh.region, {.from = "ggz", .keys = {{"bsn", "1"}}});
  act(*zvh.store, [&](store::Transaction& tx) {
    zvh.recorder.append_received(tx,
                                 zvh.recorder.start("envelope.receive", audit::Outcome::permit,
                                                    actor_of(row.from), Trace::fresh()),
                                 row.domain, row.links);
  });
  const auto key = zvh.region.keys()->reference_key.reveal();
  CHECK(
      found_by(zvh, audit::reference_of_tag(key, "zvh", "2026b", "bsn", row.links[0].tag)).size() ==
      1);
  CHECK(
      found_by(zvh, audit::reference_of_tag(key, "zvh", "2027a", "bsn", row.links[0].tag)).empty());
  CHECK(records(*zvh.store)[0].contains("subject"));
}

TEST_CASE("recorder: a record says when, who, in which trace and under which policy", "[core]") {
  Gateway ggz("ggz");
  const auto trace = Trace::fresh().child();
  const Caller caller{"0a0a0a0a", "epd", "sender"};
  ggz.run(ggz.recorder.refuse(
      ggz.recorder.start("signal.submit", audit::Outcome::deny, actor_of(caller), trace),
      config::error(config::Code::over_budget, "detail for our own log")));
  const auto log = records(*ggz.store);
  REQUIRE(log.size() == 1);
  CHECK(log[0]["at"] == "2026-11-21T12:00:00.000Z");
  CHECK(log[0]["traceId"] == trace.trace_id);
  CHECK(log[0]["spanId"] == trace.span_id);
  CHECK(log[0]["parentSpanId"] == trace.parent_id);
  CHECK(log[0]["actor"] == Json{{"kind", "client"}, {"id", "epd"}, {"role", "sender"}});
  CHECK(log[0]["outcome"] == "deny");
  CHECK(log[0]["rule"] == "over-budget");
  CHECK(log[0]["policy"] == ggz.region.standing()->policy_hash);
  CHECK_FALSE(log[0].contains("subject"));
  CHECK(config::is_uuid(log[0]["id"].get<std::string>()));
}

TEST_CASE("refusal tally: the first is recorded at once, those that follow together", "[core]") {
  Gateway ggz("ggz");
  RefusalTally tally(ggz.recorder, *ggz.store);
  for (int i = 0; i < 5; ++i) tally.note("api.authenticate", "unauthenticated");
  auto log = records(*ggz.store, "api.authenticate");
  REQUIRE(log.size() == 1);
  CHECK(log[0]["count"] == 1);
  CHECK(log[0]["rule"] == "unauthenticated");
  CHECK(log[0]["outcome"] == "deny");
  CHECK(log[0]["actor"] == Json{{"kind", "unknown"}});

  tally.note("peer.connect", "forbidden");  // of another kind: a first of its own
  CHECK(records(*ggz.store, "peer.connect").size() == 1);
  tally.flush(false);  // within the minute nothing is due
  CHECK(records(*ggz.store).size() == 2);
  tally.flush(true);
  log = records(*ggz.store, "api.authenticate");
  REQUIRE(log.size() == 2);
  CHECK(log[1]["count"] == 4);
  tally.flush(true);
  CHECK(records(*ggz.store).size() == 3);
}
