// Which of two selections says more: for `check` and `compare`. Words of the document's own.
#pragma once

#include <algorithm>
#include <optional>

#include "policy/document.hpp"

namespace sluis::policy {

[[nodiscard]] inline bool has(const Selection& selection, std::string_view word) {
  return selection.all ||
         std::find(selection.words.begin(), selection.words.end(), word) != selection.words.end();
}
/// Everything in `inner` is in `outer`. `universe`: all the words that there are.
template <class Words>
[[nodiscard]] bool covers(const Selection& outer, const Selection& inner, const Words& universe) {
  if (outer.all) return true;
  const auto held = [&](const auto& word) { return has(outer, word); };
  return inner.all ? std::all_of(universe.begin(), universe.end(), held)
                   : std::all_of(inner.words.begin(), inner.words.end(), held);
}
/// What a forbid leaves out is covered whole.
template <class Words>
[[nodiscard]] bool covers(const std::optional<Selection>& outer, const Selection& inner,
                          const Words& universe) {
  return !outer || covers(*outer, inner, universe);
}
[[nodiscard]] inline bool meet(const Selection& a, const Selection& b) {
  if (a.all || b.all) return true;
  return std::any_of(a.words.begin(), a.words.end(),
                     [&](const auto& word) { return has(b, word); });
}
[[nodiscard]] inline bool meet(const std::optional<Selection>& a, const Selection& b) {
  return !a || meet(*a, b);
}

}  // namespace sluis::policy
