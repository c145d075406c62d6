// What the parties of a key ceremony say to each other, signed (protocol.md §6).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/ids.hpp"
#include "config/json.hpp"
#include "config/result.hpp"
#include "crypto/bytes.hpp"
#include "crypto/sign.hpp"

namespace sluis::gateway {

/// Dealers speak in the first two rounds, holders in the others.
enum class Round : std::uint8_t {
  commit = 1,   // {"commitment":"<64>"}: a hash, so that nobody chooses after seeing the others
  deal,         // {"commitments":["<32>",…],"proof":"<64>" or null,"shares":["<80>",…]}
  agree,        // {"transcript":"<64>"}: its hash
  sign,         // {"signature":"<64>"}: over the transcript
  acknowledge,  // {"transcript":"<64>"}: I hold all n signatures over it
};
inline constexpr std::uint8_t last_round = 5;
/// Without the signature, as JSON: 255 sealed shares and as many commitments stay below it.
inline constexpr std::size_t most_round_message_bytes = 64U << 10U;

/// One message, the same for everybody, so that who tells two stories can be shown both. A share
/// stands in it in a sealed box that its holder alone opens.
struct RoundMessage {
  crypto::Array<64> cer{};  // the ceremony
  Round round = Round::commit;
  config::PartnerId from;
  config::Json body;
  crypto::Array<64> signature{};

  /// Signs `body` as `from`, whose key `key` is.
  [[nodiscard]] static RoundMessage make(const crypto::Array<64>& cer, Round round,
                                         config::PartnerId from, config::Json body,
                                         const crypto::SigningKey& key);
  /// That the owner of this key signed it.
  [[nodiscard]] bool signed_by(crypto::FixedView<32> sign_key) const;
  /// The same ceremony, round, sender and body, whatever the signature.
  [[nodiscard]] bool says_the_same(const RoundMessage& other) const;

  /// {"cer","round","from","body","signature"}
  [[nodiscard]] config::Json json() const;
  /// Reads what `json` wrote; faults go to `errors` with their pointers under `pointer`. The body
  /// is any object: what it has to be, and the signature, the ceremony checks.
  [[nodiscard]] static std::optional<RoundMessage> parse(const config::Json& value,
                                                         const std::string& pointer,
                                                         std::vector<config::Error>& errors);
};

}  // namespace sluis::gateway
