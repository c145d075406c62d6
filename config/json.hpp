// JSON as every document and message of ours has it: strict to read (RFC 8259, and the limits of
// I-JSON, RFC 7493), and one canonical form to sign (JCS, RFC 8785).
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/result.hpp"

namespace sluis::config {

using Json = nlohmann::json;

struct JsonLimits {
  /// How many arrays and objects may stand inside each other.
  std::size_t depth = 32;
  /// `//` and `/* */` as white space: for files that people write, never for messages.
  bool allow_comments = false;
};

/// Refused with `invalid`, its line and column, and where one is known its pointer: what is not
/// JSON, bytes after it, deeper than the limit, a double key, bad UTF-8 or half a surrogate pair,
/// a number that a double can't hold (too large, too small, or an integer that would change). The
/// text is never echoed. Uses no stack in proportion to the input.
[[nodiscard]] Result<Json> parse_json(std::string_view text, JsonLimits limits = {});

/// The one text of this value under RFC 8785: no white space, keys in UTF-16 order, numbers as
/// ECMAScript writes them. `invalid` for what can't be put so: bad UTF-8, a number that is not
/// finite, an integer that a double can't hold. parse_json never makes one of these.
[[nodiscard]] Result<std::string> jcs(const Json& value);

/// The number as ECMAScript's Number::toString writes it; `number` is finite.
[[nodiscard]] std::string es6_number(double number);

[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

/// Adds `/key` to a JSON Pointer (RFC 6901). A key that is long or has control characters can't
/// be one of ours, and is not repeated: the pointer stays at its object.
void extend_pointer(std::string& pointer, std::string_view key);
void extend_pointer(std::string& pointer, std::size_t index);

/// Line and column, both from 1; the column counts characters.
struct Place {
  std::size_t line = 1;
  std::size_t column = 1;
  bool operator==(const Place&) const = default;
};
[[nodiscard]] Place place_of(std::string_view text, std::size_t offset) noexcept;

/// Where the value that `pointer` names begins in `text`, or the last one on the way to it that is
/// there. `text` is one that parse_json takes, with or without comments.
[[nodiscard]] Place locate(std::string_view text, std::string_view pointer);

/// All faults of a document as one error for people, a line each: `line 3, column 7:
/// /listen/api: must be …`. The code is that of the first one.
[[nodiscard]] Error join_errors(std::string_view what, std::string_view text,
                                const std::vector<Error>& errors);

}  // namespace sluis::config
