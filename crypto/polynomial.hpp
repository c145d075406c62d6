// A secret polynomial modulo ℓ, as a dealer of a key has it (protocol.md §6), and what anybody can
// tell of it from its commitments.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "crypto/element.hpp"
#include "crypto/scalar.hpp"

namespace sluis::crypto {

/// Whether a polynomial has a constant, or passes through zero at 0, as those of a refresh do.
enum class Constant : std::uint8_t { some, zero };

/// f(x) = a_0 + a_1·x + … + a_(t−1)·x^(t−1). Constant time in the coefficients.
class Polynomial {
 public:
  /// t uniformly random coefficients, or t − 1 of them behind a_0 = 0. Throws
  /// std::invalid_argument for t = 0, and for t = 1 without a constant.
  [[nodiscard]] static Polynomial random(std::uint32_t t, Constant constant = Constant::some);
  /// a_0 as given, the others random.
  [[nodiscard]] static Polynomial with_constant(SecretScalar a_0, std::uint32_t t);
  /// From `coefficients()`.
  [[nodiscard]] static Polynomial from(std::vector<SecretScalar> coefficients, Constant constant);

  /// f(number), for a holder.
  [[nodiscard]] SecretScalar at(std::uint32_t number) const;
  /// A_j = a_j·G, lowest first; without A_0 where the constant is zero.
  [[nodiscard]] std::vector<Element> commitments() const;
  /// Lowest first; without a_0 where the constant is zero.
  [[nodiscard]] const std::vector<SecretScalar>& coefficients() const noexcept {
    return coefficients_;
  }
  [[nodiscard]] Constant constant() const noexcept { return constant_; }

 private:
  Polynomial(std::vector<SecretScalar> coefficients, Constant constant);

  std::vector<SecretScalar> coefficients_;
  Constant constant_;
};

/// f(number)·G from the commitments of f; nothing where that is the identity, or there are none.
/// Variable time; all is public.
[[nodiscard]] std::optional<Element> value_from_commitments(std::span<const Element> commitments,
                                                            std::uint32_t number,
                                                            Constant constant = Constant::some);

}  // namespace sluis::crypto
