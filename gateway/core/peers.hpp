// What core asks of partners' gateways. How it gets there (HTTP, TLS) is the peer room's business.
#pragma once

#include <string>
#include <vector>

#include "config/ids.hpp"
#include "config/result.hpp"
#include "crypto/voprf.hpp"
#include "gateway/async.hpp"
#include "gateway/core/envelope.hpp"
#include "gateway/core/peer_messages.hpp"
#include "gateway/keys/domain_keys.hpp"
#include "gateway/keys/round_message.hpp"

namespace sluis::gateway {

class Peers {
 public:
  virtual ~Peers() = default;
  /// The holder's answer, not verified yet. Errors: what the holder refused with, or `unavailable`.
  virtual Task<config::Result<crypto::Evaluation>> evaluate(const config::PartnerId& holder,
                                                            const EvaluationRequest& request) = 0;
  /// One receipt an envelope, in any order, not verified yet.
  virtual Task<config::Result<std::vector<Receipt>>> deliver(
      const config::PartnerId& to, const std::vector<Envelope>& envelopes) = 0;
  /// Its messages of that ceremony, not verified yet. `generation` when it does not know of it yet.
  virtual Task<config::Result<std::vector<RoundMessage>>> deal(const config::PartnerId& to,
                                                               const Dealing& dealing) = 0;
  /// Every generation of every key that it has verified; not verified here yet.
  virtual Task<config::Result<std::vector<KeyRecord>>> domain_keys(
      const config::PartnerId& partner) = 0;
  /// Whether its gateway answers us at all.
  virtual Task<bool> alive(const config::PartnerId& partner) = 0;
};

}  // namespace sluis::gateway
