#include "gateway/files/secret_scanner.hpp"

#include <algorithm>

namespace sluis::gateway {

void SecretScanner::skip_blank() {
  at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size());
}

bool SecretScanner::take(char wanted) {
  skip_blank();
  if (at_ >= text_.size() || text_[at_] != wanted) return false;
  ++at_;
  return true;
}

std::optional<std::string_view> SecretScanner::string() {
  if (!take('"')) return std::nullopt;
  const auto end = text_.find_first_of("\"\\\n", at_);
  if (end == std::string_view::npos || text_[end] != '"') return std::nullopt;
  const auto found = text_.substr(at_, end - at_);
  at_ = end + 1;
  return found;
}

std::optional<std::uint64_t> SecretScanner::number() {
  skip_blank();
  const auto end = std::min(text_.find_first_not_of("0123456789", at_), text_.size());
  const auto digits = text_.substr(at_, end - at_);
  constexpr std::size_t most_digits = 15;  // stays below 2^53
  if (digits.empty() || digits.size() > most_digits || (digits.size() > 1 && digits[0] == '0')) {
    return std::nullopt;
  }
  std::uint64_t value = 0;
  for (const char digit : digits) value = value * 10 + static_cast<std::uint64_t>(digit - '0');
  at_ = end;
  return value;
}

bool SecretScanner::at_end() {
  skip_blank();
  return at_ == text_.size();
}

std::string SecretScanner::place() const {
  const auto before = text_.substr(0, at_);
  const auto line_start = before.rfind('\n');
  const auto column = line_start == std::string_view::npos ? at_ + 1 : at_ - line_start;
  return "line " + std::to_string(std::ranges::count(before, '\n') + 1) + ", column " +
         std::to_string(column);
}

}  // namespace sluis::gateway
