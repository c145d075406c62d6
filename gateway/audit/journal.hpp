// Gives every record its place in the log, and signs the log's state, inside the commit that makes
// the record durable.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "config/ids.hpp"
#include "config/time.hpp"
#include "crypto/sign.hpp"
#include "gateway/audit/merkle.hpp"
#include "gateway/audit/note.hpp"
#include "gateway/store/store.hpp"

namespace sluis::gateway::audit {

/// Used on the store's thread alone, apart from the construction. The clock outlives it.
class Journal final : public store::Sequencer {
 public:
  /// The log's origin is `<oin>/audit/<year>`, the year (UTC) of its first record.
  Journal(crypto::SigningKey log_key, config::Oin oin, const config::Clock& clock);

  /// Called once, inside a read, before the first act. Hashes every record again and compares with
  /// what the store says that its leaf was, and with the root of the last checkpoint and our own
  /// signature on it. An error names the first record that does not fit: then the program must not
  /// start, since what it signed and what it has are two things.
  [[nodiscard]] config::Result<void> load(store::Transaction& tx);
  /// Called after every commit with records, on the store's thread: must be quick and not throw.
  /// Set before the first act.
  void on_commit(std::function<void()> wake) { wake_ = std::move(wake); }

  void sequence(store::Transaction& tx, const std::vector<std::string>& records) override;
  void committed() noexcept override;
  void undone() noexcept override;

 private:
  struct State {
    std::string origin;  // empty before the first record
    CompactRange range;
  };
  [[nodiscard]] Verifier verifier(const std::string& origin) const;
  [[nodiscard]] config::Result<CompactRange> hash_again(store::Transaction& tx) const;
  [[nodiscard]] std::string origin_of_year(std::string_view year) const;

  const crypto::SigningKey log_key_;
  const config::Oin oin_;
  const config::Clock& clock_;
  std::function<void()> wake_;
  bool loaded_ = false;
  State durable_;
  State prepared_;  // between sequence and committed
};

}  // namespace sluis::gateway::audit
