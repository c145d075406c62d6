#include "crypto/threshold.hpp"

#include <sodium.h>

#include <algorithm>
#include <stdexcept>

#include "crypto/polynomial.hpp"

namespace sluis::crypto {
namespace {

// A share that is zero would have no public key; it comes up once in 2^252 dealings.
Element public_of(const SecretScalar& scalar) {
  const auto element = Element::base_mul(scalar.reveal());
  if (!element) throw std::runtime_error("deal: a share is zero, deal again");
  return *element;
}

}  // namespace

Dealt deal(const SecretScalar& key, std::uint32_t threshold, std::uint32_t holders) {
  if (threshold < 1 || threshold > holders || holders > max_holders) {
    throw std::invalid_argument("deal: threshold and holders do not fit");
  }
  const auto polynomial =
      Polynomial::with_constant(SecretScalar::copy_of(key.reveal()).value(), threshold);
  Dealt dealt{{}, public_of(key), {}, polynomial.commitments()};
  for (std::uint32_t i = 1; i <= holders; ++i) {
    dealt.shares.push_back(polynomial.at(i));
    dealt.K_i.push_back(public_of(dealt.shares.back()));
  }
  return dealt;
}

Dealt deal(std::uint32_t threshold, std::uint32_t holders) {
  return deal(random_scalar(), threshold, holders);
}

std::optional<std::vector<Element>> key_shares_from_commitments(
    std::span<const Element> commitments, std::uint32_t n) {
  if (commitments.empty() || n == 0 || n > max_holders) return std::nullopt;
  std::vector<Element> keys;
  for (std::uint32_t i = 1; i <= n; ++i) {
    const auto sum = value_from_commitments(commitments, i);
    if (!sum) return std::nullopt;
    keys.push_back(*sum);
  }
  return keys;
}

Scalar lagrange_at_zero(std::uint32_t index, std::span<const std::uint32_t> indices) {
  Scalar numerator = Scalar::from_u64(1);
  Scalar denominator = numerator;
  std::size_t own = 0;
  for (const std::uint32_t other : indices) {
    if (other == 0) throw std::invalid_argument("lagrange_at_zero: no holder has number 0");
    if (other == index) {
      ++own;
      continue;
    }
    const Scalar x = Scalar::from_u64(other);
    numerator = mul(numerator, x);
    denominator = mul(denominator, sub(x, Scalar::from_u64(index)));
  }
  const bool distinct = std::ranges::all_of(
      indices, [&](std::uint32_t i) { return std::ranges::count(indices, i) == 1; });
  if (own != 1 || !distinct) {
    throw std::invalid_argument("lagrange_at_zero: the numbers are not distinct, with our own");
  }
  return mul(numerator, invert(denominator).value());
}

SecretScalar weighted_share(const SecretScalar& share, std::uint32_t index,
                            std::span<const std::uint32_t> indices) {
  return mul(lagrange_at_zero(index, indices), share);
}

Element weighted_public(const Element& share_key, std::uint32_t index,
                        std::span<const std::uint32_t> indices) {
  // Neither factor is zero and the order is prime, so the product is not the identity.
  return share_key.mul(lagrange_at_zero(index, indices)).value();
}

std::optional<std::vector<Array<32>>> reweight(std::span<const Array<32>> evaluated,
                                               std::uint32_t index,
                                               std::span<const std::uint32_t> from,
                                               std::span<const std::uint32_t> to) {
  const Scalar old_weight = lagrange_at_zero(index, from);
  const Scalar factor = mul(lagrange_at_zero(index, to), invert(old_weight).value());
  std::vector<Array<32>> moved(evaluated.size());
  for (std::size_t i = 0; i < evaluated.size(); ++i) {
    if (!encoded::mul(moved[i], factor.bytes, evaluated[i])) return std::nullopt;
  }
  return moved;
}

std::optional<std::vector<Array<32>>> combine(std::span<const std::vector<Array<32>>> answers) {
  if (answers.empty()) return std::nullopt;
  std::vector<Array<32>> sums = answers.front();
  // Adding checks what is added, and with one answer there is nothing to add.
  const auto malformed = [](const Array<32>& element) { return !Element::parse(element); };
  if (answers.size() == 1 && std::ranges::any_of(sums, malformed)) return std::nullopt;
  for (const auto& answer : answers.subspan(1)) {
    if (answer.size() != sums.size()) return std::nullopt;
    for (std::size_t i = 0; i < sums.size(); ++i) {
      if (!encoded::add(sums[i], sums[i], answer[i])) return std::nullopt;
    }
  }
  const auto is_identity = [](const Array<32>& sum) {
    return sodium_is_zero(sum.data(), sum.size()) == 1;
  };
  if (std::ranges::any_of(sums, is_identity)) return std::nullopt;
  return sums;
}

}  // namespace sluis::crypto
