// Pseudonyms and the lock of protocol.md §4: content that stays closed until k partners have
// signalled the same person.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "crypto/bytes.hpp"
#include "crypto/scalar.hpp"
#include "crypto/secret.hpp"

namespace sluis::crypto {

/// The tag of F_tag(x).
[[nodiscard]] Array<32> tag_of(const Array<64>& f_tag);

/// The key that wraps a content key. Whoever has it opens what is locked at k for this person.
using WrapKey = Secret<struct WrapKeyTag, 32>;

/// One sender's share for one k, as it stands in a link.
struct LockShare {
  std::uint8_t k = 0;
  Array<32> y{};
  Array<32> check{};  // C
};

/// x of a partner. The same for every person, so worth keeping.
[[nodiscard]] Scalar x_of(std::string_view oin);

/// The polynomial for one L = F_lock(x) and one k.
class Lock {
 public:
  /// Throws std::invalid_argument for k below 2.
  Lock(FixedView<64> l, std::uint8_t k);

  [[nodiscard]] LockShare share_for(const Scalar& x) const;
  [[nodiscard]] LockShare share_for(std::string_view oin) const { return share_for(x_of(oin)); }
  [[nodiscard]] WrapKey wrap_key() const;                                   // K
  [[nodiscard]] const Array<32>& check() const noexcept { return check_; }  // C

 private:
  std::vector<SecretScalar> coefficients_;  // c_0 … c_{k−1}
  Array<32> check_;
};

/// What one partner's signal brings.
struct Point {
  Scalar x;
  Scalar y;
  /// Nothing where y is not a canonical scalar.
  [[nodiscard]] static std::optional<Point> of(std::string_view oin, View y);
};

/// K from exactly k points, where what they give at 0 matches `check`. Nothing for another number
/// of points or two with the same x.
[[nodiscard]] std::optional<WrapKey> open(std::uint8_t k, std::span<const Point> points,
                                          const Array<32>& check);

/// protocol.md §4: "Every k-subset is tried, at most 10,000".
inline constexpr std::size_t max_opening_subsets = 10'000;

struct Opening {
  std::optional<WrapKey> key;
  std::vector<std::size_t> off_polynomial;  // places in `points`, ascending; none without a key
  std::size_t subsets_tried = 0;
  bool gave_up = false;  // there were more subsets than the bound allows
};

/// Tries the k-subsets of `points` that hold `must_contain` until one opens the lock, then names
/// the points that do not lie on its polynomial. No key where two points have the same x, or
/// `must_contain` is not one of them.
[[nodiscard]] Opening find_opening(std::uint8_t k, std::size_t must_contain,
                                   std::span<const Point> points, const Array<32>& check,
                                   std::size_t max_subsets = max_opening_subsets);

}  // namespace sluis::crypto
