// Key ceremonies with all their parties in one process: the real state machines, and nothing
// between them but a loop. Partners have the keys of tests/config/region_fixture.hpp.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "config/directory.hpp"
#include "crypto/scalar.hpp"
#include "gateway/keys/ceremony.hpp"

namespace sluis::test {

/// What a ceremony ends in: the transcript with all signatures, and k_1 … k_n.
struct MadeKey {
  gateway::Transcript transcript;
  std::vector<crypto::SecretScalar> shares;

  /// Null where `id` does not hold it.
  [[nodiscard]] const crypto::SecretScalar* share_of(const config::PartnerId& id) const;
};

/// The key of this use in the directory's first domain and epoch, made or dealt on.
[[nodiscard]] gateway::CeremonyPlan plan_of(const config::Directory& directory,
                                            const std::string& use,
                                            const MadeKey* previous = nullptr);
/// Runs that ceremony to its end.
[[nodiscard]] MadeKey make_key(const config::Directory& directory, const std::string& use,
                               const MadeKey* previous = nullptr);
/// k itself, from the shares of holders 1 … t.
[[nodiscard]] crypto::SecretScalar joined(const MadeKey& key);
/// k·G for that k: K, where all is well.
[[nodiscard]] crypto::Array<32> joined_public(const MadeKey& key);

/// One gateway at the table.
struct Party {
  crypto::SigningKey sign;
  std::vector<crypto::SealKey> seal;
  gateway::Ceremony ceremony;

  [[nodiscard]] gateway::Ceremony::OwnKeys own() const { return {sign, seal}; }
  /// As a process that stops and starts again: only what was serialised is left.
  void restart();
};

/// All parties of one ceremony.
class Table {
 public:
  explicit Table(const gateway::CeremonyPlan& plan, const MadeKey* previous = nullptr,
                 const std::set<std::string>& absent = {});

  /// What `to` gets in place of a message, or nothing. Called once for each message and receiver.
  using Courier =
      std::function<std::optional<gateway::RoundMessage>(gateway::RoundMessage, const Party& to)>;
  Courier courier;
  bool relay = false;               // each also passes on what it got from others
  std::function<void()> after_act;  // after each message made or taken

  /// Everybody speaks when it can, and all that is said is carried, until nothing changes.
  void run();
  [[nodiscard]] MadeKey result() const;
  [[nodiscard]] Party& at(const std::string& id) { return parties_.at(id); }
  [[nodiscard]] const Party& at(const std::string& id) const { return parties_.at(id); }
  [[nodiscard]] std::map<std::string, Party>& parties() { return parties_; }

 private:
  bool carry(const Party& from, Party& to);
  std::map<std::string, Party> parties_;
  std::set<std::string> carried_;
};

}  // namespace sluis::test
