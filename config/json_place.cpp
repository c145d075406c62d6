// From a JSON Pointer back to a line and a column, for people who have the file open.
#include <algorithm>

#include "config/json.hpp"

namespace sluis::config {
namespace {

/// Walks a text that is known to be JSON; every step stays inside it even if it is not.
class Walk {
 public:
  explicit Walk(std::string_view text) : text_(text) {
    if (text_.starts_with("\xef\xbb\xbf")) at_ = 3;
    skip_blank();
  }

  [[nodiscard]] std::size_t at() const noexcept { return at_; }

  /// Goes to the start of the member or element that `name` names; stays where it is, and
  /// returns false, when there is none.
  bool enter(std::string_view name) {
    const std::size_t before = at_;
    if (peek() == '{' && enter_member(name)) return true;
    if (peek() == '[' && enter_element(name)) return true;
    at_ = before;
    return false;
  }

 private:
  [[nodiscard]] char peek(std::size_t ahead = 0) const noexcept {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }

  bool enter_member(std::string_view name) {
    step();
    while (peek() == '"') {
      const std::size_t begin = at_;
      skip_string();
      const auto key = Json::parse(text_.substr(begin, at_ - begin), nullptr, false);
      skip_blank();
      step();  // the colon
      if (key == name) return true;
      skip_value();
      if (peek() == ',') step();
    }
    return false;
  }
  bool enter_element(std::string_view name) {
    step();
    std::size_t index = 0;
    while (at_ < text_.size() && peek() != ']') {
      if (std::to_string(index++) == name) return true;
      skip_value();
      if (peek() == ',') step();
    }
    return false;
  }

  void step() {
    if (at_ < text_.size()) ++at_;
    skip_blank();
  }
  void skip_blank() {
    for (;;) {
      at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size());
      if (peek() != '/') return;
      const bool line = peek(1) == '/';
      const auto end = text_.find(line ? "\n" : "*/", at_ + 2);
      at_ = end == std::string_view::npos ? text_.size() : end + (line ? 1 : 2);
    }
  }
  void skip_string() {
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\') ++at_;
    }
    at_ = std::min(at_ + 1, text_.size());
  }
  void skip_value() {
    std::size_t depth = 0;
    do {
      const char c = peek();
      if (c == '"') {
        skip_string();
      } else if (c == '{' || c == '[') {
        ++depth;
        ++at_;
      } else if (c == '}' || c == ']') {
        --depth;
        ++at_;
      } else if (c == ',' || c == ':') {
        ++at_;
      } else {
        at_ = std::min(text_.find_first_of(" \t\r\n,:]}/", at_), text_.size());
      }
      skip_blank();
    } while (depth > 0 && at_ < text_.size());
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

std::string unescape(std::string_view token) {
  std::string name;
  for (std::size_t i = 0; i < token.size(); ++i) {
    if (token[i] == '~' && i + 1 < token.size()) {
      name += token[++i] == '0' ? '~' : '/';
    } else {
      name += token[i];
    }
  }
  return name;
}

}  // namespace

Place place_of(std::string_view text, std::size_t offset) noexcept {
  const auto before = text.substr(0, std::min(offset, text.size()));
  const auto newline = before.rfind('\n');
  const auto line = newline == std::string_view::npos ? before : before.substr(newline + 1);
  const auto starts_character = [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  };
  return {static_cast<std::size_t>(std::ranges::count(before, '\n')) + 1,
          static_cast<std::size_t>(std::ranges::count_if(line, starts_character)) + 1};
}

Place locate(std::string_view text, std::string_view pointer) {
  Walk walk(text);
  while (!pointer.empty()) {
    pointer.remove_prefix(1);
    const auto end = std::min(pointer.find('/'), pointer.size());
    if (!walk.enter(unescape(pointer.substr(0, end)))) break;
    pointer.remove_prefix(end);
  }
  return place_of(text, walk.at());
}

Error join_errors(std::string_view what, std::string_view text, const std::vector<Error>& errors) {
  std::string detail(what);
  for (const Error& each : errors) {
    const Place place = locate(text, each.pointer);
    detail += "\n  line " + std::to_string(place.line) + ", column " + std::to_string(place.column);
    detail += ": " + (each.pointer.empty() ? std::string("the document") : each.pointer);
    detail += ": " + each.detail;
  }
  if (errors.empty()) return error(Code::internal, std::move(detail));
  return error(errors.front().code, std::move(detail), errors.front().pointer);
}

}  // namespace sluis::config
