// What this gateway knows of itself and of its region at this moment.
#pragma once

#include <memory>
#include <mutex>
#include <utility>

#include "config/directory.hpp"
#include "config/time.hpp"
#include "crypto/sign.hpp"
#include "gateway/keys/domain_keys.hpp"
#include "gateway/keys/gateway_keys.hpp"
#include "gateway/keys/key_shares.hpp"
#include "policy/document.hpp"

namespace sluis::gateway {

/// One consistent view: hold it for the length of an act, so that a directory or policy that is
/// replaced meanwhile cannot give one act two minds.
struct Standing {
  std::shared_ptr<const config::Directory> directory;
  std::shared_ptr<const DomainKeys> domain_keys;
  std::shared_ptr<const KeyShares> shares;
  std::shared_ptr<const policy::Policy> policy;
  std::string policy_hash;  // base64url, as it stands in every record of a decision
};

/// Who we are, our own keys, and the standing in force. Any thread may ask.
class Region {
 public:
  Region(config::PartnerId self, std::shared_ptr<const GatewayKeys> keys,
         const config::Clock& clock, Standing standing)
      : self_(std::move(self)),
        clock_(clock),
        keys_(std::move(keys)),
        standing_(std::make_shared<const Standing>(std::move(standing))) {}

  [[nodiscard]] const config::PartnerId& self() const noexcept { return self_; }
  /// Hold it for as long as anything of it is used: the key file may be replaced meanwhile.
  [[nodiscard]] std::shared_ptr<const GatewayKeys> keys() const {
    const std::scoped_lock lock(mutex_);
    return keys_;
  }
  /// Ours, as the directory in force names it: partners check what we sign with that one. While a
  /// new key is in the file and not yet in the directory, that is a former one.
  [[nodiscard]] crypto::SigningKey sign_key() const {
    const std::scoped_lock lock(mutex_);
    const auto* entry = standing_->directory->partner(self_);
    const auto* named = entry == nullptr ? nullptr : keys_->sign_key(entry->sign_key);
    return named == nullptr ? keys_->sign : *named;
  }
  [[nodiscard]] config::Timestamp now() const { return clock_.now(); }

  [[nodiscard]] std::shared_ptr<const Standing> standing() const {
    const std::scoped_lock lock(mutex_);
    return standing_;
  }
  void replace(Standing standing) { replace(std::move(standing), keys()); }
  /// Both at once, as they were held against each other.
  void replace(Standing standing, std::shared_ptr<const GatewayKeys> keys) {
    auto fresh = std::make_shared<const Standing>(std::move(standing));
    const std::scoped_lock lock(mutex_);
    standing_ = std::move(fresh);
    keys_ = std::move(keys);
  }

 private:
  const config::PartnerId self_;
  const config::Clock& clock_;
  mutable std::mutex mutex_;  // guards what follows
  std::shared_ptr<const GatewayKeys> keys_;
  std::shared_ptr<const Standing> standing_;
};

}  // namespace sluis::gateway
