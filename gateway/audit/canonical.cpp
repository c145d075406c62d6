// Whether a record is in RFC 8785 form, in one pass over its bytes and without a copy: verifying a
// log of millions of records, reading each into a tree and writing it again, would take minutes.
#include <array>
#include <cstdint>

#include "config/json.hpp"
#include "gateway/audit/record.hpp"

namespace sluis::gateway::audit {
namespace {

constexpr int max_depth = 8;
constexpr std::uint64_t end_of_integers = std::uint64_t{1} << 53;

class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool record() { return !rest_.empty() && rest_[0] == '{' && value(0) && rest_.empty(); }

 private:
  bool take(char wanted) {
    if (rest_.empty() || rest_[0] != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool take(std::string_view wanted) {
    if (!rest_.starts_with(wanted)) return false;
    rest_.remove_prefix(wanted.size());
    return true;
  }

  bool value(int depth) {
    if (rest_.empty() || depth == max_depth) return false;
    switch (rest_[0]) {
      case '{':
        return object(depth);
      case '[':
        return array(depth);
      case '"':
        return string();
      case 't':
        return take("true");
      case 'f':
        return take("false");
      case 'n':
        return take("null");
      default:
        return integer();
    }
  }

  bool object(int depth) {
    rest_.remove_prefix(1);
    if (take('}')) return true;
    std::string_view last;
    for (bool first = true;; first = false) {
      const auto begin = rest_;
      if (!key()) return false;
      // Keys are ASCII without escapes, so UTF-16 order is the order of bytes.
      const auto name = begin.substr(0, begin.size() - rest_.size());
      if (!first && name <= last) return false;
      last = name;
      if (!take(':') || !value(depth + 1)) return false;
      if (take('}')) return true;
      if (!take(',')) return false;
    }
  }

  bool array(int depth) {
    rest_.remove_prefix(1);
    if (take(']')) return true;
    for (;;) {
      if (!value(depth + 1)) return false;
      if (take(']')) return true;
      if (!take(',')) return false;
    }
  }

  /// Leaves the closing quote in the name that `object` compares: '"' sorts before every letter
  /// that a key may have, so a key that is the start of another still comes first.
  bool key() {
    if (!take('"')) return false;
    std::size_t size = 0;
    const auto fits = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             c == '_' || c == '-' || c == '.';
    };
    while (size < rest_.size() && fits(rest_[size])) ++size;
    rest_.remove_prefix(size);
    return size > 0 && take('"');
  }

  /// RFC 8785 §3.2.2.2: escaped is what must be, in the shortest form there is.
  bool string() {
    rest_.remove_prefix(1);
    std::size_t at = 0;
    bool ascii = true;
    for (; at < rest_.size() && rest_[at] != '"'; ++at) {
      const auto c = static_cast<unsigned char>(rest_[at]);
      if (c < ' ') return false;
      if (c >= 0x80) ascii = false;
      if (c != '\\') continue;
      const auto escape = escape_bytes(rest_.substr(at));
      if (escape == 0) return false;
      at += escape - 1;
    }
    if (at == rest_.size()) return false;
    const auto text = rest_.substr(0, at);
    rest_.remove_prefix(at + 1);
    return ascii || config::is_utf8(text);
  }

  /// The length of the canonical escape that `text` begins with, or 0.
  static std::size_t escape_bytes(std::string_view text) {
    if (text.size() < 2) return 0;
    if (std::string_view("\"\\bfnrt").find(text[1]) != std::string_view::npos) return 2;
    if (!text.starts_with("\\u00") || text.size() < 6) return 0;
    if (text[4] != '0' && text[4] != '1') return 0;
    const auto digit = std::string_view("0123456789abcdef").find(text[5]);
    if (digit == std::string_view::npos) return 0;
    const bool has_short_form = text[4] == '0' && (digit >= 8 && digit <= 13 && digit != 11);
    return has_short_form ? 0 : 6;
  }

  bool integer() {
    const bool negative = take('-');
    if (rest_.empty() || rest_[0] < '0' || rest_[0] > '9') return false;
    const bool zero = rest_[0] == '0';
    std::uint64_t magnitude = 0;
    while (!rest_.empty() && rest_[0] >= '0' && rest_[0] <= '9') {
      magnitude = magnitude * 10 + static_cast<std::uint64_t>(rest_[0] - '0');
      if (magnitude >= end_of_integers) return false;
      rest_.remove_prefix(1);
      if (zero) return !negative && (rest_.empty() || rest_[0] < '0' || rest_[0] > '9');
    }
    return true;
  }

  std::string_view rest_;
};

}  // namespace

bool is_canonical_record(std::string_view text) noexcept {
  return text.size() <= max_record_bytes && Scanner(text).record();
}

}  // namespace sluis::gateway::audit
