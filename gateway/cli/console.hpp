// How every command speaks: exit statuses, tables, progress, JSON, errors.
#pragma once

#include <chrono>
#include <functional>
#include <iosfwd>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "config/result.hpp"

namespace sluis::gateway::cli {

/// What `sluis` ends with; README.md in this folder is the table for users.
enum class Exit : int {
  fine = 0,
  not_so = 1,       // the thing asked for does not hold: a difference, a fault in a log
  usage = 2,        // the command line cannot be understood
  unreachable = 3,  // a gateway did not answer, or not in time
  refused = 4,      // a gateway answered: no
  local = 5,        // a file or key here is missing, unreadable or wrong
  bug = 70,         // a fault of ours
};

/// Where a command reads and writes. Results go to `out`; progress and errors to `err`.
struct Console {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  /// `err` is a terminal: progress may be shown. Never true for a pipe or a file.
  bool interactive = false;
};

/// A command's outcome: how it ended, or what stopped it.
using Outcome = config::Result<Exit>;

/// The code under which a gateway's "no" travels here, whichever it was: its own code and detail
/// stand in the text.
inline constexpr auto refused_by_gateway = config::Code::unauthenticated;

/// The exit status that a failure of this kind ends with.
[[nodiscard]] Exit exit_for(config::Code code) noexcept;

/// One JSON document, indented for people, with a newline.
void print_json(Console& console, const nlohmann::ordered_json& document);

/// Columns padded to their widest cell; the last one is cut to keep a line within 80 columns,
/// unless `whole` is asked for. Cells are UTF-8.
class Table {
 public:
  explicit Table(std::vector<std::string> head) : rows_{std::move(head)} {}
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  void print(std::ostream& out, std::string_view indent = "") const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

/// The number of columns that UTF-8 text takes, counting code points.
[[nodiscard]] std::size_t columns(std::string_view text) noexcept;

/// `text` without control characters: what another program sent must not steer the terminal.
[[nodiscard]] std::string printable(std::string_view text);

/// `text` as one word of a shell command, for people to copy.
[[nodiscard]] std::string shell_word(std::string_view text);

/// 12345 as "12 345": figures that people read.
[[nodiscard]] std::string grouped(std::uint64_t number);

/// One line that is rewritten in place on a terminal, at most ten times a second; silent elsewhere.
class Progress {
 public:
  explicit Progress(Console& console) : console_(console) {}
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress() { clear(); }
  void show(const std::string& line);
  void clear();

 private:
  Console& console_;
  std::chrono::steady_clock::time_point last_{};
  bool shown_ = false;
};

}  // namespace sluis::gateway::cli
