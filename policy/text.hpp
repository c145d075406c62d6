// One thing said in Dutch and in English, and the lists and terms that such sentences have.
#pragma once

#include <string>
#include <vector>

#include "config/time.hpp"
#include "policy/surroundings.hpp"

namespace sluis::policy {

struct Text {
  std::string nl, en;
};

enum class Language { nl, en };
[[nodiscard]] inline const std::string& in(Language language, const Text& text) {
  return language == Language::nl ? text.nl : text.en;
}

/// Both languages get the same characters.
[[nodiscard]] Text plain(const std::string& text);
Text operator+(Text left, const Text& right);

/// "a, b en c"; `nothing` for none.
[[nodiscard]] Text listed(const std::vector<Text>& items, const Text& nothing);
[[nodiscard]] Text listed(const std::vector<std::string>& words);
/// `all` where the selection is everything.
[[nodiscard]] Text listed(const Selection& selection, const Text& all);
/// By their names in the directory, where it has them.
[[nodiscard]] Text partners_text(const Selection& selection, const Surroundings& known,
                                 const Text& all);
[[nodiscard]] Text partner_text(const std::string& id, const Surroundings& known);
[[nodiscard]] Text themes_text(const Selection& selection, const Surroundings& known);
[[nodiscard]] Text theme_text(const std::string& id, const Surroundings& known);
[[nodiscard]] Text fields_text(Mask fields);
[[nodiscard]] Text identifiers_text(Mask identifiers);
/// The same of words; one that the language does not have is left out.
[[nodiscard]] Text fields_text(const std::vector<std::string>& fields);
[[nodiscard]] Text identifiers_text(const std::vector<std::string>& identifiers);
/// "180 dagen", "1 jaar en 6 maanden".
[[nodiscard]] Text term_text(const config::Duration& term);
/// "1 januari 2027".
[[nodiscard]] Text day_text(config::Day day);

}  // namespace sluis::policy
