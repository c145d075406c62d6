// Made-up data for a region with the answers that must follow from it, and what differs from them.
#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "config/result.hpp"

namespace sluis::gateway::cli {

struct ExpectedMatch {
  std::vector<std::string> signals;  // sorted
  std::vector<std::string> partners;
  std::string certainty;
  bool ambiguous = false;
};

/// A folder with signals/PARTNER.jsonl, queries.jsonl and expect/{matches,queries,open}.jsonl.
struct RegionData {
  std::map<std::string, std::string> sender;  // of each signal
  std::vector<ExpectedMatch> matches;         // those with something open
  std::set<std::string> open;
  std::vector<std::string> queries;                         // bodies of POST /v1/queries
  std::map<std::string, std::vector<std::string>> answers;  // by case: the signals shown, sorted

  /// `reveal` is the number of partners after which every rule reveals: 2 or 3. Where it is 3, an
  /// answer of expect/queries.jsonl, which is that after two, keeps what is open after three.
  [[nodiscard]] static config::Result<RegionData> read(const std::filesystem::path& folder,
                                                       unsigned reveal);
};

/// What differs. Every difference is counted, the first few are told: ids and partners alone.
class Differences {
 public:
  void add(std::string text);
  [[nodiscard]] std::size_t count() const { return count_; }
  [[nodiscard]] const std::vector<std::string>& first() const { return first_; }

 private:
  std::size_t count_ = 0;
  std::vector<std::string> first_;
};

/// `found` are the matches of GET /v1/matches, all pages: the same signals together, from the same
/// partners, as certain, as ambiguous, and open what must be open.
void compare_matches(const RegionData& data, const std::vector<nlohmann::json>& found,
                     Differences& differences);

/// `answer` is that of POST /v1/queries to the query with this case.
void compare_answer(const RegionData& data, const std::string& query_case,
                    const nlohmann::json& answer, Differences& differences);

}  // namespace sluis::gateway::cli
