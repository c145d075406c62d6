// The embedded engine: one SQLite file, one connection, one thread that owns it.
#pragma once

#include <filesystem>
#include <memory>

#include "config/result.hpp"
#include "gateway/store/store.hpp"

namespace sluis::gateway::store {

struct SqliteLimits {
  /// Acts, and apart from them reads, that may wait; one more is refused as Unavailable.
  std::size_t queue_acts = 8192;
  /// Acts that share one commit at most: a read waits for one commit at the longest.
  std::size_t commit_acts = 1024;
  int cache_kib = 65536;
};

/// Opens the file, or makes it (mode 0600) with its tables, and takes it for this process alone.
/// `sequencer` outlives the store; it is called on the store's thread.
///
/// A refusal (queue full, stopped) calls `done` at once, on the caller's thread; everything else
/// calls it on the store's. Work and Done are destroyed there too, Work before Done is called.
/// `done` must not throw and must not call `stop`.
///
/// A commit that the disk failed is undone, and reported as Unavailable. Should the machine stop
/// before the next commit overwrites it, it may come back whole, audit record included: a caller
/// that got Unavailable tries again under the same id.
///
/// Errors: `unavailable` when the file cannot be opened or another process has it; `invalid` when
/// it is no database, another program's, or of a newer schema than this program knows.
config::Result<std::unique_ptr<Store>> open_sqlite(const std::filesystem::path& file,
                                                   Sequencer& sequencer, SqliteLimits limits = {});

}  // namespace sluis::gateway::store
