#include "gateway/cli/region_data.hpp"

#include <algorithm>
#include <fstream>
#include <functional>

#include "config/json.hpp"
#include "gateway/cli/answer_fields.hpp"

namespace sluis::gateway::cli {

using config::Code;
using config::error;
using config::Result;
using nlohmann::json;

namespace {

constexpr std::size_t differences_told = 5;

/// Every line of a .jsonl file through `use`. A fault is named by file and line, never by content.
Result<void> each_line(const std::filesystem::path& path,
                       const std::function<void(const std::string&, const json&)>& use) {
  std::ifstream file(path);
  if (!file) {
    return error(Code::not_found, path.string() +
                                      ": cannot be opened; DATA must have the form of what "
                                      "make_region_data.py writes");
  }
  std::string line;
  for (std::size_t number = 1; std::getline(file, line); ++number) {
    if (line.empty()) continue;
    const auto parsed = config::parse_json(line);
    if (!parsed || !parsed->is_object()) {
      return error(Code::invalid,
                   path.string() + ": line " + std::to_string(number) + " is not a JSON object");
    }
    use(line, *parsed);
  }
  return {};
}

std::vector<std::string> texts(const json& list) {
  std::vector<std::string> found;
  for (const auto& each : list) {
    if (each.is_string()) found.push_back(each.get<std::string>());
  }
  std::ranges::sort(found);
  return found;
}

Result<void> read_senders(const std::filesystem::path& folder, RegionData& data) {
  std::error_code failed;
  for (const auto& file : std::filesystem::directory_iterator(folder / "signals", failed)) {
    if (file.path().extension() != ".jsonl") continue;
    const auto partner = file.path().stem().string();
    auto read = each_line(file.path(), [&](const std::string&, const json& signal) {
      data.sender[text_at(signal, "id")] = partner;
    });
    if (!read) return read;
  }
  if (failed) {
    return error(Code::not_found, (folder / "signals").string() + ": " + failed.message());
  }
  return {};
}

Result<void> read_expected(const std::filesystem::path& folder, unsigned reveal, RegionData& data) {
  const char* opened = reveal >= 3 ? "afterThree" : "afterTwo";
  auto read = each_line(folder / "open.jsonl", [&](const std::string&, const json& each) {
    if (flag_at(each, opened)) data.open.insert(text_at(each, "signal"));
  });
  if (!read) return read;
  const auto is_open = [&](const std::string& id) { return data.open.contains(id); };
  read = each_line(folder / "matches.jsonl", [&](const std::string&, const json& each) {
    ExpectedMatch match{texts(list_at(each, "signals")), texts(list_at(each, "partners")),
                        text_at(each, "certainty"), flag_at(each, "ambiguous")};
    if (std::ranges::any_of(match.signals, is_open)) data.matches.push_back(std::move(match));
  });
  if (!read) return read;
  return each_line(folder / "queries.jsonl", [&](const std::string&, const json& each) {
    auto signals = texts(list_at(each, "signals"));
    std::erase_if(signals, [&](const std::string& id) { return !is_open(id); });
    data.answers[text_at(each, "case")] = std::move(signals);
  });
}

std::string first_difference(const std::vector<std::string>& expected,
                             const std::vector<std::string>& found) {
  std::vector<std::string> missing, extra;
  std::ranges::set_difference(expected, found, std::back_inserter(missing));
  std::ranges::set_difference(found, expected, std::back_inserter(extra));
  std::string text;
  if (!missing.empty()) {
    text = std::to_string(missing.size()) + " missing, first " + missing.front();
  }
  if (!extra.empty()) {
    text += text.empty() ? "" : "; ";
    text += std::to_string(extra.size()) + " too many, first " + extra.front();
  }
  return text;
}

/// The ids of a list of signals, sorted; a signal under another sender than its own is said.
std::vector<std::string> ids_of(const RegionData& data, const json& signals, const char* where,
                                Differences& differences) {
  std::vector<std::string> ids;
  for (const auto& signal : signals) {
    auto id = text_at(signal, "id");
    const auto sender = data.sender.find(id);
    if (sender != data.sender.end() && sender->second != text_at(signal, "partner")) {
      differences.add(std::string(where) + ": signal " + id + " is from " + sender->second +
                      ", but stands under " + text_at(signal, "partner"));
    }
    ids.push_back(std::move(id));
  }
  std::ranges::sort(ids);
  return ids;
}

void compare_match(const ExpectedMatch& expected, const json& found,
                   const std::vector<std::string>& signals, Differences& differences) {
  const auto name = "match with signal " + expected.signals.front();
  if (signals != expected.signals) {
    differences.add(name + ": its signals: " + first_difference(expected.signals, signals));
  }
  if (const auto partners = texts(list_at(found, "partners")); partners != expected.partners) {
    differences.add(name + ": its partners: " + first_difference(expected.partners, partners));
  }
  if (text_at(found, "certainty") != expected.certainty) {
    differences.add(name + ": " + text_at(found, "certainty") + ", must be " + expected.certainty);
  }
  if (flag_at(found, "ambiguous") != expected.ambiguous) {
    differences.add(name + (expected.ambiguous ? ": must be ambiguous" : ": is not ambiguous"));
  }
}

}  // namespace

void Differences::add(std::string text) {
  ++count_;
  if (first_.size() < differences_told) first_.push_back(std::move(text));
}

Result<RegionData> RegionData::read(const std::filesystem::path& folder, unsigned reveal) {
  RegionData data;
  auto done = read_senders(folder, data);
  if (done) done = read_expected(folder / "expect", reveal, data);
  if (done) {
    done = each_line(folder / "queries.jsonl",
                     [&](const std::string& line, const json&) { data.queries.push_back(line); });
  }
  if (!done) return done.failure();
  return data;
}

void compare_matches(const RegionData& data, const std::vector<json>& found,
                     Differences& differences) {
  std::map<std::string, std::size_t> match_of;  // signal to place in `found`
  std::vector<std::vector<std::string>> signals_of;
  std::vector<std::string> open;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto& signals = list_at(found[i], "signals");
    signals_of.push_back(ids_of(data, signals, "matches", differences));
    for (const auto& id : signals_of.back()) match_of[id] = i;
    for (const auto& signal : signals) {
      if (flag_at(signal, "open")) open.push_back(text_at(signal, "id"));
    }
  }
  std::set<std::size_t> seen;
  for (const auto& expected : data.matches) {
    const auto place = match_of.find(expected.signals.front());
    if (place == match_of.end()) {
      differences.add("match with signal " + expected.signals.front() + ": missing");
      continue;
    }
    seen.insert(place->second);
    compare_match(expected, found[place->second], signals_of[place->second], differences);
  }
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (!seen.contains(i)) differences.add("match " + text_at(found[i], "id") + ": one too many");
  }
  std::ranges::sort(open);
  const std::vector<std::string> must_be_open(data.open.begin(), data.open.end());
  if (open != must_be_open) {
    differences.add("open signals: " + first_difference(must_be_open, open));
  }
}

void compare_answer(const RegionData& data, const std::string& query_case, const json& answer,
                    Differences& differences) {
  const auto expected = data.answers.find(query_case);
  if (expected == data.answers.end()) {
    differences.add("query " + query_case + ": expect/queries.jsonl does not have it");
    return;
  }
  const auto where = "query " + query_case;
  std::vector<std::string> shown;
  for (const auto& match : list_at(answer, "matches")) {
    const auto ids = ids_of(data, list_at(match, "signals"), where.c_str(), differences);
    shown.insert(shown.end(), ids.begin(), ids.end());
  }
  std::ranges::sort(shown);
  if (shown != expected->second) {
    differences.add(where + ": its signals: " + first_difference(expected->second, shown));
  }
}

}  // namespace sluis::gateway::cli
