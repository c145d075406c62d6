// What is wrong with a policy that is well-formed: rules that can never do anything, that
// contradict each other, that are past, or that go beyond what the region allows.
#pragma once

#include <string>
#include <vector>

#include "policy/text.hpp"

namespace sluis::policy {

/// error: no gateway takes the policy. warning: it does something other than its author may think.
/// notice: worth a look.
enum class Level { error, warning, notice };
[[nodiscard]] std::string_view level_name(Level level) noexcept;

struct Finding {
  Level level = Level::notice;
  std::string code;     // stable, kebab-case; README.md in this folder has the table
  std::string rule;     // its id; empty where it is about the whole document
  std::string pointer;  // into the document; config::locate gives the line
  Text text;            // what it is, and what to do
};

/// In the document's order. Pure: `today` is the day that it is asked about.
[[nodiscard]] std::vector<Finding> check(const Document& document, const Surroundings& known,
                                         config::Day today);

/// The first error; null when a gateway may take it. An expired policy is the caller's to refuse.
[[nodiscard]] const Finding* first_error(const std::vector<Finding>& findings) noexcept;

}  // namespace sluis::policy
