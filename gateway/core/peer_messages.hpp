// What goes between core and partners' gateways, as values. Knows of no coroutine: whoever encodes,
// decodes or fuzzes them needs no Asio.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "config/ids.hpp"
#include "crypto/bytes.hpp"
#include "gateway/keys/key_name.hpp"
#include "gateway/keys/round_message.hpp"

namespace sluis::gateway {

/// protocol.md §3. `holders` names exactly t distinct holders, the one asked among them.
struct EvaluationRequest {
  KeyName key;
  std::uint64_t generation = 0;
  std::vector<config::PartnerId> holders;
  std::vector<crypto::Array<32>> blinded;  // 1 … 1,024
};

/// protocol.md §6: all that the sender knows of one ceremony. The answer is the same of the other.
struct Dealing {
  KeyGeneration key;
  std::uint64_t attempt = 0;
  std::vector<RoundMessage> messages;
};

/// At most 1,024 elements a request (§3), 256 envelopes a delivery (§5).
inline constexpr std::size_t max_elements = 1024;
inline constexpr std::size_t max_envelopes = 256;

}  // namespace sluis::gateway
