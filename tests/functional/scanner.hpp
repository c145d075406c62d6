// Looks for persons where there must be none: in every byte of every file below a folder.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace sluis::test {

struct Leak {
  std::filesystem::path file;
  std::size_t offset = 0;
  std::string needle;
  std::string encoding;  // "plain", "base64 at 1", …
};
/// The first few, a line each; empty when there are none.
[[nodiscard]] std::string told(const std::vector<Leak>& leaks);

/// Any number of needles at once, each in plain, base64 and base64url (at the three offsets that
/// its surroundings can give it), hex, UTF-16 and JSON escapes. The time goes with the bytes looked
/// at.
class Scanner {
 public:
  /// Shorter ones would be found by chance.
  static constexpr std::size_t shortest_needle_bytes = 9;

  /// Each needle once. Throws std::invalid_argument for one that is too short.
  explicit Scanner(const std::vector<std::string>& needles);

  /// All leaks in all regular files, their names included; a folder that is not there is an error.
  [[nodiscard]] std::vector<Leak> scan_folder(const std::filesystem::path& folder) const;
  /// Of one text; `file` is what its leaks are said to be in.
  void scan(std::string_view text, const std::filesystem::path& file,
            std::vector<Leak>& leaks) const;

  [[nodiscard]] std::size_t patterns() const noexcept { return patterns_.size(); }

 private:
  struct Meaning {
    std::string needle, encoding;
  };
  void add(std::string pattern, const std::string& needle, const std::string& encoding);

  std::unordered_map<std::string, Meaning> patterns_;
  /// The lengths of the patterns that begin with these eight bytes; the bitmap says quickly that
  /// there are none.
  std::unordered_map<std::uint64_t, std::vector<std::size_t>> lengths_;
  std::vector<std::uint64_t> bitmap_;
};

}  // namespace sluis::test
