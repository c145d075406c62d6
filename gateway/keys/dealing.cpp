#include "gateway/keys/dealing.hpp"

#include <algorithm>
#include <string>

#include "config/encoded.hpp"
#include "config/object_reader.hpp"
#include "crypto/dealing.hpp"
#include "crypto/encoding.hpp"
#include "crypto/hash.hpp"

namespace sluis::gateway {

using config::Code;
using config::error;
using config::Json;
using config::ObjectReader;
using config::Result;
using crypto::Constant;

namespace {

template <std::size_t N>
Json bytes_json(const std::vector<crypto::Array<N>>& items) {
  Json list = Json::array();
  for (const auto& item : items) list.push_back(crypto::base64url(item));
  return list;
}

std::uint8_t byte_of(const CeremonyMember& member) {
  return static_cast<std::uint8_t>(member.number);
}

/// The caller wipes it.
std::optional<crypto::Bytes> open_box(const DealingBody::SealedShare& box,
                                      std::span<const crypto::SealKey> seal_keys) {
  for (const auto& key : seal_keys) {
    if (auto plain = key.open(box)) return plain;
  }
  return std::nullopt;
}

}  // namespace

Result<DealingBody> DealingBody::make(const CeremonyPlan& plan, const crypto::Array<64>& cer,
                                      const CeremonyMember& dealer,
                                      const crypto::Polynomial& polynomial) {
  DealingBody dealing;
  const auto commitments = polynomial.commitments();
  for (const auto& each : commitments) dealing.commitments.push_back(each.bytes());
  if (polynomial.constant() == Constant::some) {
    dealing.proof = crypto::prove_dealing(cer, byte_of(dealer), polynomial.coefficients().front(),
                                          commitments.front());
  }
  for (std::size_t i = 0; i < plan.ceremony.holders.size(); ++i) {
    const auto& holder = plan.ceremony.holders[i];
    const auto share = polynomial.at(holder.number);
    const auto sealed = crypto::seal_to(plan.seal_keys.at(i), share.reveal());
    if (!sealed) {
      return error(Code::invalid, "the first sealKey of holder \"" + holder.id.str() +
                                      "\" takes no sealed box: the directory must name another");
    }
    std::ranges::copy(*sealed, dealing.shares.emplace_back().begin());
  }
  return dealing;
}

Json DealingBody::json() const {
  return {{"commitments", bytes_json(commitments)},
          {"proof", proof ? Json(crypto::base64url(*proof)) : Json(nullptr)},
          {"shares", bytes_json(shares)}};
}

std::optional<DealingBody> DealingBody::parse(const Json& body) {
  constexpr std::size_t most = 255;
  DealingBody dealing;
  std::vector<config::Error> errors;
  ObjectReader::read(body, "", errors, [&](ObjectReader& in) {
    dealing.commitments = in.parsed_list("commitments", {1, most}, config::parse_bytes<32>);
    dealing.shares =
        in.parsed_list("shares", {1, most}, config::parse_bytes<32 + crypto::seal_overhead_bytes>);
    const auto* proof = in.any("proof");
    if (proof == nullptr || proof->is_null()) return;
    dealing.proof = in.parsed("proof", config::parse_bytes<64>);
  });
  if (!errors.empty()) return std::nullopt;
  return dealing;
}

crypto::Array<64> commitment_hash(const crypto::Array<64>& cer, const CeremonyMember& dealer,
                                  std::span<const crypto::Array<32>> commitments) {
  crypto::Bytes joined;
  for (const auto& each : commitments) joined.insert(joined.end(), each.begin(), each.end());
  const crypto::Array<1> number{byte_of(dealer)};
  return crypto::sha512({crypto::as_view("sluis/dkg/commitment/v1"),
                         crypto::as_view(crypto::zero_byte), cer, number, joined});
}

Result<Commitments> check_dealing(const CeremonyPlan& plan, const crypto::Array<64>& cer,
                                  const CeremonyMember& dealer, const DealingBody& dealing,
                                  const crypto::Array<64>& committed) {
  const auto refuse = [](const char* why) { return error(Code::invalid, why); };
  if (commitment_hash(cer, dealer, dealing.commitments) != committed) {
    return refuse("its commitments are not those that it committed to in round 1");
  }
  if (dealing.shares.size() != plan.ceremony.holders.size()) {
    return refuse("not one sealed share for each holder");
  }
  const auto* previous = plan.previous ? &*plan.previous : nullptr;
  auto elements = check_commitments(plan.ceremony, previous, dealer, dealing.commitments);
  if (!elements) return elements;
  if (constant_of(plan.ceremony) == Constant::zero) {
    if (dealing.proof) return refuse("a proof of knowledge, where there is nothing to prove");
    return elements;
  }
  if (!dealing.proof) return refuse("no proof of knowledge");
  if (!crypto::verify_dealing(cer, byte_of(dealer), elements->front(), *dealing.proof)) {
    return error(Code::bad_proof, "its proof of knowledge does not verify");
  }
  return elements;
}

Result<crypto::SecretScalar> open_share(const CeremonyPlan& plan, const CeremonyMember& holder,
                                        const DealingBody& dealing, const Commitments& commitments,
                                        std::span<const crypto::SealKey> seal_keys) {
  auto plain = open_box(dealing.shares.at(holder.number - 1), seal_keys);
  if (!plain) {
    return error(Code::unknown_seal_key, "its sealed share opens with none of our seal keys");
  }
  auto share = crypto::parse_secret_scalar(*plain);
  crypto::wipe(*plain);
  const auto expected =
      crypto::value_from_commitments(commitments, holder.number, constant_of(plan.ceremony));
  if (!share || !expected || crypto::Element::base_mul(share->reveal()) != expected) {
    return error(Code::invalid, "the share that it dealt us is not the one it committed to");
  }
  return std::move(*share);
}

}  // namespace sluis::gateway
