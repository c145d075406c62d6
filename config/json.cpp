#include "config/json.hpp"

#include <unicode/utf8.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <iterator>

namespace sluis::config {
namespace {

constexpr double most_exact = 9007199254740992.0;  // 2^53: every integer up to it is a double

/// Reads the text and counts, so that a fault found between two tokens has a place.
struct CountingCursor {
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  const char* at;
  std::size_t* consumed;

  reference operator*() const { return *at; }
  CountingCursor& operator++() {
    ++at;
    ++*consumed;
    return *this;
  }
  // Not const, as the check would have it: the standard asks for a value that can be assigned.
  CountingCursor operator++(int) {  // NOLINT(cert-dcl21-cpp)
    const CountingCursor before = *this;
    ++*this;
    return before;
  }
  bool operator==(const CountingCursor& other) const { return at == other.at; }
};

/// True when the double nearest to this integer literal is that integer, or is written so.
bool double_holds(double nearest, const std::string& literal) {
  if (es6_number(nearest) == literal) return true;
  std::array<char, 320> exact;
  const int size = std::snprintf(exact.data(), exact.size(), "%.0f", nearest);
  return std::string_view(exact.data(), static_cast<std::size_t>(size)) == literal;
}

/// What the parser's own message is about, without the input that it quotes.
std::string_view syntax_fault(std::string_view message) {
  struct Phrase {
    std::string_view in_message, ours;
  };
  static constexpr Phrase phrases[] = {
      {"ill-formed UTF-8", "bad UTF-8"},
      {"surrogate", "half of a surrogate pair"},
      {"number overflow", "a number that a double can't hold"},
      {"control character", "a control character in a string"},
      {"invalid comment", "comments are not allowed here, or this one does not end"},
      {"unexpected end of input", "the text ends too soon"},
      {"expected end of input", "more text after the end"},
  };
  for (const auto& phrase : phrases) {
    if (message.find(phrase.in_message) != std::string_view::npos) return phrase.ours;
  }
  return "this is not JSON";
}

/// Builds the value from the parser's events; an event that returns false ends the parse.
class Builder {
 public:
  Builder(std::string_view text, JsonLimits limits) : text_(text), limits_(limits) {}

  std::size_t consumed = 0;

  bool null() { return add(nullptr); }
  bool boolean(bool value) { return add(value); }
  bool number_integer(std::int64_t value) { return add_integer(value); }
  bool number_unsigned(std::uint64_t value) { return add_integer(value); }
  bool number_float(double value, const std::string& literal) {
    const auto exponent = literal.find_first_of("eE");
    const auto mantissa = literal.substr(0, exponent);
    const bool vanished = value == 0 && mantissa.find_first_of("123456789") != std::string::npos;
    const bool whole = literal.find_first_of(".eE") == std::string::npos;
    if (vanished || (whole && !double_holds(value, literal))) return refuse_number();
    return add(value);
  }
  bool string(std::string& value) { return add(std::move(value)); }
  bool binary(Json::binary_t& /*unused*/) { return false; }
  bool start_object(std::size_t /*unknown*/) { return open(Json::object()); }
  bool start_array(std::size_t /*unknown*/) { return open(Json::array()); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }

  bool key(std::string& name) {
    auto& members = frames_.back().container->get_ref<Json::object_t&>();
    const auto [member, fresh] = members.try_emplace(std::move(name), nullptr);
    frames_.back().member = &*member;
    if (!fresh) return refuse(consumed, "double key", pointer());
    return true;
  }

  bool parse_error(std::size_t position, const std::string& /*quotes the input*/,
                   const nlohmann::detail::exception& fault) {
    return refuse(position, syntax_fault(fault.what()), {});
  }

  Json root;
  Error failure;

 private:
  struct Frame {
    Json* container;
    Json::object_t::value_type* member = nullptr;  // the one being read, in an object
  };

  Json& slot() {
    if (frames_.empty()) return root;
    Frame& frame = frames_.back();
    if (frame.member != nullptr) return frame.member->second;
    return frame.container->get_ref<Json::array_t&>().emplace_back();
  }
  template <class Integer>
  bool add_integer(Integer value) {
    const auto nearest = static_cast<double>(value);
    if (std::abs(nearest) < most_exact) return add(value);
    if (!double_holds(nearest, std::to_string(value))) return refuse_number();
    return add(nearest);
  }
  template <class Value>
  bool add(Value&& value) {
    slot() = std::forward<Value>(value);
    return true;
  }
  bool open(Json container) {
    if (frames_.size() >= limits_.depth) {
      return refuse(consumed, "deeper than " + std::to_string(limits_.depth) + " levels", {});
    }
    Json& place = slot();
    place = std::move(container);
    frames_.push_back({&place});
    return true;
  }
  bool close() {
    frames_.pop_back();
    return true;
  }
  /// Of the value that is about to be read.
  std::string pointer() const {
    std::string path;
    for (const Frame& frame : frames_) {
      if (frame.member != nullptr) {
        extend_pointer(path, frame.member->first);
      } else {
        const bool last = &frame == &frames_.back();
        const auto size = frame.container->size();
        extend_pointer(path, last ? size : size - 1);
      }
    }
    return path;
  }
  bool refuse_number() { return refuse(consumed, "a number that a double can't hold", pointer()); }
  bool refuse(std::size_t offset, std::string_view what, std::string where) {
    const Place place = place_of(text_, offset == 0 ? 0 : offset - 1);
    failure = error(Code::invalid,
                    "line " + std::to_string(place.line) + ", column " +
                        std::to_string(place.column) + ": " + std::string(what),
                    std::move(where));
    return false;
  }

  std::string_view text_;
  JsonLimits limits_;
  std::vector<Frame> frames_;
};

bool needs_escape(std::string_view key) {
  return key.find_first_of("~/") != std::string_view::npos;
}

}  // namespace

Result<Json> parse_json(std::string_view text, JsonLimits limits) {
  Builder builder(text, limits);
  const CountingCursor first{text.data(), &builder.consumed};
  const CountingCursor last{text.data() + text.size(), &builder.consumed};
  const bool read = Json::sax_parse(first, last, &builder, Json::input_format_t::json,
                                    /*strict=*/true, limits.allow_comments);
  if (!read) return builder.failure;
  return std::move(builder.root);
}

bool is_utf8(std::string_view text) noexcept {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  for (std::size_t i = 0; i < text.size();) {
    UChar32 character = 0;
    U8_NEXT(bytes, i, text.size(), character);
    if (character < 0) return false;
  }
  return true;
}

void extend_pointer(std::string& pointer, std::string_view key) {
  constexpr std::size_t longest_key = 64;
  if (key.size() > longest_key) return;
  for (const char c : key) {
    if (static_cast<unsigned char>(c) < 0x20) return;
  }
  pointer += '/';
  if (!needs_escape(key)) {
    pointer += key;
    return;
  }
  for (const char c : key) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer += c;
    }
  }
}

void extend_pointer(std::string& pointer, std::size_t index) {
  pointer += '/';
  pointer += std::to_string(index);
}

}  // namespace sluis::config
