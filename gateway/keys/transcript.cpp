#include "gateway/keys/transcript.hpp"

#include <stdexcept>

#include "config/encoded.hpp"
#include "config/object_reader.hpp"
#include "crypto/encoding.hpp"
#include "crypto/hash.hpp"

namespace sluis::gateway {

using config::Json;
using config::ObjectReader;

namespace {

constexpr std::uint64_t most_members = 255;

Json members_json(const std::vector<CeremonyMember>& members) {
  Json list = Json::array();
  for (const auto& member : members) {
    list.push_back({{"number", member.number},
                    {"id", member.id.str()},
                    {"signKey", crypto::base64url(member.sign_key)}});
  }
  return list;
}

template <std::size_t N>
Json bytes_json(const std::vector<crypto::Array<N>>& items) {
  Json list = Json::array();
  for (const auto& item : items) list.push_back(crypto::base64url(item));
  return list;
}

/// The object of §6 whose RFC 8785 form `cer` hashes.
Json ceremony_json(const Transcript& of) {
  return {{"region", of.region},
          {"domain", of.domain.str()},
          {"epoch", of.epoch.str()},
          {"use", of.use},
          {"generation", of.generation},
          {"ceremony", of.ceremony},
          {"attempt", of.attempt},
          {"threshold", of.threshold},
          {"dealers", members_json(of.dealers)},
          {"holders", members_json(of.holders)},
          {"previous", of.previous ? Json(crypto::base64url(*of.previous)) : Json(nullptr)}};
}

std::vector<CeremonyMember> read_members(ObjectReader& in, const std::string& key) {
  std::vector<CeremonyMember> members;
  in.objects(key, {1, most_members}, [&](ObjectReader& each) {
    const auto number = each.integer("number", {1, most_members});
    auto id = each.parsed("id", config::PartnerId::parse);
    const auto sign_key = each.parsed("signKey", config::parse_bytes<32>);
    if (id && sign_key) {
      members.push_back({static_cast<std::uint32_t>(number), std::move(*id), *sign_key});
    }
  });
  return members;
}

std::vector<std::vector<crypto::Array<32>>> read_commitments(ObjectReader& in) {
  std::vector<std::vector<crypto::Array<32>>> commitments;
  in.objects("commitments", {0, most_members}, [&](ObjectReader& each) {
    commitments.push_back(each.parsed_list("elements", {1, most_members}, config::parse_bytes<32>));
  });
  return commitments;
}

std::optional<crypto::Array<64>> read_previous(ObjectReader& in) {
  const Json* value = in.any("previous");
  if (value == nullptr || value->is_null()) return std::nullopt;
  const auto text = value->is_string() ? value->get<std::string>() : std::string();
  const auto bytes = crypto::array_from_base64url<64>(text);
  if (!bytes) in.fault("previous", "must be null, or 64 bytes, base64url without padding");
  return bytes;
}

}  // namespace

crypto::Array<64> Transcript::cer() const {
  const auto canonical = config::jcs(ceremony_json(*this));
  if (!canonical) throw std::logic_error("Transcript: a ceremony without a canonical form");
  return crypto::sha512({crypto::as_view("sluis/dkg/ceremony/v1"),
                         crypto::as_view(crypto::zero_byte), crypto::as_view(*canonical)});
}

crypto::Bytes Transcript::signed_bytes() const {
  auto bytes = crypto::concat(
      {crypto::as_view("sluis/dkg/transcript/v1"), crypto::as_view(crypto::zero_byte), cer()});
  const auto append = [&](const crypto::Array<32>& element) {
    bytes.insert(bytes.end(), element.begin(), element.end());
  };
  for (const auto& of_dealer : commitments) {
    for (const auto& element : of_dealer) append(element);
  }
  append(key);
  for (const auto& element : holder_keys) append(element);
  return bytes;
}

crypto::Array<64> Transcript::hash() const {
  return crypto::sha512({signed_bytes()});
}

Json Transcript::json() const {
  Json document = ceremony_json(*this);
  document["v"] = 1;
  document["commitments"] = Json::array();
  for (const auto& of_dealer : commitments) {
    document["commitments"].push_back({{"elements", bytes_json(of_dealer)}});
  }
  document["key"] = crypto::base64url(key);
  document["holderKeys"] = bytes_json(holder_keys);
  document["signatures"] = bytes_json(signatures);
  return document;
}

std::optional<Transcript> Transcript::parse(const Json& value, const std::string& pointer,
                                            std::vector<config::Error>& errors) {
  const auto errors_before = errors.size();
  std::optional<Transcript> parsed;
  ObjectReader::read(value, pointer, errors, [&](ObjectReader& in) {
    in.integer("v", {1, 1});
    auto domain = in.parsed("domain", config::DomainId::parse);
    auto epoch = in.parsed("epoch", config::EpochId::parse);
    auto region = in.text("region", {1, 40});
    auto use = in.choice("use", {"tag", "lock"});
    const auto generation = in.integer("generation", {1});
    auto ceremony = in.text("ceremony", {1, 40});
    const auto attempt = in.integer("attempt", {1});
    const auto threshold = in.integer("threshold", {2, most_members});
    auto dealers = read_members(in, "dealers");
    auto holders = read_members(in, "holders");
    const auto previous = read_previous(in);
    auto commitments = read_commitments(in);
    const auto key = in.parsed("key", config::parse_bytes<32>);
    auto holder_keys = in.parsed_list("holderKeys", {0, most_members}, config::parse_bytes<32>);
    auto signatures = in.parsed_list("signatures", {0, most_members}, config::parse_bytes<64>);
    if (!domain || !epoch || !key) return;
    parsed = Transcript{std::move(region),
                        std::move(*domain),
                        std::move(*epoch),
                        std::move(use),
                        generation,
                        std::move(ceremony),
                        attempt,
                        static_cast<std::uint32_t>(threshold),
                        std::move(dealers),
                        std::move(holders),
                        previous,
                        std::move(commitments),
                        *key,
                        std::move(holder_keys),
                        std::move(signatures)};
  });
  if (errors.size() != errors_before) return std::nullopt;
  return parsed;
}

}  // namespace sluis::gateway
