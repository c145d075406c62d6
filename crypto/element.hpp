// Elements of the group ristretto255 (RFC 9496), as their 32 canonical bytes.
#pragma once

#include <optional>

#include "crypto/bytes.hpp"
#include "crypto/scalar.hpp"

namespace sluis::crypto {

/// A checked element that is not the identity. An operation whose result is the identity gives
/// nothing: no place in the protocol has a use for it.
class Element {
 public:
  /// Nothing unless 32 bytes of a canonical encoding (RFC 9496 §4.3.1) of another element than
  /// the identity.
  [[nodiscard]] static std::optional<Element> parse(View bytes);
  /// The one-way map of RFC 9496 §4.3.4, from 64 uniform bytes.
  [[nodiscard]] static std::optional<Element> from_hash(FixedView<64> uniform);

  /// scalar · G. Constant time. The scalar is canonical (libsodium drops its highest bit).
  [[nodiscard]] static std::optional<Element> base_mul(FixedView<32> scalar);
  [[nodiscard]] static std::optional<Element> base_mul(const Scalar& scalar) {
    return base_mul(scalar.bytes);
  }
  /// scalar · this. Constant time in the scalar, which is canonical.
  [[nodiscard]] std::optional<Element> mul(FixedView<32> scalar) const;
  [[nodiscard]] std::optional<Element> mul(const Scalar& scalar) const { return mul(scalar.bytes); }
  [[nodiscard]] std::optional<Element> add(const Element& other) const;
  [[nodiscard]] std::optional<Element> sub(const Element& other) const;

  [[nodiscard]] const Array<32>& bytes() const noexcept { return bytes_; }
  bool operator==(const Element&) const = default;

 private:
  Element() = default;
  [[nodiscard]] std::optional<Element> unless_identity() const;
  Array<32> bytes_{};
};

/// On encodings from outside, for batches: the operation itself is the check, so that nothing is
/// decoded twice. Every one in this room goes through here, because libsodium 1.0.18 takes an
/// encoding with its highest bit set for the one without, which RFC 9496 §4.3.1 refuses.
namespace encoded {
/// product = scalar · element. False where the element is malformed or the identity, or the
/// product is. Variable in the highest bit of the element, otherwise constant time.
[[nodiscard]] bool mul(Array<32>& product, FixedView<32> scalar, const Array<32>& element);
/// sum = a + b, which may be the identity. False where one is malformed or the identity.
[[nodiscard]] bool add(Array<32>& sum, const Array<32>& a, const Array<32>& b);
}  // namespace encoded

}  // namespace sluis::crypto
