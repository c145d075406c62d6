#include "crypto/suite.hpp"

#include <sodium.h>

namespace sluis::crypto::suite {
namespace {

constexpr std::size_t block_bytes = 128;  // of SHA-512: s_in_bytes of RFC 9380
constexpr std::size_t count_bytes = 3;    // l_i_b_str and the zero byte, in front of DST_prime

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
  const Array<count_bytes> count{0, 64, 0};
  const Array<1> dst_size{static_cast<std::uint8_t>(dst.size())};
  tail_ = concat({count, as_view(dst), dst_size});
}

Array<64> Expander::expand(std::initializer_list<View> message) const {
  static const crypto_hash_sha512_state padded = after_padding();
  crypto_hash_sha512_state state = padded;
  for (const View part : message) crypto_hash_sha512_update(&state, part.data(), part.size());
  crypto_hash_sha512_update(&state, tail_.data(), tail_.size());
  Scratch<64> b0;
  crypto_hash_sha512_final(&state, b0.bytes.data());

  // 64 bytes are one block of output: b_1 alone.
  const std::uint8_t one = 1;
  const View dst_prime = View(tail_).subspan(count_bytes);
  crypto_hash_sha512_init(&state);
  crypto_hash_sha512_update(&state, b0.bytes.data(), b0.bytes.size());
  crypto_hash_sha512_update(&state, &one, 1);
  crypto_hash_sha512_update(&state, dst_prime.data(), dst_prime.size());
  Array<64> uniform;
  crypto_hash_sha512_final(&state, uniform.data());
  return uniform;
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
