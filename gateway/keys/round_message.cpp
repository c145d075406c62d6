#include "gateway/keys/round_message.hpp"

#include <stdexcept>

#include "config/encoded.hpp"
#include "config/object_reader.hpp"
#include "crypto/encoding.hpp"

namespace sluis::gateway {

using config::Json;
using config::ObjectReader;

namespace {

/// What is signed; nothing where the body has no canonical form, which no body that was read has.
std::optional<crypto::Bytes> signed_bytes(const RoundMessage& message) {
  const auto canonical = config::jcs(message.body);
  if (!canonical) return std::nullopt;
  const crypto::Array<1> round{static_cast<std::uint8_t>(message.round)};
  return crypto::concat({crypto::as_view("sluis/dkg/round/v1"), crypto::as_view(crypto::zero_byte),
                         message.cer, round, crypto::as_view(*canonical)});
}

}  // namespace

RoundMessage RoundMessage::make(const crypto::Array<64>& cer, Round round, config::PartnerId from,
                                Json body, const crypto::SigningKey& key) {
  RoundMessage message{cer, round, std::move(from), std::move(body), {}};
  const auto bytes = signed_bytes(message);
  if (!bytes) throw std::logic_error("RoundMessage: a body without a canonical form");
  message.signature = key.sign(*bytes);
  return message;
}

bool RoundMessage::signed_by(crypto::FixedView<32> sign_key) const {
  const auto bytes = signed_bytes(*this);
  return bytes && crypto::verify(sign_key, *bytes, signature);
}

bool RoundMessage::says_the_same(const RoundMessage& other) const {
  return cer == other.cer && round == other.round && from == other.from && body == other.body;
}

Json RoundMessage::json() const {
  return {{"cer", crypto::base64url(cer)},
          {"round", static_cast<std::uint8_t>(round)},
          {"from", from.str()},
          {"body", body},
          {"signature", crypto::base64url(signature)}};
}

std::optional<RoundMessage> RoundMessage::parse(const Json& value, const std::string& pointer,
                                                std::vector<config::Error>& errors) {
  const auto errors_before = errors.size();
  std::optional<RoundMessage> parsed;
  ObjectReader::read(value, pointer, errors, [&](ObjectReader& in) {
    const auto cer = in.parsed("cer", config::parse_bytes<64>);
    const auto round = in.integer("round", {1, last_round});
    auto from = in.parsed("from", config::PartnerId::parse);
    const auto* body = in.any("body");
    const auto signature = in.parsed("signature", config::parse_bytes<64>);
    if (body != nullptr && !body->is_object()) in.fault("body", "must be an object");
    if (!cer || !from || body == nullptr || !signature) return;
    parsed = RoundMessage{*cer, static_cast<Round>(round), std::move(*from), *body, *signature};
  });
  if (errors.size() != errors_before) return std::nullopt;
  return parsed;
}

}  // namespace sluis::gateway
