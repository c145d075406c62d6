// What the `policy` commands work on: policies, what they may name, and decisions of the past.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "gateway/cli/console.hpp"
#include "policy/document.hpp"
#include "policy/simulate.hpp"
#include "policy/surroundings.hpp"

namespace sluis::gateway::cli {

/// Where the region's words come from: a gateway's settings, whose directory is verified, or a
/// directory, or its words alone, that is read without looking at signatures.
struct WordsFrom {
  std::filesystem::path settings, directory;
};
[[nodiscard]] config::Result<policy::Surroundings> read_surroundings(const WordsFrom& from);

struct PolicyFile {
  std::filesystem::path path;
  std::string text;
  policy::Policy policy;
};
[[nodiscard]] config::Result<PolicyFile> read_policy_file(const std::filesystem::path& path,
                                                          const policy::Known& known);

/// The day in Amsterdam, or the one that was asked for.
[[nodiscard]] config::Result<config::Day> day_or_today(const std::string& text);

/// Walks the records of a published log, or of all logs in a gateway's folder, one for each year,
/// oldest first, and calls `decided` for each that tells of a decision by policy. Not verified:
/// `sluis audit verify` does that.
struct PastDecisions {
  std::size_t logs = 0;
  std::uint64_t records = 0;
  std::uint64_t untold = 0;  // a decision, but the record lacks what it was about
};
[[nodiscard]] config::Result<PastDecisions> read_past_decisions(
    const std::filesystem::path& log,
    const std::function<void(const policy::PastDecision&)>& decided);

}  // namespace sluis::gateway::cli
