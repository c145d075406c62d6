// Reads the JSON of a key file where it lies, in locked memory: a parser that builds values would
// leave copies of the secrets behind on the heap.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/bytes.hpp"

namespace sluis::gateway {

/// A strict subset of RFC 8259, enough for key files: objects, arrays, strings without escapes,
/// whole numbers below 2^53. Every view that it gives points into the text.
class SecretScanner {
 public:
  /// `text` outlives the scanner.
  explicit SecretScanner(crypto::View text) : text_(crypto::as_text(text)) {}

  /// Reads an object; `member(name)` reads the value that follows and says whether it fitted.
  template <class Member>
  [[nodiscard]] bool object(Member&& member) {
    return sequence('{', '}', [&] {
      const auto name = string();
      return name && take(':') && member(*name);
    });
  }
  /// Reads an array; `element()` reads one value and says whether it fitted.
  template <class Element>
  [[nodiscard]] bool array(Element&& element) {
    return sequence('[', ']', element);
  }
  [[nodiscard]] std::optional<std::string_view> string();
  [[nodiscard]] std::optional<std::uint64_t> number();
  /// True when nothing but white space is left.
  [[nodiscard]] bool at_end();
  /// Line and column of where it stands, for an error: "line 3, column 7". Never the text itself.
  [[nodiscard]] std::string place() const;

 private:
  template <class Item>
  bool sequence(char open, char close, Item&& item) {
    if (!take(open)) return false;
    if (take(close)) return true;
    do {
      if (!item()) return false;
    } while (take(','));
    return take(close);
  }
  bool take(char wanted);
  void skip_blank();

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace sluis::gateway
