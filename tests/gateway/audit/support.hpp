// A log for tests: a store, a journal that signs with the vectors' key, and a published folder.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "../store/support.hpp"
#include "config/time.hpp"
#include "gateway/audit/journal.hpp"
#include "gateway/audit/publisher.hpp"
#include "gateway/audit/verify.hpp"

namespace sluis::gateway::audit::test {

using store::test::act;
using store::test::look;
using store::test::TempFolder;

/// The key whose seed is 00 01 … 1f.
const crypto::SigningKey& log_key();
config::Oin oin();

struct FixedClock final : config::Clock {
  [[nodiscard]] config::Timestamp now() const override { return time; }
  config::Timestamp time = config::parse_time("2026-11-22T10:00:00Z").value();
};

/// Store and journal over one database file; opened again by making another over it.
class TestLog {
 public:
  explicit TestLog(const std::filesystem::path& folder, const crypto::SigningKey& key = log_key());
  /// Makes the clock show this day from now on.
  void set_day(const std::string& day) {
    clock.time = config::parse_time(day + "T10:00:00Z").value();
  }
  ~TestLog() { store->stop(); }

  /// What `Journal::load` said; the store is usable either way.
  config::Result<void> loaded;
  /// One act, and so one checkpoint.
  void append(std::vector<std::string> records);
  [[nodiscard]] std::string checkpoint();

  FixedClock clock;
  Journal journal;
  std::unique_ptr<store::Store> store;
};

inline const std::string origin = "00000099000000002000/audit/2026";
inline Verifier verifier() {
  return {origin, log_key().public_key()};
}

/// `{"n":0}`, `{"n":1}`, …
std::vector<std::string> numbered(std::size_t count, std::size_t from = 0);
std::string read(const std::filesystem::path& file);
void write(const std::filesystem::path& file, std::string_view bytes);
/// The names of all files under a folder.
std::vector<std::string> files_in(const std::filesystem::path& folder);

}  // namespace sluis::gateway::audit::test
