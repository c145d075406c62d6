#include "crypto/voprf.hpp"

#include "crypto/suite.hpp"

namespace sluis::crypto {

std::optional<Element> hash_to_group(View input) {
  const Scratch<64> uniform(suite::uniform_for_group(input));
  return Element::from_hash(uniform.bytes);
}

std::optional<KeyPair> derive_key_pair(FixedView<32> seed, View info) {
  if (info.size() > 0xffff) return std::nullopt;
  static const suite::Expander expander(suite::derive_dst);
  for (unsigned counter = 0; counter <= 255; ++counter) {
    const Array<1> last{static_cast<std::uint8_t>(counter)};
    const Scratch<64> uniform(expander.expand({seed, suite::two_bytes(info.size()), info, last}));
    Scalar scalar = Scalar::from_wide(uniform.bytes);
    if (scalar.is_zero()) continue;
    auto secret_key = SecretScalar::take(scalar.bytes);
    const auto public_key = Element::base_mul(secret_key.reveal());
    if (!public_key) continue;
    return KeyPair{std::move(secret_key), *public_key};
  }
  return std::nullopt;
}

}  // namespace sluis::crypto
