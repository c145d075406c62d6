// Encodings that no door may let in, for the tests of every room that has one.
#pragma once

#include <string>
#include <vector>

#include "crypto/bytes.hpp"

namespace sluis::crypto::test {

/// Every encoding of RFC 9496 appendix A.2 that a decoder must refuse, which is libsodium's own
/// list too; the identity; and the generator with its highest bit set, plus p, and negated.
std::vector<Array<32>> bad_encodings();
/// What is not canonical: ℓ, ℓ + 1, 2ℓ, 2^253, 2^255 − 1, 2^256 − 1, and 1 with its highest bit
/// set, which libsodium would drop.
std::vector<Array<32>> bad_scalars();

/// s + p: the same field element, in an encoding that is not canonical.
Array<32> plus_field_order(const Array<32>& s);
/// p − s: its negative, which encodes nothing for s other than zero.
Array<32> negated(const Array<32>& s);

}  // namespace sluis::crypto::test
