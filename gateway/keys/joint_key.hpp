// What the dealings of a ceremony add up to: the public arithmetic of protocol.md §6, the same for
// those who make a key and for those who verify its transcript.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "config/result.hpp"
#include "crypto/element.hpp"
#include "crypto/polynomial.hpp"
#include "gateway/keys/transcript.hpp"

namespace sluis::gateway {

using Commitments = std::vector<crypto::Element>;

/// Of the polynomials in this ceremony: those of a refresh have none.
[[nodiscard]] crypto::Constant constant_of(const Transcript& ceremony);
/// How many commitments each dealer sends.
[[nodiscard]] std::size_t commitments_each(const Transcript& ceremony);

struct JointKey {
  crypto::Element key;                       // K
  std::vector<crypto::Element> holder_keys;  // K_1 … K_n
};
/// As a transcript says it; nothing where one is no element.
[[nodiscard]] std::optional<JointKey> said_key(const Transcript& transcript);

/// One dealer's commitments as elements. `invalid` where their number is another, one is no element
/// or the identity, or, in a reshare, A_i0 is not λ_i·K_i of the previous transcript. `dealer` is
/// one of `ceremony.dealers`; the previous one is there where the ceremony names one.
[[nodiscard]] config::Result<Commitments> check_commitments(
    const Transcript& ceremony, const Transcript* previous, const CeremonyMember& dealer,
    std::span<const crypto::Array<32>> commitments);

/// K and K_1 … K_n from what all dealers committed to, and in a refresh from the previous ones.
/// Nothing where a sum is the identity, or K would not stay the previous one.
[[nodiscard]] std::optional<JointKey> join(const Transcript& ceremony, const Transcript* previous,
                                           std::span<const Commitments> dealers);

}  // namespace sluis::gateway
