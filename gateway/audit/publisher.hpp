// Brings the log's folder up to date with the store, for people who read and verify it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>

#include "config/result.hpp"
#include "gateway/audit/folder.hpp"
#include "gateway/audit/tiles.hpp"
#include "gateway/store/store.hpp"

namespace sluis::gateway::audit {

struct PublisherLimits {
  std::chrono::milliseconds pause{100};   // between two rounds
  std::chrono::milliseconds retry{5000};  // after one that failed
};

/// A thread of its own. It publishes the newest state, not every state: what was committed while
/// it wrote goes together into the next round. Each log has a folder of its own, named as the last
/// part of its origin. Tiles come before the checkpoint that covers them, and a partial tile goes
/// when a wider one is covered. At the start it looks through all folders, and mends what is
/// missing or is another log's.
///
/// The store outlives it, and is stopped after it. Made once the journal has loaded: it publishes
/// what the store has, right or wrong.
class Publisher {
 public:
  Publisher(store::Store& store, std::filesystem::path folder, PublisherLimits limits = {});
  Publisher(const Publisher&) = delete;
  Publisher& operator=(const Publisher&) = delete;
  ~Publisher() { stop(); }

  /// Something was committed. For Journal::on_commit.
  void wake() noexcept;
  /// Waits until everything that is committed now is published. `unavailable` when that could not
  /// be done, or not in time.
  [[nodiscard]] config::Result<void> flush(std::chrono::milliseconds deadline);
  /// Ends after the round that runs. It does not publish what is left: `flush` first.
  void stop();
  /// False after a round that failed, until one works again.
  [[nodiscard]] bool healthy() const;

 private:
  void run();
  [[nodiscard]] config::Result<void> round();
  void publish();
  void publish_log(const store::Log& log);
  void advance(std::uint64_t size);
  void put_full(unsigned level, std::uint64_t index, std::span<const Hash> hashes);
  void put_partial(const std::string& name, std::string_view bytes, std::set<std::string>& names);
  [[nodiscard]] std::string bundle(std::uint64_t index, std::uint64_t width);
  void sweep() const;
  void start_over(std::uint64_t first);
  template <class F>
  auto look(F view);

  store::Store& store_;
  const std::filesystem::path root_;
  const PublisherLimits limits_;

  // Its own thread alone. All but the first are of the log that begins there.
  std::uint64_t first_ = 0;
  Folder folder_;
  TileEdge edge_;                   // as far as was published in this run
  std::set<std::string> partials_;  // the partial tiles that the checkpoint covers
  bool swept_ = false;

  mutable std::mutex mutex_;
  std::condition_variable changed_;  // under mutex_, as is what follows
  bool wanted_ = true;
  bool hurry_ = false;
  bool stopping_ = false;
  std::uint64_t begun_ = 0, ended_ = 0;  // rounds
  std::optional<config::Error> failure_;
  std::thread thread_;
};

}  // namespace sluis::gateway::audit
