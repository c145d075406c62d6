// "Did you mean …": of the words that may stand somewhere, the one that a slip would turn into
// this.
#pragma once

#include <string>
#include <string_view>

namespace sluis::config {

/// How many letters must be put in, left out, replaced or swapped with their neighbour to make `a`
/// of `b`; `most` + 1 for more than `most`.
[[nodiscard]] std::size_t slips(std::string_view a, std::string_view b, std::size_t most);

/// `; did you mean "x"?` for the nearest of `words` within a third of its length, or nothing.
template <class Words>
[[nodiscard]] std::string did_you_mean(std::string_view word, const Words& words) {
  std::string_view nearest;
  auto least = word.size() / 3 + 1;
  for (const std::string_view each : words) {
    const auto distance = slips(word, each, least);
    if (distance >= least) continue;
    least = distance;
    nearest = each;
  }
  if (nearest.empty()) return {};
  return "; did you mean \"" + std::string(nearest) + "\"?";
}

}  // namespace sluis::config
