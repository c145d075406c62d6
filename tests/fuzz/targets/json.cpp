// The parser below all others (RFC 8259, RFC 7493), its canonical form (RFC 8785), and the way from
// a pointer back to a place in the text.
#include "config/json.hpp"

#include <algorithm>

#include "tests/fuzz/fuzz.hpp"

using namespace sluis;
using config::Json;

namespace {

void canonical_form_is_stable(const Json& value) {
  const auto canonical = config::jcs(value);
  fuzz::must(canonical.ok(), "what was parsed has a canonical form");
  const auto again = fuzz::reparsed(*canonical);
  fuzz::must(again == value, "the canonical form is the same value");
  fuzz::must(config::jcs(again).value() == *canonical, "the canonical form is its own");
}

void places_are_inside(std::string_view text, const Json& value, const std::string& pointer,
                       unsigned& left) {
  if (left == 0) return;
  --left;
  const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
  const auto place = config::locate(text, pointer);
  fuzz::must(place.line >= 1 && place.line <= lines, "a place has a line of the text");
  fuzz::must(place.column >= 1 && place.column <= text.size() + 1, "and a column");
  if (!value.is_structured()) return;
  for (const auto& [key, inner] : value.items()) {
    auto next = pointer;
    config::extend_pointer(next, key);
    if (next != pointer) places_are_inside(text, inner, next, left);
  }
}

}  // namespace

bool fuzz::accepts(std::string_view input) {
  const auto commented = config::parse_json(input, {.allow_comments = true});
  const auto strict = config::parse_json(input);
  fuzz::must(commented.ok() || !strict.ok(), "allowing comments refuses nothing");
  if (!commented) {
    fuzz::must(!commented.failure().detail.empty(), "a refusal says why");
    return false;
  }
  fuzz::must(!strict.ok() || *strict == *commented, "allowing comments changes nothing");
  const auto lenient = Json::parse(input, nullptr, false, /*ignore_comments=*/true);
  fuzz::must(lenient == *commented, "the strict reader reads what the lenient one does");
  canonical_form_is_stable(*commented);
  unsigned places = 50;
  places_are_inside(input, *commented, "", places);
  return strict.ok();
}
