#include "crypto/dealing.hpp"

#include <sodium.h>

#include <algorithm>

#include "crypto/hash.hpp"

namespace sluis::crypto {
namespace {

Scalar challenge(FixedView<64> ceremony, std::uint8_t number, const Element& commitment,
                 const Element& r) {
  const Array<1> dealer{number};
  return Scalar::from_wide(sha512({as_view("sluis/dkg/proof/v1"), as_view(zero_byte), ceremony,
                                   dealer, commitment.bytes(), r.bytes()}));
}

}  // namespace

Array<64> prove_dealing(FixedView<64> ceremony, std::uint8_t number, const SecretScalar& constant,
                        const Element& commitment) {
  return known_answers::prove_dealing(ceremony, number, constant, commitment, random_scalar());
}

Array<64> known_answers::prove_dealing(FixedView<64> ceremony, std::uint8_t number,
                                       const SecretScalar& constant, const Element& commitment,
                                       const SecretScalar& nonce) {
  const Element r = Element::base_mul(nonce.reveal()).value();  // a SecretScalar is never zero
  const Scalar c = challenge(ceremony, number, commitment, r);
  const SecretScalar s = add(nonce, mul(c, constant));
  Array<64> proof;
  std::ranges::copy(c.bytes, proof.begin());
  std::ranges::copy(s.reveal(), proof.begin() + 32);
  return proof;
}

bool verify_dealing(FixedView<64> ceremony, std::uint8_t number, const Element& commitment,
                    FixedView<64> proof) {
  const auto c = Scalar::parse(proof.first(32));
  const auto s = Scalar::parse(proof.last(32));
  if (!c || !s) return false;
  const auto s_g = Element::base_mul(*s);
  const auto c_a = commitment.mul(*c);
  const auto r = s_g && c_a ? s_g->sub(*c_a) : std::nullopt;
  return r && challenge(ceremony, number, commitment, *r) == *c;
}

}  // namespace sluis::crypto
