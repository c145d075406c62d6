#include "gateway/cli/dealer.hpp"

#include <optional>
#include <stdexcept>

#include "crypto/dealing.hpp"
#include "crypto/threshold.hpp"

namespace sluis::gateway::cli {

namespace {

/// The ceremony that the directory names, before anything was dealt.
Transcript ceremony(const std::string& region, const config::DomainId& domain,
                    const config::Epoch& epoch, const std::string& use,
                    const std::vector<const crypto::SigningKey*>& sign_keys) {
  std::vector<CeremonyMember> members;
  for (std::size_t i = 0; i < epoch.holders.size(); ++i) {
    members.push_back(
        {static_cast<std::uint32_t>(i + 1), epoch.holders[i], sign_keys.at(i)->public_key()});
  }
  return Transcript{region,
                    domain,
                    epoch.id,
                    use,
                    epoch.generation,
                    epoch.ceremony,
                    epoch.attempt,
                    epoch.threshold,
                    members,
                    members,
                    std::nullopt,
                    {},
                    {},
                    {},
                    {}};
}

/// What dealer `number` sends in steps 1 and 2, checked as its receivers check it.
crypto::Dealt deal_as(std::uint8_t number, const Transcript& transcript) {
  const auto constant = crypto::random_scalar();
  const auto holders = static_cast<std::uint32_t>(transcript.holders.size());
  auto dealt = crypto::deal(constant, transcript.threshold, holders);
  const auto cer = transcript.cer();
  const auto proof = crypto::prove_dealing(cer, number, constant, dealt.commitments.front());
  const auto expected = crypto::key_shares_from_commitments(dealt.commitments, holders);
  bool right = crypto::verify_dealing(cer, number, dealt.commitments.front(), proof) && expected;
  for (std::size_t j = 0; right && j < holders; ++j) {
    right = crypto::Element::base_mul(dealt.shares[j].reveal()) == (*expected)[j];
  }
  if (!right) throw std::logic_error("dealer: a dealing of our own does not check");
  return dealt;
}

/// Each holder adds up the shares that it received.
std::vector<crypto::SecretScalar> add_shares(const std::vector<crypto::Dealt>& dealings) {
  std::vector<crypto::SecretScalar> sums;
  for (std::size_t j = 0; j < dealings.front().shares.size(); ++j) {
    auto sum = crypto::mul(crypto::Scalar::from_u64(1), dealings.front().shares[j]);
    for (std::size_t i = 1; i < dealings.size(); ++i) {
      sum = crypto::add(sum, dealings[i].shares[j]);
    }
    sums.push_back(std::move(sum));
  }
  return sums;
}

crypto::Array<32> public_bytes(const crypto::SecretScalar& share) {
  const auto element = crypto::Element::base_mul(share.reveal());
  if (!element) throw std::runtime_error("dealer: a share is zero, which one in 2^252 is");
  return element->bytes();
}

/// K: the sum of what every dealer committed to as its constant.
crypto::Array<32> joint_key(const std::vector<crypto::Dealt>& dealings) {
  std::optional<crypto::Element> sum = dealings.front().commitments.front();
  for (std::size_t i = 1; i < dealings.size() && sum; ++i) {
    sum = sum->add(dealings[i].commitments.front());
  }
  if (!sum) throw std::runtime_error("dealer: the key is zero, which one in 2^252 is");
  return sum->bytes();
}

}  // namespace

DealtKey deal_key(const std::string& region, const config::DomainId& domain,
                  const config::Epoch& epoch, const std::string& use,
                  const std::vector<const crypto::SigningKey*>& sign_keys) {
  auto transcript = ceremony(region, domain, epoch, use, sign_keys);
  std::vector<crypto::Dealt> dealings;
  for (std::size_t i = 0; i < transcript.dealers.size(); ++i) {
    dealings.push_back(deal_as(static_cast<std::uint8_t>(i + 1), transcript));
    auto& of_dealer = transcript.commitments.emplace_back();
    for (const auto& element : dealings.back().commitments) of_dealer.push_back(element.bytes());
  }
  auto shares = add_shares(dealings);
  transcript.key = joint_key(dealings);
  for (const auto& share : shares) transcript.holder_keys.push_back(public_bytes(share));
  const auto message = transcript.signed_bytes();
  for (const auto* key : sign_keys) transcript.signatures.push_back(key->sign(message));
  return {std::move(transcript), std::move(shares)};
}

}  // namespace sluis::gateway::cli
