// What core asks of partners' gateways. How it gets there (HTTP, TLS) is the peer room's business.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/ids.hpp"
#include "config/result.hpp"
#include "crypto/bytes.hpp"
#include "crypto/voprf.hpp"
#include "gateway/async.hpp"
#include "gateway/core/envelope.hpp"

namespace sluis::gateway {

/// The key that an evaluation is under: one for each (domain, epoch, use). `use` is "tag" or
/// "lock".
struct KeyName {
  config::DomainId domain;
  config::EpochId epoch;
  std::string use;
  auto operator<=>(const KeyName&) const = default;
};

/// protocol.md §3. `holders` names exactly t distinct holders, the one asked among them.
struct EvaluationRequest {
  KeyName key;
  std::uint64_t generation = 0;
  std::vector<config::PartnerId> holders;
  std::vector<crypto::Array<32>> blinded;  // 1 … 1,024
};

/// At most 1,024 elements a request (§3), 256 envelopes a delivery (§5).
inline constexpr std::size_t max_elements = 1024;
inline constexpr std::size_t max_envelopes = 256;

class Peers {
 public:
  virtual ~Peers() = default;
  /// The holder's answer, not verified yet. Errors: what the holder refused with, or `unavailable`.
  virtual Task<config::Result<crypto::Evaluation>> evaluate(const config::PartnerId& holder,
                                                            const EvaluationRequest& request) = 0;
  /// One receipt an envelope, in any order, not verified yet.
  virtual Task<config::Result<std::vector<Receipt>>> deliver(
      const config::PartnerId& to, const std::vector<Envelope>& envelopes) = 0;
  /// Whether its gateway answers us at all.
  virtual Task<bool> alive(const config::PartnerId& partner) = 0;
};

}  // namespace sluis::gateway
