// libdecaf, whose decaf_255 is ristretto255 since its version 1.0, as a second opinion: it shares
// no code with libsodium. What both say must be the same for thousands of cases, other ones in each
// run; SLUIS_SEED repeats those of a run that failed.
#include <decaf/point_255.h>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <limits>
#include <random>

#include "bad_values.hpp"
#include "crypto/element.hpp"
#include "crypto/encoding.hpp"
#include "crypto/hash.hpp"

using namespace sluis::crypto;

namespace {

std::uint64_t seed() {
  static const std::uint64_t chosen = [] {
    const char* const given = std::getenv("SLUIS_SEED");
    const std::uint64_t value =
        given != nullptr ? std::strtoull(given, nullptr, 10)
                         : std::uint64_t{std::random_device{}()} << 32U | std::random_device{}();
    std::cout << "oracle: SLUIS_SEED=" << value << " repeats these cases" << std::endl;
    return value;
  }();
  return chosen;
}

/// 64 bytes that follow from the seed, what they are for, and their number.
Array<64> random_bytes(std::string_view purpose, std::uint64_t number) {
  return sha512({as_view(purpose), Scalar::from_u64(seed()).bytes, Scalar::from_u64(number).bytes});
}

Array<32> half(const Array<64>& whole) {
  Array<32> first;
  std::copy_n(whole.begin(), first.size(), first.begin());
  return first;
}

namespace decaf {

struct Point {
  decaf_255_point_t value;
};

/// The identity is refused, as `Element` refuses it.
std::optional<Point> decode(const Array<32>& bytes) {
  Point point;
  if (decaf_255_point_decode(point.value, bytes.data(), DECAF_FALSE) != DECAF_SUCCESS) {
    return std::nullopt;
  }
  return point;
}

Array<32> encode(const Point& point) {
  Array<32> bytes;
  decaf_255_point_encode(bytes.data(), point.value);
  return bytes;
}

Array<32> from_hash(const Array<64>& uniform) {
  Point point;
  decaf_255_point_from_hash_uniform(point.value, uniform.data());
  return encode(point);
}

Array<32> mul(const Point& point, const Scalar& scalar) {
  decaf_255_scalar_t factor;
  if (decaf_255_scalar_decode(factor, scalar.bytes.data()) != DECAF_SUCCESS) {
    throw std::runtime_error("libdecaf refuses a scalar of ours");
  }
  Point product;
  decaf_255_point_scalarmul(product.value, point.value, factor);
  return encode(product);
}

Array<32> base_mul(const Scalar& scalar) {
  Point base;
  std::copy_n(decaf_255_point_base, 1, base.value);
  return mul(base, scalar);
}

}  // namespace decaf

/// Where both decode, they encode to the same bytes again. True where they do.
bool same_decoding(const Array<32>& bytes) {
  CAPTURE(hex(bytes));
  const auto ours = Element::parse(bytes);
  const auto theirs = decaf::decode(bytes);
  CHECK(ours.has_value() == theirs.has_value());
  if (!ours || !theirs) return false;
  CHECK(ours->bytes() == bytes);
  CHECK(decaf::encode(*theirs) == bytes);
  return true;
}

}  // namespace

TEST_CASE("oracle: the same strings are elements", "[oracle]") {
  CAPTURE(seed());
  std::size_t accepted = 0;
  constexpr std::size_t cases = 8000;
  for (std::uint64_t i = 0; i < cases; ++i) {
    auto bytes = half(random_bytes("decode", i));
    // Three of four have a chance: below 2^255 and even.
    if (i % 4 != 0) bytes[31] &= 0x7f;
    if (i % 4 != 1) bytes[0] &= 0xfe;
    accepted += same_decoding(bytes) ? 1 : 0;
  }
  // One of four such strings is an element.
  CHECK(accepted > cases / 16);
  CHECK(accepted < cases / 4);
}

TEST_CASE("oracle: the same strings near an element are elements", "[oracle]") {
  CAPTURE(seed());
  constexpr std::uint64_t cases = 40;
  for (std::uint64_t i = 0; i < cases; ++i) {
    const auto element = Element::from_hash(random_bytes("near", i)).value().bytes();
    REQUIRE(same_decoding(element));
    for (std::size_t bit = 0; bit < 256; ++bit) {
      auto near = element;
      near[bit / 8] = static_cast<std::uint8_t>(near[bit / 8] ^ 1U << (bit % 8));
      same_decoding(near);
    }
    CHECK_FALSE(same_decoding(test::plus_field_order(element)));
    CHECK_FALSE(same_decoding(test::negated(element)));
  }
}

TEST_CASE("oracle: every bad encoding is refused by both", "[oracle]") {
  for (const auto& bad : test::bad_encodings()) CHECK_FALSE(same_decoding(bad));
  // Every one of the 19 strings between p and 2^255, and the 38 with the highest bit above them.
  for (unsigned low = 0xed; low <= 0xff; ++low) {
    Array<32> bytes;
    bytes.fill(0xff);
    bytes[0] = static_cast<std::uint8_t>(low);
    CHECK_FALSE(same_decoding(bytes));
    bytes[31] = 0x7f;
    CHECK_FALSE(same_decoding(bytes));
  }
}

TEST_CASE("oracle: the same scalars are canonical", "[oracle]") {
  CAPTURE(seed());
  const auto check = [](const Array<32>& bytes) {
    CAPTURE(hex(bytes));
    decaf_255_scalar_t scalar;
    const bool theirs = decaf_255_scalar_decode(scalar, bytes.data()) == DECAF_SUCCESS;
    CHECK(Scalar::parse(bytes).has_value() == theirs);
    return theirs;
  };
  for (const auto& bad : test::bad_scalars()) CHECK_FALSE(check(bad));
  std::size_t accepted = 0;
  for (std::uint64_t i = 0; i < 4000; ++i) {
    auto bytes = half(random_bytes("scalar", i));
    bytes[31] &= 0x1f;  // half of these are below ℓ
    accepted += check(bytes) ? 1 : 0;
  }
  CHECK(accepted > 1000);
  CHECK(accepted < 3000);
}

TEST_CASE("oracle: the same one-way map", "[oracle]") {
  CAPTURE(seed());
  for (std::uint64_t i = 0; i < 4000; ++i) {
    const auto uniform = random_bytes("from_hash", i);
    CAPTURE(i);
    CHECK(Element::from_hash(uniform).value().bytes() == decaf::from_hash(uniform));
  }
  // Halves that are equal, and those whose highest bit RFC 9496 ignores.
  for (std::uint64_t i = 0; i < 200; ++i) {
    auto uniform = random_bytes("from_hash, edges", i);
    std::copy_n(uniform.begin(), 32, uniform.begin() + 32);
    if (i % 2 == 0) uniform[63] ^= 0x80;
    CHECK(Element::from_hash(uniform).value().bytes() == decaf::from_hash(uniform));
  }
}

TEST_CASE("oracle: the same multiples", "[oracle]") {
  CAPTURE(seed());
  const auto minus_one = sub(Scalar{}, Scalar::from_u64(1));
  const auto check = [](const Element& element, const Scalar& scalar) {
    CAPTURE(hex(element.bytes()), hex(scalar.bytes));
    const auto point = decaf::decode(element.bytes());
    REQUIRE(point);
    // Nothing stands for the identity, which libdecaf encodes as zeroes.
    const auto ours = element.mul(scalar);
    CHECK((ours ? ours->bytes() : Array<32>{}) == decaf::mul(*point, scalar));
    const auto of_base = Element::base_mul(scalar);
    CHECK((of_base ? of_base->bytes() : Array<32>{}) == decaf::base_mul(scalar));
  };
  for (std::uint64_t i = 0; i < 3000; ++i) {
    check(Element::from_hash(random_bytes("element", i)).value(),
          Scalar::from_wide(random_bytes("factor", i)));
  }
  const auto element = Element::from_hash(random_bytes("element", 0)).value();
  for (std::uint64_t i = 0; i < 64; ++i) {
    check(element, Scalar::from_u64(i));
    check(element, sub(minus_one, Scalar::from_u64(i)));
    check(element, Scalar::from_u64(std::uint64_t{1} << i));
  }
}
