// `decide` against a second, plain implementation of its semantics, over generated policies and
// questions. A seed is printed with a failure, and can be given again with --rng-seed.
#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "policy/explain.hpp"
#include "tests/policy/plain_decision.hpp"
#include "tests/policy/policy_fixture.hpp"

namespace sluis::policy {
namespace {

using config::Json;
using test::known;

/// Few words, so that rules meet; and some that no directory has.
class Maker {
 public:
  explicit Maker(unsigned seed) : random_(seed) {}

  std::size_t below(std::size_t bound) { return random_() % bound; }
  bool chance(std::size_t of) { return below(of) == 0; }
  std::string pick(const std::vector<std::string>& words) { return words[below(words.size())]; }
  Json some(const std::vector<std::string>& words) {
    if (chance(3)) return Json::array({"*"});
    auto shuffled = words;
    std::shuffle(shuffled.begin(), shuffled.end(), random_);
    shuffled.resize(1 + below(words.size()));
    return shuffled;
  }
  template <std::size_t N>
  Json mask(const std::array<std::string_view, N>& words, bool may_be_empty) {
    Json list = Json::array();
    for (const auto word : words)
      if (chance(2)) list.push_back(word);
    if (list.empty() && !may_be_empty) list.push_back(words[below(N)]);
    return list;
  }

  const std::vector<std::string> partners{"zvh", "ggz", "politie", "gemeente"},
      themes{"verward-hoog-risico-gedrag", "geweld"},
      purposes{"persoonsgerichte-aanpak", "toezicht"},
      severities{"laag", "midden", "hoog", "acuut"}, bases{"wgbo-conflict-van-plichten", "wmo"},
      roles{"sender", "procesregisseur"}, days{"2026-10-31", "2026-11-01", "2026-11-02"},
      terms{"P30D", "P1M", "P180D", "PT36H"};

 private:
  std::mt19937 random_;
};

Json document(Maker& make) {
  Json d{{"organisation", "ggz"}, {"version", 1}, {"validUntil", "2026-11-01"}};
  if (!make.chance(5)) d["validUntil"] = "2027-01-01";
  std::size_t id = 0;
  const auto start = [&](Json rule) {
    rule["id"] = "r" + std::to_string(make.below(90) + 10) + "-" + std::to_string(id++);
    if (make.chance(4)) rule["until"] = make.pick(make.days);
    return rule;
  };
  for (auto n = make.below(9); n > 0; --n)
    d["send"].push_back(start({{"to", make.some(make.partners)},
                               {"themes", make.some(make.themes)},
                               {"severityAtLeast", make.pick(make.severities)},
                               {"purposes", make.some(make.purposes)},
                               {"legalBasis", make.pick(make.bases)},
                               {"identifiers", make.mask(identifiers, false)},
                               {"shares", make.mask(fields, true)},
                               {"revealAfterPartners", 1 + make.below(2)},
                               {"keep", make.pick(make.terms)}}));
  for (auto n = make.below(6); n > 0; --n) {
    auto rule = start({{"from", make.some(make.partners)},
                       {"themes", make.some(make.themes)},
                       {"keepAtMost", make.pick(make.terms)}});
    if (make.chance(2)) rule["purposes"] = make.some(make.purposes);
    if (make.chance(2)) rule["legalBases"] = make.some(make.bases);
    d["accept"].push_back(rule);
  }
  for (auto n = make.below(6); n > 0; --n)
    d["query"].push_back(start({{"roles", make.some(make.roles)},
                                {"purposes", make.some(make.purposes)},
                                {"themes", make.some(make.themes)},
                                {"shows", make.mask(fields, true)},
                                {"perDay", 1 + make.below(3)},
                                {"caseRequired", make.chance(2)}}));
  for (const auto& partner : make.partners) {
    if (!make.chance(2)) continue;
    auto rule = start({{"partner", partner}, {"domain", "zvh"}, {"perDay", Json::object()}});
    if (make.chance(2)) rule["perDay"]["tag"] = make.below(4);
    if (make.chance(2) && partner != "zvh") rule["perDay"]["lock"] = make.below(4);
    d["evaluate"].push_back(rule);
  }
  for (auto n = make.below(3); n > 0; --n) {
    Json when = Json::object();
    if (make.chance(3)) when["directions"] = make.some({"send", "accept", "query", "evaluate"});
    const auto whom = make.below(6);
    if (whom == 0) when["to"] = make.some(make.partners);
    if (whom == 1) when["from"] = make.some(make.partners);
    if (whom == 2) when["partners"] = make.some(make.partners);
    if (whom == 3) when["roles"] = make.some(make.roles);
    if (make.chance(4)) when["domains"] = Json::array({"zvh"});
    if (make.chance(2)) when["themes"] = make.some(make.themes);
    if (make.chance(3)) when["purposes"] = make.some(make.purposes);
    d["forbid"].push_back(
        {{"id", "f" + std::to_string(make.below(90) + 10) + "-" + std::to_string(id++)},
         {"when", when},
         {"because", "reden"}});
  }
  return d;
}

/// Mostly sound, sometimes lacking a word or with one that no directory has.
Question question(Maker& make) {
  const auto word = [&](const std::vector<std::string>& words) -> std::string {
    if (make.chance(40)) return "";
    if (make.chance(40)) return "onweer";
    return make.pick(words);
  };
  Question q;
  q.direction =
      make.chance(200) ? static_cast<Direction>(9) : static_cast<Direction>(make.below(4));
  if (q.direction != Direction::query) q.partner = word(make.partners);
  q.domain = q.direction == Direction::evaluate || make.chance(2) ? word({"zvh"}) : "";
  q.use = word({"tag", "lock"});
  q.theme = word(make.themes);
  q.purpose = word(make.purposes);
  q.severity = word(make.severities);
  q.legal_basis = make.chance(3) && q.direction == Direction::send ? "" : word(make.bases);
  q.role = word(make.roles);
  for (const auto kind : identifiers)
    if (make.chance(2)) q.identifiers.emplace_back(kind);
  if (make.chance(50)) q.identifiers.emplace_back("shoe-size");
  q.has_case = make.chance(2);
  q.count = make.below(4);
  q.today = config::parse_day(make.pick(make.days)).value();
  return q;
}

std::string told(const Decision& d, bool with_denying_budget) {
  Json json{{"permit", d.permit},
            {"reason", d.reason.code()},
            {"because", d.reason.because},
            {"identifiers", d.identifiers},
            {"fields", d.fields},
            {"reveal", d.reveal},
            {"keep", d.keep ? config::format_duration(*d.keep) : ""},
            {"basis", d.legal_basis},
            {"perDay", d.per_day.value_or(0)}};
  if (d.permit || with_denying_budget || !d.reason.is_budget()) json["rule"] = d.rule;
  return json.dump();
}

TEST_CASE("decide: as a plain second implementation decides, whatever the order of the rules",
          "[decide][property]") {
  std::mt19937 seeds(Catch::rngSeed() == 0 ? 20261123 : Catch::rngSeed());
  std::size_t permits = 0, denials = 0;
  for (int round = 0; round < 600; ++round) {
    const auto seed = static_cast<unsigned>(seeds());
    Maker make(seed);
    auto json = document(make);
    auto read = read_policy(json.dump(), known());
    if (!read.ok()) continue;  // a forbid that can never be: refused, as it must
    for (const auto* list : {"send", "accept", "query", "evaluate", "forbid"}) {
      if (!json.contains(list)) continue;
      auto& rules = json[list].get_ref<Json::array_t&>();
      std::reverse(rules.begin(), rules.end());
    }
    const auto reversed = read_policy(json.dump(), known()).value();
    for (int i = 0; i < 60; ++i) {
      const auto q = question(make);
      Counters counters{make.below(4), {}};
      for (const auto& rule : read->document().query)
        if (make.chance(3)) counters.queries_by_rule[rule.id] = make.below(4);
      const auto decision = decide(*read, q, counters);
      const auto plain = test::plain_decide(read->document(), known(), q, counters);
      INFO("seed " << seed << "\n" << json.dump(1));
      REQUIRE(told(decision, false) == told(plain, false));
      REQUIRE(told(decision, true) == told(decide(reversed, q, counters), true));
      // Nothing is shared that was not permitted; a forbid that covers the question always wins.
      if (!decision.permit) REQUIRE((decision.fields.empty() && decision.identifiers.empty()));
      (decision.permit ? permits : denials) += 1;
    }
  }
  CHECK(permits > 3'000);
  CHECK(denials > 3'000);
}

TEST_CASE("explain: the rule that decides is one that applies, and no other reason is given",
          "[explain][property]") {
  const auto around = Surroundings::of(test::directory());
  Maker make(7);
  for (int round = 0; round < 200; ++round) {
    const auto read = read_policy(document(make).dump(), known());
    if (!read.ok()) continue;
    for (int i = 0; i < 20; ++i) {
      const auto q = question(make);
      const auto explanation = explain(*read, around, q, {});
      const auto decision = decide(*read, q, {});
      CHECK(explanation.decision.rule == decision.rule);
      for (const auto& seen : explanation.rules) {
        if (seen.decides && (decision.permit || decision.reason.kind == Reason::Kind::forbidden))
          CHECK(seen.failed.empty());
        // Where all is well with the question, a rule that applies and forbids decides.
        if (decision.permit && seen.forbids) CHECK_FALSE(seen.failed.empty());
        if (decision.reason.kind >= Reason::Kind::no_rule && !decision.permit && !seen.forbids &&
            decision.reason.kind != Reason::Kind::forbidden)
          CHECK_FALSE(seen.failed.empty());
      }
    }
  }
}

}  // namespace
}  // namespace sluis::policy
