// The Schnorr proof with which a dealer shows that it knows what it committed to (protocol.md §6,
// step 2), so that nobody can choose a contribution as a function of the others'.
#pragma once

#include <cstdint>

#include "crypto/bytes.hpp"
#include "crypto/element.hpp"
#include "crypto/scalar.hpp"

namespace sluis::crypto {

/// c || s for dealer `number` of the ceremony whose hash is `ceremony`; `commitment` is
/// constant · G. Constant time in `constant`.
[[nodiscard]] Array<64> prove_dealing(FixedView<64> ceremony, std::uint8_t number,
                                      const SecretScalar& constant, const Element& commitment);
[[nodiscard]] bool verify_dealing(FixedView<64> ceremony, std::uint8_t number,
                                  const Element& commitment, FixedView<64> proof);

/// With a nonce that is given, for tests alone: a nonce used twice gives the constant away.
namespace known_answers {
[[nodiscard]] Array<64> prove_dealing(FixedView<64> ceremony, std::uint8_t number,
                                      const SecretScalar& constant, const Element& commitment,
                                      const SecretScalar& nonce);
}  // namespace known_answers

}  // namespace sluis::crypto
