// Integers modulo ℓ, the order of ristretto255 (RFC 9496 §4.4): 32 bytes, little-endian, canonical.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "crypto/bytes.hpp"
#include "crypto/secret.hpp"

namespace sluis::crypto {

/// A public scalar: Lagrange coefficients, challenges, lock shares. Its bytes are canonical
/// wherever it came out of a function of this file.
struct Scalar {
  Array<32> bytes{};

  /// Nothing unless 32 bytes of an integer below ℓ. Zero is one.
  [[nodiscard]] static std::optional<Scalar> parse(View bytes);
  /// `reduce` of protocol.md: 64 bytes, little-endian, modulo ℓ.
  [[nodiscard]] static Scalar from_wide(FixedView<64> bytes);
  [[nodiscard]] static Scalar from_u64(std::uint64_t value);

  [[nodiscard]] bool is_zero() const noexcept;
  bool operator==(const Scalar&) const = default;
};

[[nodiscard]] Scalar add(const Scalar& a, const Scalar& b);
[[nodiscard]] Scalar sub(const Scalar& a, const Scalar& b);
[[nodiscard]] Scalar mul(const Scalar& a, const Scalar& b);
/// 1/a, or nothing for zero. Costs two thirds of a scalar multiplication: invert batches at once.
[[nodiscard]] std::optional<Scalar> invert(const Scalar& a);

/// Inverts each in place with one inversion and three multiplications an element. False, with all
/// of them unchanged, where one is zero. Constant time and wiped: blinds go through here.
[[nodiscard]] bool batch_invert(std::span<Scalar> scalars);

/// The scalars that stand in `bytes`, 32 bytes each: for batches in secret memory.
[[nodiscard]] std::span<Scalar> scalars_in(std::span<std::uint8_t> bytes) noexcept;

/// A scalar that nobody else may learn: a key, a share of one.
using SecretScalar = Secret<ScalarTag, 32>;

/// Uniform over 1 … ℓ−1.
[[nodiscard]] SecretScalar random_scalar();
/// Nothing unless canonical and not zero. The caller wipes `bytes`.
[[nodiscard]] std::optional<SecretScalar> parse_secret_scalar(View bytes);
[[nodiscard]] SecretScalar mul(const Scalar& a, const SecretScalar& b);
[[nodiscard]] SecretScalar add(const SecretScalar& a, const SecretScalar& b);

}  // namespace sluis::crypto
