#include "gateway/keys/joint_key.hpp"

#include <algorithm>
#include <string>

#include "crypto/threshold.hpp"

namespace sluis::gateway {

using config::Code;
using config::error;
using config::Result;

namespace {

/// λ_i·K_i: what dealer `number` of a reshare deals.
std::optional<crypto::Element> weighted_key(const Transcript& ceremony, const Transcript& previous,
                                            const CeremonyMember& dealer) {
  if (dealer.number > previous.holder_keys.size()) return std::nullopt;
  const auto key = crypto::Element::parse(previous.holder_keys[dealer.number - 1]);
  std::vector<std::uint32_t> numbers;
  for (const auto& each : ceremony.dealers) numbers.push_back(each.number);
  return key ? std::optional(crypto::weighted_public(*key, dealer.number, numbers)) : std::nullopt;
}

/// The commitments of the joint polynomial.
std::optional<Commitments> sums(std::size_t each, std::span<const Commitments> dealers) {
  if (dealers.empty()) return std::nullopt;
  Commitments sums;
  for (std::size_t j = 0; j < each; ++j) {
    std::optional<crypto::Element> sum;  // nothing stands for the identity, which may pass by
    for (const auto& commitments : dealers) {
      if (commitments.size() != each) return std::nullopt;
      sum = sum ? sum->add(commitments[j]) : commitments[j];
    }
    if (!sum) return std::nullopt;
    sums.push_back(*sum);
  }
  return sums;
}

}  // namespace

crypto::Constant constant_of(const Transcript& ceremony) {
  return ceremony.ceremony == "refresh" ? crypto::Constant::zero : crypto::Constant::some;
}

std::size_t commitments_each(const Transcript& ceremony) {
  return constant_of(ceremony) == crypto::Constant::zero ? ceremony.threshold - 1
                                                         : ceremony.threshold;
}

std::optional<JointKey> said_key(const Transcript& transcript) {
  const auto key = crypto::Element::parse(transcript.key);
  if (!key || transcript.holder_keys.size() != transcript.holders.size()) return std::nullopt;
  JointKey said{*key, {}};
  for (const auto& bytes : transcript.holder_keys) {
    const auto holder_key = crypto::Element::parse(bytes);
    if (!holder_key) return std::nullopt;
    said.holder_keys.push_back(*holder_key);
  }
  return said;
}

Result<Commitments> check_commitments(const Transcript& ceremony, const Transcript* previous,
                                      const CeremonyMember& dealer,
                                      std::span<const crypto::Array<32>> commitments) {
  if (commitments.size() != commitments_each(ceremony)) {
    return error(Code::invalid, std::to_string(commitments.size()) + " commitments, want " +
                                    std::to_string(commitments_each(ceremony)));
  }
  Commitments elements;
  for (std::size_t j = 0; j < commitments.size(); ++j) {
    const auto element = crypto::Element::parse(commitments[j]);
    if (!element) {
      return error(Code::invalid, "commitment " + std::to_string(j + 1) +
                                      " is the identity or not a canonical element");
    }
    elements.push_back(*element);
  }
  if (ceremony.ceremony == "reshare" &&
      (previous == nullptr ||
       weighted_key(ceremony, *previous, dealer) != std::optional(elements.front()))) {
    return error(Code::invalid, "deals another constant than its share of the previous key");
  }
  return elements;
}

std::optional<JointKey> join(const Transcript& ceremony, const Transcript* previous,
                             std::span<const Commitments> dealers) {
  const auto joint = sums(commitments_each(ceremony), dealers);
  const auto old = previous != nullptr ? said_key(*previous) : std::nullopt;
  if (!joint || (previous != nullptr && !old)) return std::nullopt;
  const bool refresh = constant_of(ceremony) == crypto::Constant::zero;
  if (refresh && (!old || old->holder_keys.size() != ceremony.holders.size())) return std::nullopt;
  JointKey key{refresh ? old->key : joint->front(), {}};
  if (old && key.key != old->key) return std::nullopt;
  for (std::size_t i = 0; i < ceremony.holders.size(); ++i) {
    const auto number = static_cast<std::uint32_t>(i + 1);
    auto value = crypto::value_from_commitments(*joint, number, constant_of(ceremony));
    if (value && refresh) value = value->add(old->holder_keys[i]);
    if (!value) return std::nullopt;
    key.holder_keys.push_back(*value);
  }
  return key;
}

}  // namespace sluis::gateway
