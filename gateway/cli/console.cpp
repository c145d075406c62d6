#include "gateway/cli/console.hpp"

#include <algorithm>
#include <ostream>

namespace sluis::gateway::cli {

namespace {

constexpr std::size_t terminal_columns = 80;

/// The longest start of `text` that takes at most `most` columns, marked where it was cut.
std::string cut(std::string_view text, std::size_t most) {
  if (columns(text) <= most) return std::string(text);
  std::string kept;
  std::size_t used = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool starts = (static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U;
    if (starts && used + 1 >= most) break;
    if (starts) ++used;
    kept += text[i];
  }
  return kept + "…";
}

}  // namespace

Exit exit_for(config::Code code) noexcept {
  using config::Code;
  switch (code) {
    case Code::unavailable:
    case Code::holders_unreachable:
      return Exit::unreachable;
    case refused_by_gateway:
      return Exit::refused;
    case Code::internal:
      return Exit::bug;
    default:
      return Exit::local;
  }
}

void print_json(Console& console, const nlohmann::ordered_json& document) {
  console.out << document.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace)
              << '\n';
}

std::size_t columns(std::string_view text) noexcept {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string printable(std::string_view text) {
  std::string kept;
  kept.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool c1_control =
        byte == 0xC2U && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0U;
    if (c1_control) ++i;
    kept += byte < 0x20U || byte == 0x7FU || c1_control ? ' ' : text[i];
  }
  return kept;
}

std::string shell_word(std::string_view text) {
  constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+=:,@%";
  if (!text.empty() && text.find_first_not_of(plain) == std::string_view::npos) {
    return std::string(text);
  }
  std::string word = "'";
  for (const char c : text) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + "'";
}

std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3) {
    digits.insert(static_cast<std::size_t>(at), " ");
  }
  return digits;
}

void Table::print(std::ostream& out, std::string_view indent) const {
  std::vector<std::size_t> widths;
  for (const auto& row : rows_) {
    widths.resize(std::max(widths.size(), row.size()), 0);
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], columns(row[i]));
  }
  for (const auto& row : rows_) {
    std::string line(indent);
    std::size_t used = columns(indent);
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i + 1 == row.size()) {
        line += cut(row[i], terminal_columns > used + 12 ? terminal_columns - used : 12);
      } else {
        line += row[i] + std::string(widths[i] - columns(row[i]) + 2, ' ');
        used += widths[i] + 2;
      }
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out << line << '\n';
  }
}

void Progress::show(const std::string& line) {
  if (!console_.interactive) return;
  const auto now = std::chrono::steady_clock::now();
  if (shown_ && now - last_ < std::chrono::milliseconds(100)) return;
  console_.err << '\r' << cut(line, terminal_columns - 1) << "\x1b[K" << std::flush;
  last_ = now;
  shown_ = true;
}

void Progress::clear() {
  if (!shown_) return;
  console_.err << "\r\x1b[K" << std::flush;
  shown_ = false;
}

}  // namespace sluis::gateway::cli
