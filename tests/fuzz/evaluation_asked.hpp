// The one request that the target evaluation_answer asks, and the holder's key that is asked.
#pragma once

#include <string>
#include <vector>

#include "crypto/element.hpp"
#include "crypto/hash.hpp"
#include "crypto/scalar.hpp"

namespace sluis::fuzz {

struct Asked {
  static constexpr std::uint64_t generation = 3;
  crypto::Scalar key = scalar("key");
  crypto::Array<32> public_key = crypto::Element::base_mul(key)->bytes();
  std::vector<crypto::Array<32>> blinded{element("one"), element("two")};

  [[nodiscard]] std::vector<crypto::Array<32>> evaluated() const {
    std::vector<crypto::Array<32>> products;
    for (const auto& each : blinded)
      products.push_back(crypto::Element::parse(each)->mul(key)->bytes());
    return products;
  }

 private:
  static crypto::Array<64> uniform(std::string_view name) {
    return crypto::sha512({crypto::as_view("evaluation asked "), crypto::as_view(name)});
  }
  static crypto::Scalar scalar(std::string_view name) {
    return crypto::Scalar::from_wide(uniform(name));
  }
  static crypto::Array<32> element(std::string_view name) {
    return crypto::Element::from_hash(uniform(name))->bytes();
  }
};

}  // namespace sluis::fuzz
