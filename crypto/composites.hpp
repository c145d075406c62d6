// The sums that one proof is about, for all elements of a batch at once.
#pragma once

#include <cstddef>

#include "crypto/bytes.hpp"
#include "crypto/scalar.hpp"

namespace sluis::crypto {

/// M = Σ d_i·C_i, and for a verifier Z = Σ d_i·D_i: ComputeComposites (RFC 9497 §2.2.1), taken up
/// one pair at a time. C are blinded elements, D evaluated ones.
class Composites {
 public:
  explicit Composites(const Array<32>& public_key);
  /// The next d_i, for the pair (C, D).
  [[nodiscard]] Scalar next_weight(const Array<32>& blinded, const Array<32>& evaluated);
  /// sum += weight · element; the first one sets the sum. False when the element is malformed or
  /// the identity. Takes its time from public values alone.
  [[nodiscard]] static bool accumulate(Array<32>& sum, bool first, const Scalar& weight,
                                       const Array<32>& element);

 private:
  // The transcript of d_i, of which only the number and the pair change:
  // len || seed || i || len || C || len || D || "Composite"
  static constexpr std::size_t seed_at = 2;
  static constexpr std::size_t number_at = seed_at + 64;
  static constexpr std::size_t blinded_at = number_at + 2 + 2;
  static constexpr std::size_t evaluated_at = blinded_at + 32 + 2;
  static constexpr std::size_t label_at = evaluated_at + 32;
  static constexpr std::size_t transcript_bytes = label_at + 9;

  void put(std::size_t at, View bytes);

  Array<transcript_bytes> transcript_{};
  std::size_t next_ = 0;
};

}  // namespace sluis::crypto
