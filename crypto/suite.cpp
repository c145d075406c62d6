#include "crypto/suite.hpp"

#include <sodium.h>

#include <algorithm>
#include <stdexcept>

namespace sluis::crypto::suite {
namespace {

constexpr std::size_t block_bytes = 128;  // of SHA-512: s_in_bytes of RFC 9380
constexpr std::size_t max_dst_bytes = 255;

// SHA-512 after Z_pad, one block of zeroes: every expansion starts there.
crypto_hash_sha512_state after_padding() {
  crypto_hash_sha512_state state;
  const Array<block_bytes> zeroes{};
  crypto_hash_sha512_init(&state);
  crypto_hash_sha512_update(&state, zeroes.data(), zeroes.size());
  return state;
}

}  // namespace

Expander::Expander(std::string_view dst) {
  if (dst.size() > max_dst_bytes) throw std::invalid_argument("Expander: a tag above 255 bytes");
  const Array<1> dst_size{static_cast<std::uint8_t>(dst.size())};
  dst_prime_ = concat({as_view(dst), dst_size});
}

Array<64> Expander::expand(std::initializer_list<View> message) const {
  Array<64> uniform;
  expand(message, uniform);
  return uniform;
}

void Expander::expand(std::initializer_list<View> message, std::span<std::uint8_t> uniform) const {
  if (uniform.size() > max_expanded_bytes) {
    throw std::invalid_argument("Expander: more than 255 digests");
  }
  static const crypto_hash_sha512_state padded = after_padding();
  crypto_hash_sha512_state state = padded;
  for (const View part : message) crypto_hash_sha512_update(&state, part.data(), part.size());
  const auto size = two_bytes(uniform.size());
  const Array<3> size_and_zero{size[0], size[1], 0};
  crypto_hash_sha512_update(&state, size_and_zero.data(), size_and_zero.size());
  crypto_hash_sha512_update(&state, dst_prime_.data(), dst_prime_.size());
  Scratch<64> b0;
  crypto_hash_sha512_final(&state, b0.bytes.data());

  // b_i hashes b_0 xor b_(i−1), and b_1 hashes b_0 itself: as if what came before were zero.
  Scratch<64> block;
  for (std::uint8_t i = 1; !uniform.empty(); ++i) {
    for (std::size_t j = 0; j < block.bytes.size(); ++j) block.bytes[j] ^= b0.bytes[j];
    crypto_hash_sha512_init(&state);
    crypto_hash_sha512_update(&state, block.bytes.data(), block.bytes.size());
    crypto_hash_sha512_update(&state, &i, 1);
    crypto_hash_sha512_update(&state, dst_prime_.data(), dst_prime_.size());
    crypto_hash_sha512_final(&state, block.bytes.data());
    const std::size_t taken = std::min(uniform.size(), block.bytes.size());
    std::copy_n(block.bytes.begin(), taken, uniform.begin());
    uniform = uniform.subspan(taken);
  }
}

Array<64> uniform_for_group(View input) {
  static const Expander expander(group_dst);
  return expander.expand({input});
}

Scalar hash_to_scalar(std::initializer_list<View> message) {
  static const Expander expander(scalar_dst);
  return Scalar::from_wide(expander.expand(message));
}

}  // namespace sluis::crypto::suite
