// Decisions of the past under another policy.
#include <catch2/catch.hpp>

#include "crypto/encoding.hpp"
#include "policy/simulate.hpp"
#include "tests/policy/policy_fixture.hpp"

namespace sluis::policy {
namespace {

using config::Json;
using test::policy_document;
using test::policy_of;

const Surroundings& around() {
  static const auto made = Surroundings::of(test::directory());
  return made;
}
config::Day day() {
  return config::parse_day("2026-11-01").value();
}

TEST_CASE("simulate: what changes, and from what to what", "[simulate]") {
  auto document = policy_document();
  document["send"][0]["severityAtLeast"] = "acuut";
  const auto policy = policy_of(document);
  Simulator simulator(policy, around());
  PastDecision send{"1", "2026-11-01T09:00:00Z", {}, "ggz-system", true, "ggz-zvh", {}};
  send.question.partner = "zvh";
  send.question.theme = "verward-hoog-risico-gedrag";
  send.question.purpose = "persoonsgerichte-aanpak";
  send.question.severity = "hoog";
  send.question.identifiers = {"bsn"};
  send.question.today = day();
  simulator.add(send);
  send.id = "2";
  send.question.severity = "acuut";
  simulator.add(send);
  PastDecision accept{"3", "", {}, "", true, "from-all", {}};
  accept.question.direction = Direction::accept;
  accept.question.partner = "politie";
  accept.question.purpose = "toezicht";
  accept.question.legal_basis = "wmo";
  accept.question.today = day();
  simulator.add(accept);  // its theme is not told: every theme gives the same
  PastDecision evaluate{"4", "", {}, "", true, "vt-zvh", {}};
  evaluate.question.direction = Direction::evaluate;
  evaluate.question.partner = "veilig-thuis";
  evaluate.question.domain = "zvh";
  evaluate.question.use = "lock";
  evaluate.question.count = 6000;
  evaluate.question.today = day();
  simulator.add(evaluate);
  simulator.add(evaluate);  // the day's budget is 10,000
  const auto& result = simulator.result();
  CHECK(result.decided == 5);
  CHECK(result.same == 3);
  CHECK(result.kinds.at({"permit ggz-zvh", "deny severity-too-low"}) == 1);
  CHECK(result.kinds.at({"permit vt-zvh", "deny vt-zvh"}) == 1);
  REQUIRE(result.changes.size() == 2);
  CHECK(result.changes[0].id == "1");

  document["accept"][0]["themes"] = {"geweld"};
  const auto narrower = policy_of(document);
  Simulator again(narrower, around());
  again.add(accept);
  CHECK(again.result().depends == 1);
  PastDecision query{"5", "", {}, "regisseur", true, "regie", {}};
  query.question.direction = Direction::query;
  query.question.role = "procesregisseur";
  query.question.purpose = "persoonsgerichte-aanpak";
  query.question.has_case = true;
  query.question.today = day();
  again.add(query);
  CHECK(again.result().same == 1);
}

TEST_CASE("simulate: what was sent is decided again where all that it may have been agree",
          "[simulate]") {
  auto document = policy_document();
  const auto was = policy_of(document);
  const auto old_hash = crypto::base64url(was.hash());
  // As a gateway records it: no theme, severity, identifier or domain.
  PastDecision sent{"1", "2026-11-01T09:00:00Z", {}, "ggz-system", true, "ggz-zvh", old_hash};
  sent.question.partner = "zvh";
  sent.question.purpose = "persoonsgerichte-aanpak";
  sent.question.today = day();
  const auto simulated = [&](const Json& fresh, const PastDecision& past) {
    const auto policy = policy_of(fresh);
    Simulator simulator(policy, around(), &was);
    simulator.add(past);
    simulator.add(past);
    return simulator.result();
  };
  CHECK(simulated(document, sent).same == 2);
  auto stopped = document;
  stopped["forbid"] = {{{"id", "stop"}, {"when", {{"to", {"zvh"}}}}, {"because", "beroepsgeheim"}}};
  CHECK(simulated(stopped, sent).kinds.at({"permit ggz-zvh", "deny stop"}) == 2);
  // It was "hoog" or "acuut": the record does not tell, and only one of the two would change.
  auto stricter = document;
  stricter["send"][0]["severityAtLeast"] = "acuut";
  CHECK(simulated(stricter, sent).depends == 2);
  // All that was denied for its theme is denied still.
  auto denied = sent;
  denied.permitted = false;
  denied.rule = "wrong-theme";
  CHECK(simulated(stricter, denied).same == 2);

  auto under_another = sent;
  under_another.policy = "another";
  CHECK(simulated(document, under_another).untold == 2);
  auto unknown = sent;
  unknown.rule = "a-rule-that-is-gone";
  CHECK(simulated(document, unknown).unfit == 2);
  CHECK(simulated(document, unknown).decided == 0);
  Simulator without(was, around());
  without.add(sent);
  CHECK(without.result().untold == 1);
  // A recipient's record has no theme either: the policy that decided leaves fewer to try.
  PastDecision accept{"2", "", {}, "", true, "from-all", old_hash};
  accept.question.direction = Direction::accept;
  accept.question.partner = "politie";
  accept.question.purpose = "toezicht";
  accept.question.legal_basis = "wmo";
  accept.question.today = day();
  CHECK(simulated(document, accept).same == 2);
}

}  // namespace
}  // namespace sluis::policy
