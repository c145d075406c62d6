#include "crypto/scalar.hpp"

#include <sodium.h>

#include <algorithm>

namespace sluis::crypto {

std::optional<Scalar> Scalar::parse(View bytes) {
  if (bytes.size() != 32) return std::nullopt;
  Scratch<64> wide;
  std::ranges::copy(bytes, wide.bytes.begin());
  Scalar reduced;
  crypto_core_ristretto255_scalar_reduce(reduced.bytes.data(), wide.bytes.data());
  if (!equal(reduced.bytes, bytes)) return std::nullopt;
  return reduced;
}

Scalar Scalar::from_wide(FixedView<64> bytes) {
  Scalar reduced;
  crypto_core_ristretto255_scalar_reduce(reduced.bytes.data(), bytes.data());
  return reduced;
}

Scalar Scalar::from_u64(std::uint64_t value) {
  Scalar scalar;
  for (std::size_t i = 0; i < 8; ++i) {
    scalar.bytes[i] = static_cast<std::uint8_t>(value >> (8 * i));
  }
  return scalar;
}

bool Scalar::is_zero() const noexcept {
  return sodium_is_zero(bytes.data(), bytes.size()) == 1;
}

Scalar add(const Scalar& a, const Scalar& b) {
  Scalar sum;
  crypto_core_ristretto255_scalar_add(sum.bytes.data(), a.bytes.data(), b.bytes.data());
  return sum;
}

Scalar sub(const Scalar& a, const Scalar& b) {
  Scalar difference;
  crypto_core_ristretto255_scalar_sub(difference.bytes.data(), a.bytes.data(), b.bytes.data());
  return difference;
}

Scalar mul(const Scalar& a, const Scalar& b) {
  Scalar product;
  crypto_core_ristretto255_scalar_mul(product.bytes.data(), a.bytes.data(), b.bytes.data());
  return product;
}

std::optional<Scalar> invert(const Scalar& a) {
  Scalar inverse;
  if (crypto_core_ristretto255_scalar_invert(inverse.bytes.data(), a.bytes.data()) != 0) {
    return std::nullopt;
  }
  return inverse;
}

std::span<Scalar> scalars_in(std::span<std::uint8_t> bytes) noexcept {
  static_assert(sizeof(Scalar) == 32 && alignof(Scalar) == 1);
  return {reinterpret_cast<Scalar*>(bytes.data()), bytes.size() / sizeof(Scalar)};
}

bool batch_invert(std::span<Scalar> scalars) {
  if (scalars.empty()) return true;
  // before[i] is the product of all scalars in front of i.
  SecretBytes memory(scalars.size() * sizeof(Scalar));
  const auto before = scalars_in(memory.bytes());
  Scratch<32> running(Scalar::from_u64(1).bytes);
  for (std::size_t i = 0; i < scalars.size(); ++i) {
    before[i].bytes = running.bytes;
    crypto_core_ristretto255_scalar_mul(running.bytes.data(), running.bytes.data(),
                                        scalars[i].bytes.data());
  }
  Scratch<32> suffix;  // the inverse of the product of all scalars up to i
  if (crypto_core_ristretto255_scalar_invert(suffix.bytes.data(), running.bytes.data()) != 0) {
    return false;  // the product is zero, so one of them is
  }
  for (std::size_t i = scalars.size(); i-- > 0;) {
    const Scratch<32> old(scalars[i].bytes);
    crypto_core_ristretto255_scalar_mul(scalars[i].bytes.data(), suffix.bytes.data(),
                                        before[i].bytes.data());
    crypto_core_ristretto255_scalar_mul(suffix.bytes.data(), suffix.bytes.data(), old.bytes.data());
  }
  return true;
}

SecretScalar random_scalar() {
  init();
  return SecretScalar::filled(
      [](auto bytes) { crypto_core_ristretto255_scalar_random(bytes.data()); });
}

std::optional<SecretScalar> parse_secret_scalar(View bytes) {
  auto parsed = Scalar::parse(bytes);
  if (!parsed) return std::nullopt;
  const bool usable = !parsed->is_zero();
  SecretScalar secret = SecretScalar::take(parsed->bytes);
  if (!usable) return std::nullopt;
  return secret;
}

SecretScalar mul(const Scalar& a, const SecretScalar& b) {
  return SecretScalar::filled([&](auto bytes) {
    crypto_core_ristretto255_scalar_mul(bytes.data(), a.bytes.data(), b.reveal().data());
  });
}

SecretScalar add(const SecretScalar& a, const SecretScalar& b) {
  return SecretScalar::filled([&](auto bytes) {
    crypto_core_ristretto255_scalar_add(bytes.data(), a.reveal().data(), b.reveal().data());
  });
}

}  // namespace sluis::crypto
