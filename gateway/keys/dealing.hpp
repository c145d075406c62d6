// What one dealer gives to all others in the first two rounds of a ceremony, made and checked
// (protocol.md §6, steps 1 and 2).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "config/json.hpp"
#include "config/result.hpp"
#include "crypto/bytes.hpp"
#include "crypto/polynomial.hpp"
#include "crypto/scalar.hpp"
#include "crypto/seal.hpp"
#include "gateway/keys/ceremony_plan.hpp"
#include "gateway/keys/joint_key.hpp"

namespace sluis::gateway {

/// The body of the second round.
struct DealingBody {
  using SealedShare = crypto::Array<32 + crypto::seal_overhead_bytes>;
  std::vector<crypto::Array<32>> commitments;  // A_i0 … A_i(t−1); refresh: from A_i1 on
  std::optional<crypto::Array<64>> proof;      // that it knows a_i0; refresh: none
  std::vector<SealedShare> shares;             // f_i(1) … f_i(n), each sealed to its holder

  /// Deals `polynomial` as this dealer. `invalid` names a holder whose sealKey takes no box.
  [[nodiscard]] static config::Result<DealingBody> make(const CeremonyPlan& plan,
                                                        const crypto::Array<64>& cer,
                                                        const CeremonyMember& dealer,
                                                        const crypto::Polynomial& polynomial);
  [[nodiscard]] config::Json json() const;
  /// Nothing unless `json` could have written it.
  [[nodiscard]] static std::optional<DealingBody> parse(const config::Json& body);
};

/// What a dealer sends in the first round; a refresh has no A_i0 in it.
[[nodiscard]] crypto::Array<64> commitment_hash(const crypto::Array<64>& cer,
                                                const CeremonyMember& dealer,
                                                std::span<const crypto::Array<32>> commitments);

/// All that everybody can check: numbers, encodings, the hash of the first round, the proof.
[[nodiscard]] config::Result<Commitments> check_dealing(const CeremonyPlan& plan,
                                                        const crypto::Array<64>& cer,
                                                        const CeremonyMember& dealer,
                                                        const DealingBody& dealing,
                                                        const crypto::Array<64>& committed);

/// What a holder alone can check: that one of its seal keys opens its box, and that the share in it
/// is the one that was committed to. `dealing` passed check_dealing.
[[nodiscard]] config::Result<crypto::SecretScalar> open_share(
    const CeremonyPlan& plan, const CeremonyMember& holder, const DealingBody& dealing,
    const Commitments& commitments, std::span<const crypto::SealKey> seal_keys);

}  // namespace sluis::gateway
