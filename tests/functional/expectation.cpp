#include "tests/functional/expectation.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <optional>
#include <set>
#include <stdexcept>

#include "gateway/core/linkage.hpp"

namespace sluis::test {

namespace {

/// The strongest first, with what each is worth.
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kinds{
    {{"bsn", "certain"}, {"name-dob", "probable"}, {"dob-address", "possible"}}};
constexpr std::size_t no_kind = kinds.size();

using Keys = std::map<std::string, std::string>;  // kind to value

Keys keys_of(const Json& person) {
  std::vector<config::Error> errors;
  const auto read = gateway::read_person(person, "", errors);
  if (!read) throw std::runtime_error("a person that cannot be read: " + errors.front().detail);
  Keys keys;
  for (const auto& key : gateway::linkage_keys(*read))
    keys[key.kind] = std::string(std::string_view(key.value));
  return keys;
}

/// The place in `kinds` of the strongest that both share, unless they contradict each other.
std::size_t link(const Keys& a, const Keys& b) {
  const auto mine = a.find("bsn"), other = b.find("bsn");
  if (mine != a.end() && other != b.end() && mine->second != other->second) return no_kind;
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    const auto left = a.find(std::string(kinds[i].first)),
               right = b.find(std::string(kinds[i].first));
    if (left != a.end() && right != b.end() && left->second == right->second) return i;
  }
  return no_kind;
}

struct Signal {
  std::string id, partner;
  Keys keys;
};

class Linker {
 public:
  explicit Linker(const RegionData& data) {
    for (const auto& [partner, bodies] : data.signals)
      for (const auto& body : bodies)
        signals_.push_back({body.at("id"), partner, keys_of(body.at("person"))});
    std::ranges::sort(signals_, {}, &Signal::id);
    for (std::size_t i = 0; i < signals_.size(); ++i)
      for (const auto& key : signals_[i].keys) holders_[key].push_back(i);
  }

  /// Signals that share a key with `keys` and do not contradict it: place to the kind of the link.
  [[nodiscard]] std::map<std::size_t, std::size_t> linked_with(const Keys& keys) const {
    std::map<std::size_t, std::size_t> found;
    for (const auto& key : keys) {
      const auto holders = holders_.find(key);
      if (holders == holders_.end()) continue;
      for (const auto other : holders->second)
        if (const auto kind = link(keys, signals_[other].keys); kind != no_kind)
          found[other] = kind;
    }
    return found;
  }

  /// The most partners, its own among them, that share one key with the signal and do not
  /// contradict it.
  [[nodiscard]] std::size_t partners_beside(std::size_t place) const {
    std::size_t most = 0;
    for (const auto& key : signals_[place].keys) {
      std::set<std::string> partners;
      for (const auto other : holders_.at(key))
        if (other == place || link(signals_[place].keys, signals_[other].keys) != no_kind)
          partners.insert(signals_[other].partner);
      most = std::max(most, partners.size());
    }
    return most;
  }

  [[nodiscard]] std::vector<Json> matches() const {
    std::vector<Json> matches;
    std::set<std::size_t> done;
    for (std::size_t i = 0; i < signals_.size(); ++i) {
      if (done.contains(i)) continue;
      const auto group = component_of(i);
      done.insert(group.begin(), group.end());
      if (auto match = match_of(group)) matches.push_back(std::move(*match));
    }
    return matches;
  }

  [[nodiscard]] const std::vector<Signal>& signals() const { return signals_; }

 private:
  [[nodiscard]] std::set<std::size_t> component_of(std::size_t start) const {
    std::set<std::size_t> group;
    std::vector<std::size_t> left{start};
    while (!left.empty()) {
      const auto place = left.back();
      left.pop_back();
      if (!group.insert(place).second) continue;
      for (const auto& [other, kind] : linked_with(signals_[place].keys)) left.push_back(other);
    }
    return group;
  }

  [[nodiscard]] std::optional<Json> match_of(const std::set<std::size_t>& group) const {
    std::set<std::string> ids, partners, numbers;
    std::size_t strongest = no_kind;
    for (const auto place : group) {
      const auto& signal = signals_[place];
      ids.insert(signal.id);
      partners.insert(signal.partner);
      if (const auto bsn = signal.keys.find("bsn"); bsn != signal.keys.end())
        numbers.insert(bsn->second);
      for (const auto& [other, kind] : linked_with(signal.keys))
        if (signals_[other].partner != signal.partner) strongest = std::min(strongest, kind);
    }
    if (partners.size() < 2) return std::nullopt;
    return Json{{"signals", ids},
                {"partners", partners},
                {"certainty", kinds.at(strongest).second},
                {"ambiguous", numbers.size() > 1}};
  }

  std::vector<Signal> signals_;
  std::map<std::pair<const std::string, std::string>, std::vector<std::size_t>> holders_;
};

std::vector<Json> at_most(const std::vector<Json>& list, std::size_t most) {
  return {list.begin(), list.begin() + static_cast<std::ptrdiff_t>(std::min(most, list.size()))};
}

}  // namespace

std::vector<Json> read_lines(const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in) throw std::runtime_error(file.string() + ": cannot be read");
  std::vector<Json> lines;
  for (std::string line; std::getline(in, line);)
    if (!line.empty()) lines.push_back(Json::parse(line));
  return lines;
}

void write_lines(const std::filesystem::path& file, const std::vector<Json>& lines) {
  std::ofstream out(file);
  for (const auto& line : lines) out << line.dump() << '\n';
}

RegionData RegionData::read(const std::filesystem::path& folder) {
  RegionData data;
  for (const auto& file : std::filesystem::directory_iterator(folder / "signals"))
    data.signals[file.path().stem().string()] = read_lines(file.path());
  data.queries = read_lines(folder / "queries.jsonl");
  return data;
}

RegionData RegionData::first(std::size_t signals_each, std::size_t most_queries) const {
  RegionData part;
  for (const auto& [partner, bodies] : signals)
    part.signals[partner] = at_most(bodies, signals_each);
  part.queries = at_most(queries, most_queries);
  return part;
}

void RegionData::write(const std::filesystem::path& folder) const {
  std::filesystem::create_directories(folder / "signals");
  std::filesystem::create_directories(folder / "expect");
  for (const auto& [partner, bodies] : signals)
    write_lines(folder / "signals" / (partner + ".jsonl"), bodies);
  write_lines(folder / "queries.jsonl", queries);
  const auto expected = Expectation::of(*this);
  write_lines(folder / "expect" / "matches.jsonl", expected.matches);
  write_lines(folder / "expect" / "queries.jsonl", expected.answers);
  write_lines(folder / "expect" / "open.jsonl", expected.open);
}

std::vector<std::string> RegionData::linkage_keys() const {
  std::set<std::string> found;
  const auto add = [&](const Json& body) {
    for (auto& [kind, value] : keys_of(body.at("person"))) found.insert(value);
  };
  for (const auto& [partner, bodies] : signals) std::ranges::for_each(bodies, add);
  std::ranges::for_each(queries, add);
  return {found.begin(), found.end()};
}

Expectation Expectation::of(const RegionData& data) {
  const Linker linker(data);
  const auto& signals = linker.signals();
  Expectation expected;
  expected.matches = linker.matches();
  std::vector<bool> open;
  for (std::size_t i = 0; i < signals.size(); ++i) {
    const auto partners = linker.partners_beside(i);
    open.push_back(partners >= 2);
    expected.open.push_back(
        {{"signal", signals[i].id}, {"afterTwo", partners >= 2}, {"afterThree", partners >= 3}});
  }
  for (const auto& query : data.queries) {
    std::set<std::string> ids, partners;
    for (const auto& [place, kind] : linker.linked_with(keys_of(query.at("person")))) {
      if (!open[place]) continue;
      ids.insert(signals[place].id);
      partners.insert(signals[place].partner);
    }
    expected.answers.push_back(
        {{"case", query.at("case")}, {"signals", ids}, {"partners", partners}});
  }
  return expected;
}

Expectation Expectation::read(const std::filesystem::path& folder) {
  return {read_lines(folder / "expect" / "matches.jsonl"),
          read_lines(folder / "expect" / "queries.jsonl"),
          read_lines(folder / "expect" / "open.jsonl")};
}

}  // namespace sluis::test
