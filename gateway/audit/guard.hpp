// The guard: what was last signed, kept apart from the database, so that a database that was put
// back to an earlier state is seen before anything else is signed in its name.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "config/result.hpp"

namespace sluis::gateway::audit {

/// A file of two places, each with a counter, a note and their hash. They are written in turn and
/// in place, so that a power cut spoils at most the one that was being written, and one fdatasync
/// makes a note durable. The guard hands out what it was given: whose signature is on it, and
/// whether the database agrees, is for the journal. One process at a time: the database's lock sees
/// to that.
class Guard {
 public:
  explicit Guard(std::filesystem::path file) : file_(std::move(file)) {}
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;
  ~Guard();

  /// The last note; empty when the guard is new. `not_found` without a file, `invalid` for a file
  /// that is no guard.
  [[nodiscard]] config::Result<std::string> read();
  /// A new guard with nothing in it, mode 0600, durable with its name; in the place of any before.
  [[nodiscard]] config::Result<void> create();
  /// Durable when it returns. Throws std::system_error, whose text names the file.
  void write(std::string_view note);
  [[nodiscard]] const std::filesystem::path& file() const noexcept { return file_; }

  /// A place, and so the longest note with what stands beside it.
  static constexpr std::size_t place_bytes = 4096;

 private:
  void open();

  const std::filesystem::path file_;
  int descriptor_ = -1;
  std::uint64_t counter_ = 0;  // of the last note
};

}  // namespace sluis::gateway::audit
