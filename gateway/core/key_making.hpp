// One ceremony under way at this gateway, with the file that it survives a restart by.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "gateway/keys/ceremony.hpp"
#include "gateway/keys/domain_keys.hpp"
#include "gateway/keys/key_files.hpp"

namespace sluis::gateway {

/// Keeps the order that a ceremony asks of its caller: what changed is durable before any message
/// of ours leaves. Any thread; the work is some scalar multiplications and an fsync, so not home's.
class KeyMaking {
 public:
  /// A ceremony that was never begun before. Nothing is durable before the first `exchange`.
  [[nodiscard]] static config::Result<std::shared_ptr<KeyMaking>> begin(
      const KeyFiles& files, CeremonyPlan plan, const config::PartnerId& self,
      const crypto::SecretScalar* old_share);
  /// `not_found` when none of this generation was begun.
  [[nodiscard]] static config::Result<std::shared_ptr<KeyMaking>> restore(
      const KeyFiles& files, const KeyGeneration& name);

  /// Takes what others said, says what can be said now, makes that durable, and gives every message
  /// known. A message that is refused is passed over. `unavailable` when it could not be made
  /// durable: nothing may leave then; `not_found` after `end`.
  [[nodiscard]] config::Result<std::vector<RoundMessage>> exchange(
      const std::vector<RoundMessage>& from_others, const Ceremony::OwnKeys& own);
  /// Wipes the file. Nothing is said or kept any more.
  [[nodiscard]] config::Result<void> end();

  struct Look {
    Ceremony::Progress progress;
    std::size_t messages = 0;
    std::string trouble;  // what keeps us from speaking, other than others' faults
    std::chrono::system_clock::time_point moved_at;
    bool ended = false;
  };
  [[nodiscard]] Look look() const;
  /// Once in force: the record of this generation, and our share where we hold one. Null before.
  struct Made {
    KeyRecord record;
    std::shared_ptr<const crypto::SecretScalar> share;
  };
  [[nodiscard]] std::optional<Made> made() const;

  [[nodiscard]] const KeyGeneration& name() const noexcept { return name_; }
  [[nodiscard]] const CeremonyPlan& plan() const noexcept { return plan_; }
  [[nodiscard]] const crypto::Array<64>& cer() const noexcept { return cer_; }
  [[nodiscard]] std::uint64_t attempt() const noexcept { return plan_.ceremony.attempt; }

 private:
  KeyMaking(const KeyFiles& files, Ceremony ceremony, bool durable);

  const KeyFiles& files_;
  const CeremonyPlan plan_;
  const crypto::Array<64> cer_;
  const KeyGeneration name_;
  mutable std::mutex mutex_;  // guards what follows
  Ceremony ceremony_;
  bool durable_;
  bool ended_ = false;
  std::string trouble_;
  std::chrono::system_clock::time_point moved_at_ = std::chrono::system_clock::now();
};

}  // namespace sluis::gateway
