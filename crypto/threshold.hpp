// One OPRF key among several holders: Shamir's sharing, Feldman's commitments, and the arithmetic
// by which each holder answers as a plain server (protocol.md §3). Holders are numbered from 1.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "crypto/bytes.hpp"
#include "crypto/element.hpp"
#include "crypto/scalar.hpp"

namespace sluis::crypto {

/// A holder's number is written in one byte in every transcript.
inline constexpr std::uint32_t max_holders = 255;

/// A key as a trusted dealer hands it out. `shares[i]` and `K_i[i]` are those of holder i + 1.
struct Dealt {
  std::vector<SecretScalar> shares;  // k_i
  Element K;                         // k·G
  std::vector<Element> K_i;          // k_i·G
  std::vector<Element> commitments;  // A_0 … A_{t−1}; A_0 is K
};

/// Any `threshold` of the `holders` shares determine `key`, fewer say nothing of it. Throws
/// std::invalid_argument unless 1 ≤ threshold ≤ holders ≤ max_holders.
[[nodiscard]] Dealt deal(const SecretScalar& key, std::uint32_t threshold, std::uint32_t holders);
/// The same for a fresh random key.
[[nodiscard]] Dealt deal(std::uint32_t threshold, std::uint32_t holders);

/// K_1 … K_n from the commitments alone: K_i = Σ A_j·i^j. Nothing when there are no commitments,
/// n is 0 or above `max_holders`, or one of them is the identity. Variable time; all is public.
[[nodiscard]] std::optional<std::vector<Element>> key_shares_from_commitments(
    std::span<const Element> commitments, std::uint32_t n);

/// λ of holder `index` at 0 over the distinct numbers `indices`, `index` among them. A bug of the
/// caller otherwise: std::invalid_argument. Variable time; all is public.
[[nodiscard]] Scalar lagrange_at_zero(std::uint32_t index, std::span<const std::uint32_t> indices);

/// w_i = λ_i·k_i: the secret key of holder i, as a plain server, among `indices`.
[[nodiscard]] SecretScalar weighted_share(const SecretScalar& share, std::uint32_t index,
                                          std::span<const std::uint32_t> indices);
/// λ_i·K_i: the public key that its proof is verified against.
[[nodiscard]] Element weighted_public(const Element& share_key, std::uint32_t index,
                                      std::span<const std::uint32_t> indices);

/// Turns what holder `index` answered, verified, as one of `from` into its answer as one of `to`:
/// times λ(to)/λ(from). Nothing where an element is malformed or the identity.
[[nodiscard]] std::optional<std::vector<Array<32>>> reweight(std::span<const Array<32>> evaluated,
                                                             std::uint32_t index,
                                                             std::span<const std::uint32_t> from,
                                                             std::span<const std::uint32_t> to);

/// The t verified answers added element by element: what a single server with key k would have
/// answered. Nothing without an answer, where their lengths differ, or where an element is
/// malformed or the identity, or a sum is, on the way or at the end.
[[nodiscard]] std::optional<std::vector<Array<32>>> combine(
    std::span<const std::vector<Array<32>>> answers);

}  // namespace sluis::crypto
