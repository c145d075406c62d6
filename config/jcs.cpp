// RFC 8785, JSON Canonicalization Scheme.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>

#include "config/json.hpp"

namespace sluis::config {
namespace {

/// UTF-8 sorts as code points do; UTF-16 puts what lies above U+FFFF (lead bytes F0…F4) before
/// U+E000…U+FFFF (lead bytes EE, EF). Where two texts first differ, this order of bytes is that
/// of UTF-16: bytes that are not lead bytes keep theirs.
unsigned utf16_rank(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  if (byte >= 0xf0) return byte - 2U;
  if (byte >= 0xee) return byte + 5U;
  return byte;
}

bool utf16_less(const std::string& a, const std::string& b) {
  return std::ranges::lexicographical_compare(a, b, {}, utf16_rank, utf16_rank);
}

class Writer {
 public:
  /// False where `value` has no canonical form; recursion is as deep as the value is.
  bool write(const Json& value) {
    switch (value.type()) {
      case Json::value_t::null:
        out += "null";
        return true;
      case Json::value_t::boolean:
        out += value.get<bool>() ? "true" : "false";
        return true;
      case Json::value_t::string:
        return write_text(value.get_ref<const std::string&>());
      case Json::value_t::number_integer:
        return write_integer(value.get<std::int64_t>());
      case Json::value_t::number_unsigned:
        return write_integer(value.get<std::uint64_t>());
      case Json::value_t::number_float:
        return write_number(value.get<double>());
      case Json::value_t::array:
        return write_array(value);
      case Json::value_t::object:
        return write_object(value);
      case Json::value_t::binary:
      case Json::value_t::discarded:
        break;
    }
    return false;
  }

  std::string out;

 private:
  template <class Integer>
  bool write_integer(Integer value) {
    const auto nearest = static_cast<double>(value);
    constexpr double end = std::is_signed_v<Integer> ? 0x1p63 : 0x1p64;
    if (nearest >= end || static_cast<Integer>(nearest) != value) return false;
    return write_number(nearest);
  }
  bool write_number(double value) {
    if (!std::isfinite(value)) return false;
    out += es6_number(value);
    return true;
  }
  bool write_text(const std::string& text) {
    if (!is_utf8(text)) return false;
    out += '"';
    for (const char c : text) write_character(c);
    out += '"';
    return true;
  }
  void write_character(char c) {
    static constexpr char digits[] = "0123456789abcdef";
    switch (c) {
      case '"':
        out += "\\\"";
        return;
      case '\\':
        out += "\\\\";
        return;
      case '\b':
        out += "\\b";
        return;
      case '\t':
        out += "\\t";
        return;
      case '\n':
        out += "\\n";
        return;
      case '\f':
        out += "\\f";
        return;
      case '\r':
        out += "\\r";
        return;
      default:
        break;
    }
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20) {
      out += "\\u00";
      out += digits[byte >> 4];
      out += digits[byte & 15];
    } else {
      out += c;
    }
  }
  bool write_array(const Json& value) {
    out += '[';
    bool first = true;
    for (const Json& element : value) {
      if (!std::exchange(first, false)) out += ',';
      if (!write(element)) return false;
    }
    out += ']';
    return true;
  }
  bool write_object(const Json& value) {
    using Member = Json::object_t::value_type;
    std::vector<const Member*> members;
    members.reserve(value.size());
    for (const Member& member : value.get_ref<const Json::object_t&>()) members.push_back(&member);
    std::ranges::sort(
        members, utf16_less, [](const Member* m) -> auto& { return m->first; });
    out += '{';
    bool first = true;
    for (const Member* member : members) {
      if (!std::exchange(first, false)) out += ',';
      if (!write_text(member->first)) return false;
      out += ':';
      if (!write(member->second)) return false;
    }
    out += '}';
    return true;
  }
};

}  // namespace

/// ECMA-262, Number::toString: the shortest digits that read back as this double, plain where the
/// point falls within 21 digits before or 6 zeros after it, with an exponent elsewhere.
std::string es6_number(double number) {
  if (number == 0) return "0";  // −0 too
  std::array<char, 32> buffer;
  const auto written = std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::abs(number),
                                     std::chars_format::scientific);
  const std::string_view form(buffer.data(), static_cast<std::size_t>(written.ptr - buffer.data()));
  const auto e = form.find('e');
  std::string digits(1, form[0]);
  if (e > 2) digits += form.substr(2, e - 2);
  int exponent = 0;
  const char* begin = form.data() + e + 1;
  std::from_chars(*begin == '+' ? begin + 1 : begin, form.data() + form.size(), exponent);

  const auto size = static_cast<int>(digits.size());
  const int point = exponent + 1;  // the value is 0.digits × 10^point
  std::string text = number < 0 ? "-" : "";
  if (size <= point && point <= 21) {
    return text + digits + std::string(static_cast<std::size_t>(point - size), '0');
  }
  if (0 < point && point <= 21) {
    const auto whole = static_cast<std::size_t>(point);
    return text + digits.substr(0, whole) + "." + digits.substr(whole);
  }
  if (-6 < point && point <= 0) {
    return text + "0." + std::string(static_cast<std::size_t>(-point), '0') + digits;
  }
  text += digits[0];
  if (size > 1) text += "." + digits.substr(1);
  return text + (exponent < 0 ? "e-" : "e+") + std::to_string(std::abs(exponent));
}

Result<std::string> jcs(const Json& value) {
  Writer writer;
  if (!writer.write(value)) {
    return error(Code::invalid,
                 "no canonical form: bad UTF-8, or a number that a double can't hold");
  }
  return std::move(writer.out);
}

}  // namespace sluis::config
