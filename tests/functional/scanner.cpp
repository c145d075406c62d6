#include "tests/functional/scanner.hpp"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "crypto/encoding.hpp"

namespace sluis::test {

namespace {

constexpr std::size_t prefix_bytes = 8;
constexpr unsigned bitmap_bits = 25;  // 4 MiB: a few per cent full with a million patterns

std::uint64_t prefix_at(const char* text) {
  std::uint64_t prefix = 0;
  std::memcpy(&prefix, text, prefix_bytes);
  return prefix;
}

std::size_t bit_of(std::uint64_t prefix) {
  return static_cast<std::size_t>((prefix * 0x9E3779B97F4A7C15U) >> (64U - bitmap_bits));
}

/// The characters of base64 that are the same whatever stands around the needle, where `before`
/// bytes of a group of three come first.
std::string stable_base64(std::string_view needle, std::size_t before, bool url) {
  const std::string padded = std::string(before, '\0') + std::string(needle);
  const auto bytes = crypto::as_view(padded);
  const auto text = url ? crypto::base64url(bytes) : crypto::base64(bytes);
  const auto first = (before * 8 + 5) / 6, last = padded.size() * 8 / 6;
  return text.substr(first, last - first);
}

/// UTF-16 code units; the needle is UTF-8.
std::u16string code_units(std::string_view needle) {
  std::u16string units;
  for (std::size_t i = 0; i < needle.size();) {
    const auto lead = static_cast<unsigned char>(needle[i]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (length == 4 || i + length > needle.size())
      throw std::invalid_argument("a needle must be UTF-8 of the basic plane");
    unsigned point = length == 1 ? lead : lead & (0xFFU >> (length + 1));
    for (std::size_t k = 1; k < length; ++k)
      point = (point << 6U) | (static_cast<unsigned char>(needle[i + k]) & 0x3FU);
    units.push_back(static_cast<char16_t>(point));
    i += length;
  }
  return units;
}

std::string utf16(const std::u16string& units, bool little_endian) {
  std::string bytes;
  for (const auto unit : units) {
    const char low = static_cast<char>(unit & 0xFFU), high = static_cast<char>(unit >> 8U);
    bytes += little_endian ? low : high;
    bytes += little_endian ? high : low;
  }
  return bytes;
}

/// Every character as \uXXXX, or those alone that are not ASCII.
std::string json_escapes(const std::u16string& units, bool all, bool upper) {
  const char* digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
  std::string text;
  for (const auto unit : units) {
    if (!all && unit < 0x80) {
      text += static_cast<char>(unit);
      continue;
    }
    text += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4)
      text += digits[(unit >> static_cast<unsigned>(shift)) & 15U];
  }
  return text;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f');
}

/// Nine digits occur by chance in what is written in hex: trace ids (16 and 32 characters) and the
/// tails of UUIDs. A number that stands in such a run is one; a BSN never has a letter beside it.
bool is_random_id(std::string_view text, std::size_t at, std::size_t length) {
  if (!std::all_of(text.begin() + static_cast<std::ptrdiff_t>(at),
                   text.begin() + static_cast<std::ptrdiff_t>(at + length), is_digit))
    return false;
  std::size_t first = at, last = at + length;
  while (first > 0 && is_hex(text[first - 1])) --first;
  while (last < text.size() && is_hex(text[last])) ++last;
  const auto run = text.substr(first, last - first);
  if (run.size() >= 16) return !std::all_of(run.begin(), run.end(), is_digit);
  return run.size() == 12 && first >= 6 && text[first - 1] == '-' && text[first - 6] == '-';
}

}  // namespace

std::string told(const std::vector<Leak>& leaks) {
  constexpr std::size_t most = 10;
  std::string text = leaks.empty() ? "" : std::to_string(leaks.size()) + " leaks:\n";
  for (std::size_t i = 0; i < std::min(most, leaks.size()); ++i)
    text += leaks[i].file.string() + " at " + std::to_string(leaks[i].offset) + ": " +
            leaks[i].needle + " (" + leaks[i].encoding + ")\n";
  return text;
}

Scanner::Scanner(const std::vector<std::string>& needles)
    : bitmap_((std::size_t{1} << bitmap_bits) / 64) {
  for (const auto& needle : needles) {
    if (needle.size() < shortest_needle_bytes)
      throw std::invalid_argument("a needle that is too short");
    add(needle, needle, "plain");
    for (std::size_t before = 0; before < 3; ++before) {
      add(stable_base64(needle, before, false), needle, "base64 at " + std::to_string(before));
      add(stable_base64(needle, before, true), needle, "base64url at " + std::to_string(before));
    }
    auto hex = crypto::hex(crypto::as_view(needle));
    add(hex, needle, "hex");
    std::ranges::transform(hex, hex.begin(),
                           [](char c) { return c >= 'a' ? static_cast<char>(c - 32) : c; });
    add(hex, needle, "hex in capitals");
    const auto units = code_units(needle);
    add(utf16(units, true), needle, "UTF-16LE");
    add(utf16(units, false), needle, "UTF-16BE");
    for (const bool all : {true, false})
      for (const bool upper : {true, false})
        add(json_escapes(units, all, upper), needle, "JSON escapes");
  }
}

void Scanner::add(std::string pattern, const std::string& needle, const std::string& encoding) {
  const auto prefix = prefix_at(pattern.data());
  auto& lengths = lengths_[prefix];
  if (std::ranges::find(lengths, pattern.size()) == lengths.end())
    lengths.push_back(pattern.size());
  bitmap_[bit_of(prefix) / 64] |= std::uint64_t{1} << (bit_of(prefix) % 64);
  patterns_.try_emplace(std::move(pattern), Meaning{needle, encoding});
}

void Scanner::scan(std::string_view text, const std::filesystem::path& file,
                   std::vector<Leak>& leaks) const {
  for (std::size_t at = 0; at + prefix_bytes <= text.size(); ++at) {
    const auto prefix = prefix_at(text.data() + at);
    const auto bit = bit_of(prefix);
    if ((bitmap_[bit / 64] >> (bit % 64) & 1U) == 0) continue;
    const auto lengths = lengths_.find(prefix);
    if (lengths == lengths_.end()) continue;
    for (const auto length : lengths->second) {
      if (at + length > text.size()) continue;
      const auto found = patterns_.find(std::string(text.substr(at, length)));
      if (found != patterns_.end() && !is_random_id(text, at, length))
        leaks.push_back({file, at, found->second.needle, found->second.encoding});
    }
  }
}

std::vector<Leak> Scanner::scan_folder(const std::filesystem::path& folder) const {
  std::vector<Leak> leaks;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    scan(entry.path().filename().string(), entry.path(), leaks);
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    if (!file) throw std::runtime_error(entry.path().string() + ": cannot be read");
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    scan(text, entry.path(), leaks);
  }
  return leaks;
}

}  // namespace sluis::test
