// The policies of two or more organisations side by side: where what one offers and what another
// takes or asks for do not meet. The gaps are the point: partners sit down with them.
#pragma once

#include <string>
#include <vector>

#include "config/json.hpp"
#include "policy/text.hpp"

namespace sluis::policy {

enum class GapState {
  agreed,        // offered and accepted
  not_accepted,  // offered; the other does not take it in
  not_offered,   // accepted or asked for; nobody offers it here
  blocked,       // one of the two forbids it
};

/// One theme, from one organisation to another that receives in a domain of its own.
struct Gap {
  std::string theme, from, to;
  GapState state = GapState::not_offered;
  bool offered = false, accepted = false;
  bool asked_for = false;                    // people at `to` may ask about it
  std::vector<std::string> offers, accepts;  // ids of the rules
  std::vector<Text> differences;             // where the conditions of the two do not fit
};

struct Comparison {
  std::vector<std::string> organisations;
  std::vector<Gap> gaps;  // by theme, from, to; every pair where either side says anything
  std::vector<std::string> unoffered;  // themes that are asked for and that nobody offers
};

/// `documents` of distinct organisations, all read against `known`. Rules that have expired on
/// `today` count as not there.
[[nodiscard]] Comparison compare(const std::vector<const Document*>& documents,
                                 const Surroundings& known, config::Day today);

[[nodiscard]] std::string_view state_name(GapState state) noexcept;
[[nodiscard]] Text state_text(GapState state);
[[nodiscard]] config::Json to_json(const Comparison& comparison);
/// One HTML page that needs nothing else: no script, no font, no address.
[[nodiscard]] std::string to_html(const Comparison& comparison, const Surroundings& known,
                                  Language language);

}  // namespace sluis::policy
