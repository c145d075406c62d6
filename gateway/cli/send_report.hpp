// What became of the lines of a file that was sent, for people and for scripts. It holds line
// numbers, codes and rules: nothing of what a line says.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "gateway/cli/send_lines.hpp"

namespace sluis::gateway::cli {

class SendReport {
 public:
  /// One line of the gateway's answer: {"line","status","id"?,"signal"|"problem"}.
  void add(std::uint64_t line, const nlohmann::json& answer);
  void not_sent(const Batch& batch);

  [[nodiscard]] std::uint64_t settled() const { return accepted_ + known_ + refused_; }
  [[nodiscard]] std::uint64_t refused() const { return refused_; }
  [[nodiscard]] std::uint64_t unsent() const { return unsent_; }

  [[nodiscard]] nlohmann::ordered_json document() const;
  void print(std::ostream& out) const;

 private:
  struct Refusal {
    std::uint64_t count = 0;
    std::vector<std::uint64_t> lines;  // the first few
    std::string detail;                // of the first one
    std::set<std::string> pointers;    // where in the line, over all of them
  };
  struct Partner {
    std::map<std::string, std::uint64_t> shared;      // by rule
    std::map<std::string, std::uint64_t> not_shared;  // by the reason in words
  };

  void add_decisions(const nlohmann::json& signal);
  void add_refusal(std::uint64_t line, const nlohmann::json& answer);

  std::uint64_t accepted_ = 0, known_ = 0, refused_ = 0, unsent_ = 0;
  std::uint64_t first_unsent_ = 0;
  std::map<std::string, Refusal> refusals_;  // by code
  std::map<std::string, Partner> partners_;
};

}  // namespace sluis::gateway::cli
