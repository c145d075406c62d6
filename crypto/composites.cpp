#include "crypto/composites.hpp"

#include <algorithm>

#include "crypto/element.hpp"
#include "crypto/hash.hpp"
#include "crypto/suite.hpp"

namespace sluis::crypto {

void Composites::put(std::size_t at, View bytes) {
  std::ranges::copy(bytes, transcript_.begin() + static_cast<std::ptrdiff_t>(at));
}

Composites::Composites(const Array<32>& public_key) {
  const Array<64> seed =
      sha512({suite::two_bytes(public_key.size()), public_key,
              suite::two_bytes(suite::seed_dst.size()), as_view(suite::seed_dst)});
  put(0, suite::two_bytes(seed.size()));
  put(seed_at, seed);
  put(blinded_at - 2, suite::two_bytes(32));
  put(evaluated_at - 2, suite::two_bytes(32));
  put(label_at, as_view("Composite"));
}

Scalar Composites::next_weight(const Array<32>& blinded, const Array<32>& evaluated) {
  put(number_at, suite::two_bytes(next_++));
  put(blinded_at, blinded);
  put(evaluated_at, evaluated);
  return suite::hash_to_scalar({transcript_});
}

bool Composites::accumulate(Array<32>& sum, bool first, const Scalar& weight,
                            const Array<32>& element) {
  Array<32> term;
  if (!encoded::mul(term, weight.bytes, element)) return false;
  if (first) {
    sum = term;
    return true;
  }
  return encoded::add(sum, sum, term);
}

}  // namespace sluis::crypto
