// Decisions a second on one thread, by number of rules; and what reading and checking them costs.
// A decision here is the deciding rule, what it shares, its duties, and the reason.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "config/json.hpp"
#include "policy/check.hpp"
#include "policy/decide.hpp"

using namespace sluis;
using config::Json;
using Clock = std::chrono::steady_clock;

namespace {

constexpr int rounds = 7;
constexpr std::size_t questions_a_round = 40'000;
constexpr std::size_t partners = 100, themes = 20, purposes = 6;
constexpr double decisions_asked_for = 1'000'000;

std::string named(const char* kind, std::size_t number) {
  return kind + std::to_string(number);
}

policy::Surroundings region() {
  policy::Surroundings known;
  for (std::size_t i = 0; i < partners; ++i) {
    known.partners.insert(named("partner-", i));
    known.recipients[named("domain-", i)] = named("partner-", i);
  }
  auto& words = known.vocabulary;
  for (std::size_t i = 0; i < themes; ++i) words.themes.push_back({named("theme-", i), "t", "t"});
  for (std::size_t i = 0; i < purposes; ++i) words.purposes.push_back(named("purpose-", i));
  words.severities = {"laag", "midden", "hoog", "acuut"};
  words.legal_bases = {"wmo", "wgbo"};
  return known;
}

/// Send rules of one organisation: most for a few partners and themes, one in twenty for all.
Json document(std::size_t rules, std::mt19937& random) {
  Json send = Json::array(), forbid = Json::array();
  const auto some = [&](const char* kind, std::size_t of) {
    if (random() % 20 == 0) return Json::array({"*"});
    const auto first = random() % of;
    Json list = Json::array({named(kind, first)});
    if (random() % 2 == 0) list.push_back(named(kind, (first + 1) % of));
    return list;
  };
  const std::vector<std::string> severities{"laag", "midden", "hoog", "acuut"};
  for (std::size_t i = 0; i < rules; ++i) {
    if (i % 20 == 19) {
      forbid.push_back({{"id", named("forbid-", i)},
                        {"when",
                         {{"to", {named("partner-", random() % partners)}},
                          {"themes", {named("theme-", random() % themes)}}}},
                        {"because", "beroepsgeheim"}});
      continue;
    }
    send.push_back({{"id", named("send-", i)},
                    {"to", some("partner-", partners)},
                    {"themes", some("theme-", themes)},
                    {"purposes", some("purpose-", purposes)},
                    {"severityAtLeast", severities[random() % 4]},
                    {"legalBasis", "wmo"},
                    {"identifiers", {"bsn", "name-dob"}},
                    {"shares", {"severity"}},
                    {"revealAfterPartners", 1 + random() % 3},
                    {"keep", "P" + std::to_string(30 + random() % 300) + "D"}});
  }
  return {{"organisation", "partner-0"},
          {"version", 1},
          {"validUntil", "2027-06-30"},
          {"send", std::move(send)},
          {"forbid", std::move(forbid)}};
}

std::vector<policy::Question> questions(std::mt19937& random) {
  std::vector<policy::Question> list(questions_a_round);
  for (auto& each : list) {
    each.partner = named("partner-", random() % partners);
    each.theme = named("theme-", random() % themes);
    each.purpose = named("purpose-", random() % purposes);
    each.severity = "hoog";
    each.identifiers = {"bsn"};
    each.today = config::parse_day("2026-11-23").value();
  }
  return list;
}

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}
double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

struct Figures {
  double read_ms, decisions, permitted;
};

Figures measure(std::size_t rules, const policy::Surroundings& known) {
  std::mt19937 random(static_cast<unsigned>(rules));
  const auto text = document(rules, random).dump();
  const auto asked = questions(random);
  std::vector<double> reading, deciding;
  std::size_t permitted = 0;
  for (int round = 0; round < rounds; ++round) {
    auto start = Clock::now();
    const auto policy = policy::read_policy(text, known);
    if (!policy) throw std::runtime_error("policy_bench: " + policy.failure().detail);
    const auto findings =
        policy::check(policy->document(), known, config::parse_day("2026-11-23").value());
    if (policy::first_error(findings) != nullptr) throw std::runtime_error("policy_bench: refused");
    reading.push_back(seconds_since(start));
    permitted = 0;
    start = Clock::now();
    for (const auto& question : asked) {
      const auto decision = policy::decide(*policy, question, {});
      if (decision.permit) ++permitted;
    }
    deciding.push_back(seconds_since(start));
  }
  const auto count = static_cast<double>(questions_a_round);
  return {median(reading) * 1000, count / median(deciding), static_cast<double>(permitted) / count};
}

}  // namespace

int main() {
  const auto known = region();
  std::printf("%8s  %14s  %10s  %20s\n", "rules", "decisions/s", "permitted", "read and check, ms");
  double at_hundred = 0, at_most = 0;
  for (const std::size_t rules : {10U, 100U, 1'000U, 10'000U}) {
    const auto figures = measure(rules, known);
    std::printf("%8zu  %14.0f  %9.1f%%  %20.1f\n", rules, figures.decisions,
                figures.permitted * 100, figures.read_ms);
    if (rules == 100) at_hundred = figures.decisions;
    at_most = figures.decisions;
  }
  std::printf("from 100 to 10,000 rules a decision takes %.2f times as long\n",
              at_hundred / at_most);
  std::printf("policy: %.0f decisions/s, ratio %.2f of %.0f\n", at_hundred,
              at_hundred / decisions_asked_for, decisions_asked_for);
}
