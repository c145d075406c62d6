// Small random regions against protocol.md §2 and §4 as they read, signal by signal: whatever the
// order of arrival, the outcome is the same, and is this one.
#include <algorithm>
#include <catch2/catch.hpp>
#include <numeric>
#include <random>

#include "gateway/core/linking.hpp"
#include "signal_maker.hpp"

using namespace sluis;
using namespace sluis::gateway;
using namespace sluis::gateway::test;
using store::Certainty;

namespace {

using Random = std::mt19937;
constexpr int regions = 200, orders = 3;

struct Sent {
  SignalPlan plan;
  std::string key_of(const std::string& kind, const std::string& epoch) const {
    const bool there = std::ranges::find(plan.epochs, epoch) != plan.epochs.end();
    for (const auto& [k, value] : plan.keys)
      if (there && k == kind) return value;
    return "";
  }
};

const std::vector<std::string> kinds{"dob-address", "name-dob", "bsn"};  // weakest first
const std::vector<std::string> epochs{"2026b", "2027a"};

/// What a region comes to, in words that do not depend on the order: for every signal the signals
/// of its match, and whether it is open.
struct Outcome {
  std::vector<std::vector<std::size_t>> together;  // empty where there is no match
  std::vector<Certainty> certainty;
  std::vector<bool> ambiguous, open;
  bool operator==(const Outcome&) const = default;
};

// The reference: each sentence of the protocol as one loop.

bool contradicts(const Sent& a, const Sent& b) {
  return std::ranges::any_of(epochs, [&](const std::string& epoch) {
    const auto x = a.key_of("bsn", epoch), y = b.key_of("bsn", epoch);
    return !x.empty() && !y.empty() && x != y;
  });
}

bool shares(const Sent& a, const Sent& b, const std::string& kind) {
  return std::ranges::any_of(epochs, [&](const std::string& epoch) {
    const auto x = a.key_of(kind, epoch);
    return !x.empty() && x == b.key_of(kind, epoch);
  });
}

Certainty link_between(const Sent& a, const Sent& b) {
  if (contradicts(a, b)) return Certainty::none;
  for (std::size_t strength = kinds.size(); strength > 0; --strength)
    if (shares(a, b, kinds[strength - 1])) return static_cast<Certainty>(strength);
  return Certainty::none;
}

std::vector<std::size_t> component_of(const std::vector<Sent>& all, std::size_t start) {
  std::vector<bool> in(all.size());
  in[start] = true;
  for (bool grew = true; grew;) {
    grew = false;
    for (std::size_t i = 0; i < all.size(); ++i)
      for (std::size_t j = 0; j < all.size(); ++j)
        if (in[i] && !in[j] && link_between(all[i], all[j]) != Certainty::none) in[j] = grew = true;
  }
  std::vector<std::size_t> members;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (in[i]) members.push_back(i);
  return members;
}

bool opens(const std::vector<Sent>& all, const Sent& mine) {
  if (mine.plan.reveal == 1) return true;
  for (const auto& kind : kinds)
    for (const auto& epoch : epochs) {
      const auto value = mine.key_of(kind, epoch);
      std::set<std::string> others;
      for (const auto& other : all)
        if (!value.empty() && other.key_of(kind, epoch) == value && !contradicts(mine, other))
          others.insert(other.plan.from);
      others.erase(mine.plan.from);
      if (others.size() + 1 >= mine.plan.reveal) return true;
    }
  return false;
}

Outcome expected(const std::vector<Sent>& all) {
  Outcome outcome;
  for (std::size_t i = 0; i < all.size(); ++i) {
    auto members = component_of(all, i);
    std::set<std::string> partners;
    auto certainty = Certainty::none;
    bool ambiguous = false;
    for (const auto a : members) {
      partners.insert(all[a].plan.from);
      for (const auto b : members) {
        ambiguous = ambiguous || contradicts(all[a], all[b]);
        if (all[a].plan.from != all[b].plan.from)
          certainty = std::max(certainty, link_between(all[a], all[b]));
      }
    }
    if (partners.size() < 2) members.clear();
    outcome.together.push_back(std::move(members));
    outcome.certainty.push_back(certainty);
    outcome.ambiguous.push_back(ambiguous);
    outcome.open.push_back(opens(all, all[i]));
  }
  return outcome;
}

// Ours.

Outcome taken(Gateway& zvh, const std::vector<Sent>& all, const std::vector<std::size_t>& order) {
  Outcome outcome;
  store::test::act(*zvh.store, [&](store::Transaction& tx) {
    std::vector<std::int64_t> rows(all.size());
    for (const auto i : order) {
      zvh.clock.advance(std::chrono::milliseconds(1));
      const auto row = make_row(zvh.region, all[i].plan);
      rows[i] = take_in(tx, zvh.region, *zvh.region.standing(), row, zvh.region.now()).row;
    }
    for (std::size_t i = 0; i < all.size(); ++i) {
      const auto signal = tx.received_signal(rows[i]);
      const auto component = tx.component(signal->component);
      std::vector<std::size_t> members;
      if (component.match) {
        const auto match = tx.match(*component.match).value();
        for (const auto& other : match.signals)
          members.push_back(
              static_cast<std::size_t>(std::ranges::find(rows, other.row) - rows.begin()));
      }
      std::ranges::sort(members);
      outcome.together.push_back(std::move(members));
      outcome.certainty.push_back(component.certainty);
      outcome.ambiguous.push_back(component.ambiguous);
      outcome.open.push_back(signal->opened_at.has_value());
    }
  });
  return outcome;
}

std::size_t any(Random& random, std::size_t below) {
  return std::uniform_int_distribution<std::size_t>(0, below - 1)(random);
}

/// Few persons with much in common, of whom each sender knows a part.
std::vector<Sent> random_region(Random& random, const std::string& salt) {
  const std::vector<std::string> senders{"ggz", "politie", "gemeente", "veilig-thuis"};
  const auto persons = 1 + any(random, 4), signals = 2 + any(random, 8);
  std::vector<std::array<std::string, 3>> known;
  for (std::size_t p = 0; p < persons; ++p)
    known.push_back({salt + "a" + std::to_string(any(random, 2)),
                     salt + "n" + std::to_string(any(random, 3)), salt + "b" + std::to_string(p)});
  std::vector<Sent> all;
  while (all.size() < signals) {
    const auto& person = known[any(random, persons)];
    SignalPlan plan{.from = senders[any(random, senders.size())], .keys = {}};
    for (std::size_t k = 0; k < kinds.size(); ++k)
      if (any(random, 2) == 0) plan.keys.emplace_back(kinds[k], person[k]);
    if (plan.keys.empty()) continue;
    plan.reveal = 1 + static_cast<unsigned>(any(random, 3));
    const auto when = any(random, 6);
    if (when == 0) plan.epochs = {"2027a"};
    if (when == 1) plan.epochs = {"2026b", "2027a"};
    all.push_back({std::move(plan)});
  }
  return all;
}

}  // namespace

TEST_CASE("linking: any small region, in any order, comes to what the protocol says", "[core]") {
  Gateway zvh("zvh");
  Random random(20261121);
  int matches = 0, ambiguous = 0, opened = 0, closed = 0;
  for (int r = 0; r < regions; ++r) {
    for (int o = 0; o < orders; ++o) {
      auto again = random;  // the same region for every order
      const auto all = random_region(again, std::to_string(r) + "." + std::to_string(o) + ".");
      std::vector<std::size_t> order(all.size());
      std::iota(order.begin(), order.end(), 0);
      std::shuffle(order.begin(), order.end(), Random(static_cast<unsigned>(o)));
      const auto want = expected(all);
      const auto got = taken(zvh, all, order);
      CAPTURE(r, o);
      CHECK(got.together == want.together);
      for (std::size_t i = 0; i < all.size(); ++i) {
        if (want.together[i].empty()) continue;
        CHECK(got.certainty[i] == want.certainty[i]);
        CHECK(got.ambiguous[i] == want.ambiguous[i]);
        ++matches;
        ambiguous += want.ambiguous[i] ? 1 : 0;
      }
      CHECK(got.open == want.open);
      const auto open = std::ranges::count(want.open, true);
      opened += static_cast<int>(open);
      closed += static_cast<int>(want.open.size()) - static_cast<int>(open);
    }
    random.discard(1000);
  }
  // The regions have enough of everything in them to say something.
  CHECK(matches > 500);
  CHECK(ambiguous > 100);
  CHECK(opened > 500);
  CHECK(closed > 500);
}
