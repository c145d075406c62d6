#include "crypto/dealing.hpp"

#include <catch2/catch.hpp>

#include "crypto/encoding.hpp"
#include "support.hpp"

using namespace sluis::crypto;

TEST_CASE("protocol.json: dkgProof", "[dealing]") {
  const auto v = test::vectors("protocol.json")["dkgProof"];
  const auto ceremony = test::array<64>(v["cer"]);
  const auto number = v["i"].get<std::uint8_t>();
  const auto constant = test::secret_scalar(v["a0"]);
  const auto commitment = Element::parse(test::bytes(v["A0"])).value();
  CHECK(Element::base_mul(constant.reveal()) == commitment);
  const auto proof = known_answers::prove_dealing(ceremony, number, constant, commitment,
                                                  test::secret_scalar(v["r"]));
  CHECK(hex(proof) == v["proof"]);
  CHECK(verify_dealing(ceremony, number, commitment, proof));
}

TEST_CASE("verify_dealing: another ceremony, dealer, commitment or bit", "[dealing]") {
  const Array<64> ceremony{1};
  const auto constant = random_scalar();
  const auto commitment = Element::base_mul(constant.reveal()).value();
  const auto proof = prove_dealing(ceremony, 3, constant, commitment);
  CHECK(verify_dealing(ceremony, 3, commitment, proof));
  CHECK(prove_dealing(ceremony, 3, constant, commitment) != proof);
  CHECK_FALSE(verify_dealing(Array<64>{2}, 3, commitment, proof));
  CHECK_FALSE(verify_dealing(ceremony, 4, commitment, proof));
  CHECK_FALSE(verify_dealing(ceremony, 3, commitment.add(commitment).value(), proof));
  for (std::size_t i = 0; i < proof.size(); ++i) {
    auto bad = proof;
    bad[i] ^= 1;
    CHECK_FALSE(verify_dealing(ceremony, 3, commitment, bad));
  }
  for (const auto& scalar : test::bad_scalars()) {
    for (const std::ptrdiff_t part : {0, 32}) {
      auto bad = proof;
      std::ranges::copy(scalar, bad.begin() + part);
      CHECK_FALSE(verify_dealing(ceremony, 3, commitment, bad));
    }
    // The same s modulo ℓ, or with the bit that libsodium drops: verifies with libsodium alone.
    for (const bool highest : {false, true}) {
      auto bad = proof;
      unsigned carry = 0;
      for (std::size_t i = 0; i < 32; ++i) {
        carry += unsigned{bad[32 + i]} + (highest ? 0U : test::bad_scalars().front()[i]);
        bad[32 + i] = static_cast<std::uint8_t>(carry);
        carry >>= 8;
      }
      if (highest) bad[63] |= 0x80;
      CHECK_FALSE(verify_dealing(ceremony, 3, commitment, bad));
    }
  }
  // One who does not know the constant cannot prove it.
  CHECK_FALSE(verify_dealing(ceremony, 3, commitment,
                             prove_dealing(ceremony, 3, random_scalar(), commitment)));
}
