// What must follow from a set of signals, by protocol.md's own words (§2 Linking, §4 Opening), all
// signals beside each other: nothing here knows how the gateway gets there.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "config/json.hpp"

namespace sluis::test {

using config::Json;

/// Signals as their partners send them, and queries: bodies of /v1.
struct RegionData {
  std::map<std::string, std::vector<Json>> signals;  // by partner
  std::vector<Json> queries;

  /// DIR/signals/PARTNER.jsonl and DIR/queries.jsonl.
  static RegionData read(const std::filesystem::path& folder);
  /// The first of each list alone.
  [[nodiscard]] RegionData first(std::size_t signals_each, std::size_t most_queries) const;
  /// With expect/ beside them, in the form that `sluis region compare` reads.
  void write(const std::filesystem::path& folder) const;
  /// Every BSN and whole linkage key in it.
  [[nodiscard]] std::vector<std::string> linkage_keys() const;
};

/// The lines of expect/: matches, queries, open.
struct Expectation {
  std::vector<Json> matches, answers, open;

  static Expectation of(const RegionData& data);
  static Expectation read(const std::filesystem::path& folder);
};

[[nodiscard]] std::vector<Json> read_lines(const std::filesystem::path& file);
void write_lines(const std::filesystem::path& file, const std::vector<Json>& lines);

}  // namespace sluis::test
