// The shares of the region's keys that this gateway itself holds.
#pragma once

#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include "crypto/scalar.hpp"
#include "gateway/keys/domain_keys.hpp"
#include "gateway/keys/key_files.hpp"

namespace sluis::gateway {

/// The shares k_i, by generation. A gateway that is no holder has none. A copy shares the secrets
/// themselves, which are never copied.
class KeyShares {
 public:
  /// All that the files hold.
  [[nodiscard]] static config::Result<KeyShares> read(const KeyFiles& files);
  /// Durable when it returns.
  [[nodiscard]] static config::Result<void> write(const KeyFiles& files, const KeyGeneration& of,
                                                  const crypto::SecretScalar& share);

  void add(const KeyGeneration& of, const crypto::SecretScalar& share);
  void remove(const KeyGeneration& of) { shares_.erase(of); }

  /// Null when this gateway does not hold it.
  [[nodiscard]] const crypto::SecretScalar* find(const KeyGeneration& of) const;
  [[nodiscard]] std::vector<KeyGeneration> list() const;

  /// That every share whose generation is known is the one that its transcript says `self` holds:
  /// share·G = K_i.
  [[nodiscard]] config::Result<void> check(const DomainKeys& keys,
                                           const config::PartnerId& self) const;

 private:
  std::map<KeyGeneration, std::shared_ptr<const crypto::SecretScalar>> shares_;
};

}  // namespace sluis::gateway
