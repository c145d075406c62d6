#include "crypto/polynomial.hpp"

#include <sodium.h>

#include <stdexcept>

namespace sluis::crypto {
namespace {

std::vector<SecretScalar> random_coefficients(std::uint32_t count) {
  std::vector<SecretScalar> coefficients;
  for (std::uint32_t j = 0; j < count; ++j) coefficients.push_back(random_scalar());
  return coefficients;
}

void multiply_add(std::span<std::uint8_t, 32> value, const Scalar& x, View addend) {
  crypto_core_ristretto255_scalar_mul(value.data(), value.data(), x.bytes.data());
  if (!addend.empty()) {
    crypto_core_ristretto255_scalar_add(value.data(), value.data(), addend.data());
  }
}

}  // namespace

Polynomial::Polynomial(std::vector<SecretScalar> coefficients, Constant constant)
    : coefficients_(std::move(coefficients)), constant_(constant) {
  if (coefficients_.empty()) throw std::invalid_argument("Polynomial: no coefficients");
}

Polynomial Polynomial::random(std::uint32_t t, Constant constant) {
  if (t == 0) throw std::invalid_argument("Polynomial: no coefficients");
  return {random_coefficients(constant == Constant::zero ? t - 1 : t), constant};
}

Polynomial Polynomial::with_constant(SecretScalar a_0, std::uint32_t t) {
  if (t == 0) throw std::invalid_argument("Polynomial: no coefficients");
  std::vector<SecretScalar> coefficients;
  coefficients.push_back(std::move(a_0));
  for (auto& random : random_coefficients(t - 1)) coefficients.push_back(std::move(random));
  return {std::move(coefficients), Constant::some};
}

Polynomial Polynomial::from(std::vector<SecretScalar> coefficients, Constant constant) {
  return {std::move(coefficients), constant};
}

SecretScalar Polynomial::at(std::uint32_t number) const {
  const Scalar x = Scalar::from_u64(number);
  return SecretScalar::filled([&](auto value) {  // Horner
    for (std::size_t j = coefficients_.size(); j-- > 0;) {
      multiply_add(value, x, coefficients_[j].reveal());
    }
    if (constant_ == Constant::zero) multiply_add(value, x, {});
  });
}

std::vector<Element> Polynomial::commitments() const {
  std::vector<Element> commitments;
  for (const auto& coefficient : coefficients_) {
    const auto element = Element::base_mul(coefficient.reveal());
    // One in 2^252 is zero, and nobody would take its commitment.
    if (!element) throw std::runtime_error("Polynomial: a coefficient is zero, deal again");
    commitments.push_back(*element);
  }
  return commitments;
}

std::optional<Element> value_from_commitments(std::span<const Element> commitments,
                                              std::uint32_t number, Constant constant) {
  if (commitments.empty()) return std::nullopt;
  const Scalar x = Scalar::from_u64(number);
  std::optional<Element> value = commitments.back();
  for (std::size_t j = commitments.size() - 1; j-- > 0 && value;) {
    value = value->mul(x);
    if (value) value = value->add(commitments[j]);
  }
  return value && constant == Constant::zero ? value->mul(x) : value;
}

}  // namespace sluis::crypto
