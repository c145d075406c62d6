#include "crypto/element.hpp"

#include <sodium.h>

#include <algorithm>

namespace sluis::crypto {
namespace {

bool is_zero(const Array<32>& bytes) {
  return sodium_is_zero(bytes.data(), bytes.size()) == 1;
}

// RFC 9496 §4.3.1 refuses what is not below p, so what has a highest bit.
bool has_highest_bit(View bytes) {
  return (bytes[31] & 0x80U) != 0;
}

}  // namespace

// The identity is encoded as 32 zero bytes; libsodium calls that a valid point.
std::optional<Element> Element::unless_identity() const {
  if (is_zero(bytes_)) return std::nullopt;
  return *this;
}

std::optional<Element> Element::parse(View bytes) {
  Element element;
  if (bytes.size() != element.bytes_.size() || has_highest_bit(bytes)) return std::nullopt;
  if (crypto_core_ristretto255_is_valid_point(bytes.data()) != 1) return std::nullopt;
  std::ranges::copy(bytes, element.bytes_.begin());
  return element.unless_identity();
}

std::optional<Element> Element::from_hash(FixedView<64> uniform) {
  Element element;
  crypto_core_ristretto255_from_hash(element.bytes_.data(), uniform.data());
  return element.unless_identity();
}

std::optional<Element> Element::base_mul(FixedView<32> scalar) {
  Element element;
  if (crypto_scalarmult_ristretto255_base(element.bytes_.data(), scalar.data()) != 0) {
    return std::nullopt;
  }
  return element;
}

std::optional<Element> Element::mul(FixedView<32> scalar) const {
  Element element;
  if (crypto_scalarmult_ristretto255(element.bytes_.data(), scalar.data(), bytes_.data()) != 0) {
    return std::nullopt;
  }
  return element;
}

std::optional<Element> Element::add(const Element& other) const {
  Element element;
  crypto_core_ristretto255_add(element.bytes_.data(), bytes_.data(), other.bytes_.data());
  return element.unless_identity();
}

std::optional<Element> Element::sub(const Element& other) const {
  Element element;
  crypto_core_ristretto255_sub(element.bytes_.data(), bytes_.data(), other.bytes_.data());
  return element.unless_identity();
}

bool encoded::mul(Array<32>& product, FixedView<32> scalar, const Array<32>& element) {
  return !has_highest_bit(element) &&
         crypto_scalarmult_ristretto255(product.data(), scalar.data(), element.data()) == 0;
}

bool encoded::add(Array<32>& sum, const Array<32>& a, const Array<32>& b) {
  return !has_highest_bit(a) && !has_highest_bit(b) && !is_zero(a) && !is_zero(b) &&
         crypto_core_ristretto255_add(sum.data(), a.data(), b.data()) == 0;
}

}  // namespace sluis::crypto
