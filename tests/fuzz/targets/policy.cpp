// A policy document, and deciding with whatever was read. No question may make a policy that was
// read throw, and nothing is permitted but by a rule of its own direction.
#include <algorithm>

#include "policy/decide.hpp"
#include "policy/document.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/policy/policy_fixture.hpp"

using namespace sluis;
using policy::Direction;
using policy::Policy;
using policy::Question;

namespace {

template <class Rules>
bool has(const Rules& rules, const std::string& id) {
  return std::any_of(rules.begin(), rules.end(), [&](const auto& rule) { return rule.id == id; });
}

bool has_permit(const policy::Document& document, Direction direction, const std::string& id) {
  switch (direction) {
    case Direction::send:
      return has(document.send, id);
    case Direction::accept:
      return has(document.accept, id);
    case Direction::query:
      return has(document.query, id);
    case Direction::evaluate:
      break;
  }
  return has(document.evaluate, id);
}

Question question(Direction direction, const std::string& partner, const std::string& use) {
  Question asked;
  asked.direction = direction;
  asked.partner = direction == Direction::query ? "" : partner;
  asked.domain = "zvh";
  asked.use = use;
  asked.theme = "geweld";
  asked.purpose = "toezicht";
  asked.severity = "acuut";
  asked.legal_basis = direction == Direction::accept ? "wmo" : "";
  asked.role = "procesregisseur";
  asked.identifiers = {"bsn", "name-dob", "dob-address"};
  asked.has_case = true;
  asked.count = 1;
  asked.today = config::parse_day("2026-08-01").value();
  return asked;
}

void decides(const Policy& policy) {
  for (const auto direction :
       {Direction::send, Direction::accept, Direction::query, Direction::evaluate})
    for (const auto* partner : {"zvh", "politie", "nobody"})
      for (const auto* use : {"tag", "lock"}) {
        const auto decision = policy::decide(policy, question(direction, partner, use), {});
        fuzz::must(!decision.reason.code().empty() && !decision.reason.text_nl().empty(),
                   "a decision has a reason");
        if (!decision.permit) continue;
        fuzz::must(has_permit(policy.document(), direction, decision.rule),
                   "a rule of that direction permits, or nothing does");
        fuzz::must(partner != std::string("nobody") || direction == Direction::query,
                   "who is no partner gets nothing");
        fuzz::must(direction != Direction::evaluate || partner != std::string("zvh") ||
                       use != std::string("lock"),
                   "a recipient never has its own domain's locks evaluated");
      }
}

}  // namespace

bool fuzz::accepts(std::string_view input) {
  std::vector<config::Error> faults;
  const auto read = policy::read_policy(input, test::known(), &faults);
  if (!read) {
    fuzz::must(!read.failure().detail.empty(), "a refusal says why");
    return false;
  }
  fuzz::must(faults.empty(), "what has a fault is not loaded");
  fuzz::must(read->document().version >= 1, "a policy has a version");
  decides(*read);
  const auto json = config::parse_json(input, {.allow_comments = true}).value();
  const auto again = policy::read_policy(config::jcs(json).value(), test::known());
  fuzz::must(again.ok() && again->hash() == read->hash(), "its canonical form is the same policy");
  return true;
}
