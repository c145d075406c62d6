#include "crypto/interpolation.hpp"

#include <algorithm>

#include "crypto/lock.hpp"

namespace sluis::crypto {

Interpolation::Interpolation(std::span<const Point> points)
    : points_(points), ratios_(points.size() * points.size()) {}

std::optional<Interpolation> Interpolation::over(std::span<const Point> points) {
  if (std::ranges::any_of(points, [](const Point& p) { return p.x.is_zero(); })) {
    return std::nullopt;
  }
  std::vector<Scalar> inverses;  // of x_j − x_i for every i < j
  for (std::size_t i = 0; i < points.size(); ++i) {
    for (std::size_t j = i + 1; j < points.size(); ++j) {
      inverses.push_back(sub(points[j].x, points[i].x));
    }
  }
  if (!batch_invert(inverses)) return std::nullopt;

  Interpolation interpolation(points);
  const Scalar* inverse = inverses.data();
  for (std::size_t i = 0; i < points.size(); ++i) {
    for (std::size_t j = i + 1; j < points.size(); ++j, ++inverse) {
      interpolation.ratio(i, j) = mul(points[j].x, *inverse);
      interpolation.ratio(j, i) = sub(Scalar{}, mul(points[i].x, *inverse));
    }
  }
  return interpolation;
}

void Interpolation::at_zero(std::span<const std::size_t> subset, Array<32>& value) const {
  Scratch<32> sum;
  for (const std::size_t i : subset) {
    Scalar term = points_[i].y;
    for (const std::size_t j : subset) {
      if (j != i) term = mul(term, ratios_[i * points_.size() + j]);
    }
    sum.bytes = add(Scalar{sum.bytes}, term).bytes;
    wipe(term.bytes);
  }
  value = sum.bytes;
}

}  // namespace sluis::crypto
