// Gives every record its place in the log, and signs the log's state, inside the commit that makes
// the record durable.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/ids.hpp"
#include "config/time.hpp"
#include "crypto/sign.hpp"
#include "gateway/audit/guard.hpp"
#include "gateway/audit/merkle.hpp"
#include "gateway/audit/note.hpp"
#include "gateway/store/store.hpp"

namespace sluis::gateway::audit {

/// The order is: commit, guard, publish. What is signed next is signed only once the guard has what
/// was signed before, so that the guard is never more than one commit behind.
///
/// Used on the store's thread alone, apart from the construction, `forbid` and `guarded`. The clock
/// outlives it.
class Journal final : public store::Sequencer {
 public:
  /// A log's origin is `<oin>/audit/<year>` (UTC). The first commit of another, later year begins
  /// another log, whose first record has the last checkpoint of the one before.
  Journal(crypto::SigningKey log_key, config::Oin oin, const config::Clock& clock,
          std::filesystem::path guard);

  /// Called once, inside a read, before the first act. Builds the tree from the leaves that the
  /// store has, hashes the last 4,096 records again, and compares with the last checkpoint, our own
  /// signature on it, and the guard. An error names the first record that does not fit, or says
  /// that the database was put back: then the program must not start, since what it signed and
  /// what it has are two things.
  [[nodiscard]] config::Result<void> load(store::Transaction& tx);
  /// In the place of `load`, after a backup was put back: what is there must fit together, and the
  /// guard may have seen more. The next commit begins a log of its own, since the old one's later
  /// states are signed and gone. Gives what the guard saw, `<origin>/<size>/<root>`, or "none".
  /// `conflict` when database and guard agree: then nothing is to be restored, unless a witness has
  /// seen more than both, and the caller says so.
  [[nodiscard]] config::Result<std::string> load_restored(store::Transaction& tx,
                                                          bool witness_has_more = false);

  /// Whether the database has the state that `note`, a checkpoint with our own signature, shows:
  /// `conflict` when it has less, or another; another code when the note proves nothing. `who` has
  /// seen it, for people.
  [[nodiscard]] config::Result<void> check_seen(store::Transaction& tx, std::string_view note,
                                                const std::string& who) const;
  /// Called after every commit with records, on the store's thread: must be quick and not throw.
  /// Set before the first act.
  void on_commit(std::function<void()> wake) { wake_ = std::move(wake); }
  /// Nothing is signed any more from now on: a witness has a later state of this log than we. Any
  /// thread.
  void forbid() noexcept { forbidden_ = true; }
  /// False while the guard could not be written, and after `forbid`. Any thread.
  [[nodiscard]] bool guarded() const noexcept { return !behind_ && !forbidden_; }

  void sequence(store::Transaction& tx, const std::vector<std::string>& records) override;
  void committed() noexcept override;
  void undone() noexcept override;

 private:
  struct State {
    store::Log log;  // without an origin before the first record
    CompactRange range;
  };
  [[nodiscard]] config::Result<State> read(store::Transaction& tx) const;
  [[nodiscard]] config::Result<CompactRange> hash_again(store::Transaction& tx,
                                                        std::uint64_t first) const;
  [[nodiscard]] config::Result<Checkpoint> own(std::string_view note) const;
  void begin(store::Transaction& tx, std::string origin);
  void turn_year(store::Transaction& tx);
  void append(store::Transaction& tx, const std::string& record);
  [[nodiscard]] std::string year_now() const;

  const crypto::SigningKey log_key_;
  const config::Oin oin_;
  const config::Clock& clock_;
  Guard guard_;
  std::function<void()> wake_;
  bool loaded_ = false;
  bool restored_ = false;            // the next commit begins a log of its own
  std::atomic<bool> behind_{false};  // the guard does not have `durable_` yet
  std::atomic<bool> forbidden_{false};
  State durable_;
  State prepared_;  // between sequence and committed
};

}  // namespace sluis::gateway::audit
