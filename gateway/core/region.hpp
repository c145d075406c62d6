// What this gateway knows of itself and of its region at this moment.
#pragma once

#include <memory>
#include <mutex>
#include <utility>

#include "config/directory.hpp"
#include "config/time.hpp"
#include "gateway/keys/domain_keys.hpp"
#include "gateway/keys/gateway_keys.hpp"
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
        keys_(std::move(keys)),
        clock_(clock),
        standing_(std::make_shared<const Standing>(std::move(standing))) {}

  [[nodiscard]] const config::PartnerId& self() const noexcept { return self_; }
  [[nodiscard]] const GatewayKeys& keys() const noexcept { return *keys_; }
  [[nodiscard]] config::Timestamp now() const { return clock_.now(); }

  [[nodiscard]] std::shared_ptr<const Standing> standing() const {
    const std::scoped_lock lock(mutex_);
    return standing_;
  }
  void replace(Standing standing) {
    auto fresh = std::make_shared<const Standing>(std::move(standing));
    const std::scoped_lock lock(mutex_);
    standing_ = std::move(fresh);
  }

 private:
  const config::PartnerId self_;
  const std::shared_ptr<const GatewayKeys> keys_;
  const config::Clock& clock_;
  mutable std::mutex mutex_;  // guards standing_
  std::shared_ptr<const Standing> standing_;
};

}  // namespace sluis::gateway
