#include "tests/crypto/bad_values.hpp"

#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "crypto/encoding.hpp"

namespace sluis::crypto::test {
namespace {

Array<32> from(const std::string& hex) {
  const auto bytes = array_from_hex<32>(hex);
  if (!bytes) throw std::runtime_error("a vector that is not 32 bytes");
  return *bytes;
}

// 2^255 − 19, little-endian.
Array<32> field_order() {
  return from("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f");
}

Array<32> plus(const Array<32>& a, const Array<32>& b) {
  Array<32> sum;
  unsigned carry = 0;
  for (std::size_t i = 0; i < sum.size(); ++i) {
    carry += unsigned{a[i]} + b[i];
    sum[i] = static_cast<std::uint8_t>(carry);
    carry >>= 8;
  }
  return sum;
}

}  // namespace

Array<32> plus_field_order(const Array<32>& s) {
  return plus(s, field_order());
}

Array<32> negated(const Array<32>& s) {
  Array<32> complement;  // of two: 2^256 − 1 − s
  for (std::size_t i = 0; i < s.size(); ++i) complement[i] = static_cast<std::uint8_t>(~s[i]);
  return plus(field_order(), plus(complement, {1}));
}

std::vector<Array<32>> bad_encodings() {
  std::vector<Array<32>> result{Array<32>{}};
  std::ifstream file(std::string(SLUIS_TEST_DATA) + "/vectors/ristretto255-bad-encodings.json");
  const auto groups = nlohmann::json::parse(file);
  for (const auto& [group, encodings] : groups.items()) {
    if (group == "note") continue;
    for (const auto& encoding : encodings) result.push_back(from(encoding));
  }
  const auto generator = from("e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76");
  auto highest_bit = generator;
  highest_bit[31] |= 0x80;
  for (const auto& bad : {highest_bit, plus_field_order(generator), negated(generator)}) {
    result.push_back(bad);
  }
  return result;
}

std::vector<Array<32>> bad_scalars() {
  const auto order = from("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
  Array<32> above = order;
  ++above[0];
  Array<32> ones;
  ones.fill(0xff);
  Array<32> below_255 = ones;
  below_255[31] = 0x7f;
  Array<32> power_253{};
  power_253[31] = 0x20;
  Array<32> one{1};
  one[31] = 0x80;
  return {order, above, plus(order, order), power_253, below_255, ones, one};
}

}  // namespace sluis::crypto::test
