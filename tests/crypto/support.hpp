// What the tests of this room share: vectors from files, and known blinds and nonces.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "bad_values.hpp"
#include "crypto/voprf.hpp"

namespace sluis::crypto {

/// Sets what is random elsewhere, so that an answer can be compared with a published one.
struct KnownAnswers {
  static std::optional<BlindBatch> blind(std::span<const Bytes> inputs,
                                         std::span<const Scalar> blinds);
  static std::optional<Evaluation> evaluate(FixedView<32> secret_key, const Array<32>& public_key,
                                            std::span<const Array<32>> blinded,
                                            const Scalar& nonce);
};

namespace test {

/// A file of tests/data/vectors.
nlohmann::json vectors(const std::string& name);
/// The one of mode VOPRF in RFC 9497's vectors.
nlohmann::json voprf_suite();

Bytes bytes(const nlohmann::json& hex);
template <std::size_t N>
Array<N> array(const nlohmann::json& hex) {
  const Bytes decoded = bytes(hex);
  if (decoded.size() != N) throw std::runtime_error("vector of another length");
  Array<N> result;
  std::copy(decoded.begin(), decoded.end(), result.begin());
  return result;
}
SecretScalar secret_scalar(const nlohmann::json& hex);
/// The parts of a batched vector, which stand in one string with commas.
std::vector<Bytes> list(const nlohmann::json& hex);
std::vector<Array<32>> elements(const nlohmann::json& hex);

/// Inputs that differ: "input 0", "input 1" …
std::vector<Bytes> inputs(std::size_t count);
/// All subsets of 1 … n with t members.
std::vector<std::vector<std::uint32_t>> subsets(std::uint32_t t, std::uint32_t n);

}  // namespace test
}  // namespace sluis::crypto
