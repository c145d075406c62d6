#include "gateway/core/envelope.hpp"

#include "config/encoded.hpp"
#include "config/object_reader.hpp"
#include "crypto/encoding.hpp"
#include "crypto/hash.hpp"
#include "crypto/labels.hpp"

namespace sluis::gateway {

using config::Code;
using config::error;
using config::Json;
using config::ObjectReader;
using config::Result;

namespace {

constexpr std::uint64_t most_sealed_bytes = std::uint64_t{512} * 1024;

Result<crypto::Bytes> bytes_of(std::string_view text) {
  if (auto bytes = crypto::from_base64url(text)) return std::move(*bytes);
  return error(Code::invalid, "must be bytes in base64url");
}

/// What the readers below need to put an id into a value that has no empty form.
template <class T>
T taken(std::optional<T>& value) {
  return std::move(*value);
}

Json shares_json(const std::vector<store::Share>& shares) {
  Json list = Json::array();
  for (const auto& share : shares)
    list.push_back(
        {{"k", share.k}, {"y", crypto::base64url(share.y)}, {"c", crypto::base64url(share.check)}});
  return list;
}

Json links_json(const std::vector<store::Link>& links) {
  Json list = Json::array();
  for (const auto& link : links) {
    Json item{{"kind", link.kind},
              {"epoch", link.epoch.str()},
              {"tag", crypto::base64url(link.tag)},
              {"shares", shares_json(link.shares)}};
    if (link.wrapped)
      item["wrapped"] = {{"k", link.wrapped->k},
                         {"nonce", crypto::base64url(link.wrapped->nonce)},
                         {"box", crypto::base64url(link.wrapped->box)}};
    list.push_back(std::move(item));
  }
  return list;
}

std::vector<store::Share> read_shares(ObjectReader& in) {
  std::vector<store::Share> shares;
  in.objects("shares", {1, 16}, [&](ObjectReader& item) {
    const auto k = item.integer("k", {2, 255});
    const auto y = item.parsed("y", config::parse_bytes<32>);
    const auto check = item.parsed("c", config::parse_bytes<32>);
    if (y && check) shares.push_back({static_cast<std::uint8_t>(k), *y, *check});
  });
  return shares;
}

std::vector<store::Link> read_links(ObjectReader& in) {
  std::vector<store::Link> links;
  in.objects("links", {1, 16}, [&](ObjectReader& item) {
    const auto kind = item.choice("kind", {"bsn", "name-dob", "dob-address"});
    auto epoch = item.parsed("epoch", config::EpochId::parse);
    const auto tag = item.parsed("tag", config::parse_bytes<32>);
    auto shares = read_shares(item);
    std::optional<store::Wrapped> wrapped;
    item.optional_object("wrapped", [&](ObjectReader& box) {
      const auto k = box.integer("k", {2, 255});
      const auto nonce = box.parsed("nonce", config::parse_bytes<24>);
      const auto bytes = box.parsed("box", config::parse_bytes<48>);
      if (nonce && bytes) wrapped = {static_cast<std::uint8_t>(k), *nonce, *bytes};
    });
    if (epoch && tag) links.push_back({kind, *epoch, *tag, std::move(shares), wrapped});
  });
  return links;
}

config::Error first_of(std::vector<config::Error> errors) {
  return std::move(errors.front());
}

}  // namespace

bool Envelope::signed_by(const crypto::Array<32>& sign_key) const {
  return crypto::verify(sign_key,
                        crypto::envelope_signed(id.str(), from.str(), to.str(), seal_key, sealed),
                        signature);
}

void Envelope::sign(const crypto::SigningKey& key) {
  signature = key.sign(crypto::envelope_signed(id.str(), from.str(), to.str(), seal_key, sealed));
}

Json Envelope::to_json() const {
  return {{"v", 1},
          {"id", id.str()},
          {"from", from.str()},
          {"to", to.str()},
          {"sealKey", crypto::base64url(seal_key)},
          {"sealed", crypto::base64url(sealed)},
          {"signature", crypto::base64url(signature)}};
}

Result<Envelope> Envelope::from_json(const Json& json) {
  std::vector<config::Error> errors;
  std::optional<Envelope> envelope;
  ObjectReader::read(json, "", errors, [&](ObjectReader& in) {
    in.integer("v", {1, 1});
    auto id = in.parsed("id", config::EnvelopeId::parse);
    auto from = in.parsed("from", config::PartnerId::parse);
    auto to = in.parsed("to", config::PartnerId::parse);
    auto seal_key = in.parsed("sealKey", config::parse_bytes<32>);
    auto sealed = in.parsed("sealed", bytes_of);
    auto signature = in.parsed("signature", config::parse_bytes<64>);
    if (sealed && sealed->size() > most_sealed_bytes)
      in.fault("sealed", "is too long", Code::too_large);
    if (id && from && to && seal_key && sealed && signature)
      envelope = Envelope{taken(id), taken(from), taken(to), *seal_key, taken(sealed), *signature};
  });
  if (!errors.empty()) return first_of(std::move(errors));
  return std::move(*envelope);
}

Json SignalMessage::to_json() const {
  Json signal{
      {"id", id.str()},
      {"domain", domain.str()},
      {"theme", theme},
      {"purpose", purpose},
      {"legalBasis", legal_basis},
      {"expiresAt", config::format_time(expires_at)},
      {"traceparent", traceparent},
      {"reveal", reveal},
      {"links", links_json(links)},
      {"commitment", crypto::base64url(commitment)},
      {"content",
       {{"nonce", crypto::base64url(content_nonce)}, {"box", crypto::base64url(content_box)}}}};
  if (content_key) signal["contentKey"] = crypto::base64url(*content_key);
  return {{"v", 1},
          {"kind", "signal"},
          {"id", envelope.str()},
          {"from", from.str()},
          {"to", to.str()},
          {"createdAt", config::format_time(created_at)},
          {"signal", std::move(signal)}};
}

namespace {

/// The fields as they come; every one of them is there once there are no errors.
struct Draft {
  std::optional<config::EnvelopeId> envelope;
  std::optional<config::PartnerId> from, to;
  std::optional<config::Timestamp> created_at, expires_at;
  std::optional<config::SignalId> id;
  std::optional<config::DomainId> domain;
  std::string theme, purpose, legal_basis, traceparent;
  std::uint8_t reveal = 0;
  std::vector<store::Link> links;
  std::optional<crypto::Array<32>> commitment, content_key;
  std::optional<crypto::Array<24>> content_nonce;
  std::optional<crypto::Bytes> content_box;
};

void read_signal(ObjectReader& in, Draft& draft) {
  draft.id = in.parsed("id", config::SignalId::parse);
  draft.domain = in.parsed("domain", config::DomainId::parse);
  draft.theme = in.text("theme", {1, 64});
  draft.purpose = in.text("purpose", {1, 64});
  draft.legal_basis = in.text("legalBasis", {1, 64});
  draft.expires_at = in.parsed("expiresAt", config::parse_time);
  draft.traceparent = in.text("traceparent", {55, 55});
  draft.reveal = static_cast<std::uint8_t>(in.integer("reveal", {1, 255}));
  draft.links = read_links(in);
  draft.commitment = in.parsed("commitment", config::parse_bytes<32>);
  in.object("content", [&](ObjectReader& content) {
    draft.content_nonce = content.parsed("nonce", config::parse_bytes<24>);
    draft.content_box = content.parsed("box", bytes_of);
  });
  draft.content_key = in.optional_parsed("contentKey", config::parse_bytes<32>);
  if (draft.content_key.has_value() != (draft.reveal == 1))
    in.fault("contentKey", "goes with reveal 1, and with that alone");
  for (const auto& link : draft.links) {
    const bool fits =
        draft.reveal == 1 ? !link.wrapped : link.wrapped && link.wrapped->k == draft.reveal;
    if (!fits)
      in.fault("links", "every link is wrapped for the k that \"reveal\" names, or none with 1");
  }
}

}  // namespace

Result<SignalMessage> SignalMessage::from_json(const Json& json) {
  if (json.is_object() && json.contains("kind") && json["kind"].is_string() &&
      json["kind"] != "signal")
    return error(Code::unavailable, "a kind of message that this version does not take", "/kind");
  std::vector<config::Error> errors;
  Draft draft;
  ObjectReader::read(json, "", errors, [&](ObjectReader& in) {
    in.integer("v", {1, 1});
    in.choice("kind", {"signal"});
    draft.envelope = in.parsed("id", config::EnvelopeId::parse);
    draft.from = in.parsed("from", config::PartnerId::parse);
    draft.to = in.parsed("to", config::PartnerId::parse);
    draft.created_at = in.parsed("createdAt", config::parse_time);
    in.object("signal", [&](ObjectReader& signal) { read_signal(signal, draft); });
  });
  if (!errors.empty()) return first_of(std::move(errors));
  return SignalMessage{taken(draft.envelope),
                       taken(draft.from),
                       taken(draft.to),
                       *draft.created_at,
                       taken(draft.id),
                       taken(draft.domain),
                       std::move(draft.theme),
                       std::move(draft.purpose),
                       std::move(draft.legal_basis),
                       *draft.expires_at,
                       std::move(draft.traceparent),
                       draft.reveal,
                       std::move(draft.links),
                       *draft.commitment,
                       *draft.content_nonce,
                       taken(draft.content_box),
                       draft.content_key};
}

std::optional<Envelope> seal_envelope(const SignalMessage& message,
                                      const crypto::Array<32>& seal_key,
                                      const crypto::SigningKey& sign_key) {
  auto sealed = crypto::seal_to(seal_key, crypto::as_view(message.to_json().dump()));
  if (!sealed) return std::nullopt;
  Envelope envelope{message.envelope, message.from, message.to, seal_key, std::move(*sealed), {}};
  envelope.sign(sign_key);
  return envelope;
}

Json Receipt::unsigned_json() const {
  return {{"v", 1},
          {"envelope", envelope.str()},
          {"from", from.str()},
          {"to", to.str()},
          {"status", status},
          {"reason", reason ? Json(*reason) : Json(nullptr)},
          {"sha256", crypto::base64url(sha256)},
          {"at", config::format_time(at)}};
}

crypto::Bytes Receipt::signed_bytes() const {
  return crypto::receipt_signed(config::jcs(unsigned_json()).value());
}

void Receipt::sign(const crypto::SigningKey& key) {
  signature = key.sign(signed_bytes());
}

bool Receipt::signed_by(const crypto::Array<32>& sign_key) const {
  return crypto::verify(sign_key, signed_bytes(), signature);
}

Json Receipt::to_json() const {
  auto json = unsigned_json();
  json["signature"] = crypto::base64url(signature);
  return json;
}

Result<Receipt> Receipt::from_json(const Json& json) {
  std::vector<config::Error> errors;
  std::optional<Receipt> receipt;
  ObjectReader::read(json, "", errors, [&](ObjectReader& in) {
    in.integer("v", {1, 1});
    auto envelope = in.parsed("envelope", config::EnvelopeId::parse);
    auto from = in.parsed("from", config::PartnerId::parse);
    auto to = in.parsed("to", config::PartnerId::parse);
    auto status = in.choice("status", {"stored", "duplicate", "refused", "deferred"});
    std::optional<std::string> reason;
    const auto* value = in.any("reason");
    // A code of ours to be: what a partner writes here comes into our store and our log.
    const auto* code = value != nullptr ? value->get_ptr<const std::string*>() : nullptr;
    if (code != nullptr && config::is_slug(*code)) {
      reason = *code;
    } else if (value != nullptr && !value->is_null()) {
      in.fault("reason", "must be a code ([a-z0-9-]{1,40}) or null");
    }
    const auto sha256 = in.parsed("sha256", config::parse_bytes<32>);
    const auto at = in.parsed("at", config::parse_time);
    const auto signature = in.parsed("signature", config::parse_bytes<64>);
    if (envelope && from && to && sha256 && at && signature)
      receipt = Receipt{taken(envelope),   taken(from), taken(to), std::move(status),
                        std::move(reason), *sha256,     *at,       *signature};
  });
  if (!errors.empty()) return first_of(std::move(errors));
  return std::move(*receipt);
}

}  // namespace sluis::gateway
