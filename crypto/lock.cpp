#include "crypto/lock.hpp"

#include <sodium.h>

#include <algorithm>
#include <stdexcept>

#include "crypto/hash.hpp"
#include "crypto/interpolation.hpp"

namespace sluis::crypto {
namespace {

constexpr std::string_view tag_label = "sluis/tag/v1";
constexpr std::string_view coefficient_label = "sluis/lock/coefficient/v1";
constexpr std::string_view partner_label = "sluis/lock/partner/v1";
constexpr std::string_view key_label = "sluis/lock/key/v1";
constexpr std::string_view check_label = "sluis/lock/check/v1";

SecretScalar coefficient(FixedView<64> l, std::uint8_t k, std::uint8_t j) {
  const Array<2> place{k, j};
  const Scratch<64> wide(sha512({as_view(coefficient_label), as_view(zero_byte), place, l}));
  return SecretScalar::filled(
      [&](auto bytes) { crypto_core_ristretto255_scalar_reduce(bytes.data(), wide.bytes.data()); });
}

// K and C are the same hash of c_0 under two labels.
Array<32> of_c0(std::string_view label, std::uint8_t k, FixedView<32> c0) {
  const Array<1> which{k};
  return sha512_32({as_view(label), as_view(zero_byte), which, c0});
}

WrapKey key_of(std::uint8_t k, FixedView<32> c0) {
  Array<32> key = of_c0(key_label, k, c0);
  return WrapKey::take(key);
}

bool matches(std::uint8_t k, FixedView<32> c0, const Array<32>& check) {
  return equal(of_c0(check_label, k, c0), check);
}

// The next choice of so many places out of `count`, in lexicographic order; false after the last.
bool next_choice(std::vector<std::size_t>& choice, std::size_t count) {
  for (std::size_t i = choice.size(); i-- > 0;) {
    if (choice[i] == count - choice.size() + i) continue;
    ++choice[i];
    for (std::size_t j = i + 1; j < choice.size(); ++j) choice[j] = choice[j - 1] + 1;
    return true;
  }
  return false;
}

// Every k-subset with `must_contain`, one after another. Places count from 0.
class Subsets {
 public:
  Subsets(std::size_t k, std::size_t must_contain, std::size_t points)
      : must_contain_(must_contain), others_(points - 1), choice_(k - 1) {
    for (std::size_t i = 0; i < choice_.size(); ++i) choice_[i] = i;
  }
  [[nodiscard]] std::vector<std::size_t> current() const {
    std::vector<std::size_t> subset{must_contain_};
    for (const std::size_t c : choice_) subset.push_back(c < must_contain_ ? c : c + 1);
    return subset;
  }
  bool advance() { return next_choice(choice_, others_); }

 private:
  std::size_t must_contain_;
  std::size_t others_;
  std::vector<std::size_t> choice_;
};

// A point lies on the polynomial of `subset` exactly when it can stand in for one of its points:
// two polynomials below degree k that agree at 0 and in k−1 other places are the same.
std::vector<std::size_t> off_polynomial(const Interpolation& interpolation,
                                        const std::vector<std::size_t>& subset,
                                        const Scratch<32>& c0, std::size_t points) {
  std::vector<std::size_t> off;
  for (std::size_t i = 0; i < points; ++i) {
    if (std::ranges::count(subset, i) != 0) continue;
    std::vector<std::size_t> swapped = subset;
    swapped.back() = i;
    Scratch<32> value;
    interpolation.at_zero(swapped, value.bytes);
    if (!equal(value.bytes, c0.bytes)) off.push_back(i);
  }
  return off;
}

}  // namespace

Array<32> tag_of(const Array<64>& f_tag) {
  return sha512_32({as_view(tag_label), as_view(zero_byte), f_tag});
}

Scalar x_of(std::string_view oin) {
  return Scalar::from_wide(sha512({as_view(partner_label), as_view(zero_byte), as_view(oin)}));
}

Lock::Lock(FixedView<64> l, std::uint8_t k) {
  if (k < 2) throw std::invalid_argument("Lock: k is at least 2");
  coefficients_.reserve(k);
  for (std::uint8_t j = 0; j < k; ++j) coefficients_.push_back(coefficient(l, k, j));
  check_ = of_c0(check_label, k, coefficients_.front().reveal());
}

LockShare Lock::share_for(const Scalar& x) const {
  LockShare share{static_cast<std::uint8_t>(coefficients_.size()), {}, check_};
  for (std::size_t j = coefficients_.size(); j-- > 0;) {
    crypto_core_ristretto255_scalar_mul(share.y.data(), share.y.data(), x.bytes.data());
    crypto_core_ristretto255_scalar_add(share.y.data(), share.y.data(),
                                        coefficients_[j].reveal().data());
  }
  return share;
}

WrapKey Lock::wrap_key() const {
  return key_of(static_cast<std::uint8_t>(coefficients_.size()), coefficients_.front().reveal());
}

std::optional<Point> Point::of(std::string_view oin, View y) {
  const auto scalar = Scalar::parse(y);
  if (!scalar) return std::nullopt;
  return Point{x_of(oin), *scalar};
}

std::optional<WrapKey> open(std::uint8_t k, std::span<const Point> points, const Array<32>& check) {
  if (points.size() != k || points.empty()) return std::nullopt;
  return find_opening(k, 0, points, check, 1).key;
}

Opening find_opening(std::uint8_t k, std::size_t must_contain, std::span<const Point> points,
                     const Array<32>& check, std::size_t max_subsets) {
  Opening opening;
  if (k < 2 || points.size() < k || must_contain >= points.size()) return opening;
  const auto interpolation = Interpolation::over(points);
  if (!interpolation) return opening;
  Subsets subsets(k, must_contain, points.size());
  do {
    if (opening.subsets_tried == max_subsets) {
      opening.gave_up = true;
      return opening;
    }
    ++opening.subsets_tried;
    const std::vector<std::size_t> subset = subsets.current();
    Scratch<32> c0;
    interpolation->at_zero(subset, c0.bytes);
    if (!matches(k, c0.bytes, check)) continue;
    opening.key = key_of(k, c0.bytes);
    opening.off_polynomial = off_polynomial(*interpolation, subset, c0, points.size());
    return opening;
  } while (subsets.advance());
  return opening;
}

}  // namespace sluis::crypto
