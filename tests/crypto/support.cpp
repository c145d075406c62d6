#include "support.hpp"

#include <algorithm>
#include <fstream>

#include "crypto/encoding.hpp"

namespace sluis::crypto {

std::optional<BlindBatch> KnownAnswers::blind(std::span<const Bytes> inputs,
                                              std::span<const Scalar> blinds) {
  auto batch = BlindBatch::start(inputs);
  if (!batch) return std::nullopt;
  std::ranges::copy(blinds, batch->blinds().begin());
  batch->step(inputs.size());
  return batch;
}

std::optional<Evaluation> KnownAnswers::evaluate(FixedView<32> secret_key,
                                                 const Array<32>& public_key,
                                                 std::span<const Array<32>> blinded,
                                                 const Scalar& nonce) {
  Evaluator evaluator(secret_key, public_key, blinded);
  evaluator.nonce_ = SecretScalar::copy_of(nonce.bytes);
  evaluator.step(blinded.size());
  return evaluator.take();
}

namespace test {

nlohmann::json vectors(const std::string& name) {
  std::ifstream file(std::string(SLUIS_TEST_DATA) + "/vectors/" + name);
  return nlohmann::json::parse(file);
}

nlohmann::json voprf_suite() {
  for (const auto& suite : vectors("rfc9497-ristretto255-sha512.json")) {
    if (suite.at("mode") == 1) return suite;
  }
  throw std::runtime_error("no suite in mode VOPRF");
}

Bytes bytes(const nlohmann::json& hex) {
  return from_hex(hex.get<std::string>()).value();
}

SecretScalar secret_scalar(const nlohmann::json& hex) {
  return parse_secret_scalar(bytes(hex)).value();
}

std::vector<Bytes> list(const nlohmann::json& hex) {
  std::vector<Bytes> parts;
  std::istringstream text(hex.get<std::string>());
  for (std::string part; std::getline(text, part, ',');) parts.push_back(*from_hex(part));
  return parts;
}

std::vector<Array<32>> elements(const nlohmann::json& hex) {
  std::vector<Array<32>> result;
  for (const Bytes& part : list(hex)) {
    std::copy_n(part.begin(), 32, result.emplace_back().begin());
  }
  return result;
}

std::vector<Bytes> inputs(std::size_t count) {
  std::vector<Bytes> result;
  for (std::size_t i = 0; i < count; ++i) {
    result.push_back(concat({as_view("input " + std::to_string(i))}));
  }
  return result;
}

std::vector<std::vector<std::uint32_t>> subsets(std::uint32_t t, std::uint32_t n) {
  std::vector<std::vector<std::uint32_t>> result;
  for (std::uint32_t mask = 0; mask < (1U << n); ++mask) {
    std::vector<std::uint32_t> subset;
    for (std::uint32_t i = 0; i < n; ++i) {
      if ((mask >> i & 1U) != 0) subset.push_back(i + 1);
    }
    if (subset.size() == t) result.push_back(subset);
  }
  return result;
}

}  // namespace test
}  // namespace sluis::crypto
