// A policy said back in sentences: what a lawyer holds against the agreement (convenant).
#pragma once

#include <string>
#include <vector>

#include "policy/text.hpp"

namespace sluis::policy {

/// One rule, or something that holds for the whole document (then `rule` is empty).
struct Sentence {
  std::string pointer, rule;
  Text text;
};

/// The whole document, in its own order. Nothing of it is left unsaid, and nothing else is said.
[[nodiscard]] std::vector<Sentence> sentences(const Document& document, const Surroundings& known);

[[nodiscard]] Text sentence(const SendRule& rule, const Surroundings& known);
[[nodiscard]] Text sentence(const AcceptRule& rule, const Surroundings& known);
[[nodiscard]] Text sentence(const QueryRule& rule, const Surroundings& known);
[[nodiscard]] Text sentence(const EvaluateRule& rule, const Surroundings& known);
[[nodiscard]] Text sentence(const ForbidRule& rule, const Surroundings& known);

}  // namespace sluis::policy
