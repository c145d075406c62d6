#include "gateway/audit/record.hpp"

#include <stdexcept>

#include "config/json.hpp"
#include "crypto/encoding.hpp"
#include "crypto/hash.hpp"
#include "crypto/secret.hpp"

namespace sluis::gateway::audit {
namespace {

using config::Json;
using crypto::as_view;
using crypto::zero_byte;

constexpr std::uint64_t end_of_integers = std::uint64_t{1} << 53;

std::string_view outcome_name(Outcome outcome) {
  switch (outcome) {
    case Outcome::permit:
      return "permit";
    case Outcome::deny:
      return "deny";
    case Outcome::error:
      break;
  }
  return "error";
}

void put(Json& json, const char* key, const std::string& text) {
  if (!text.empty()) json[key] = text;
}

void put(Json& json, const char* key, const std::optional<crypto::Array<32>>& commitment) {
  if (commitment) json[key] = crypto::base64url(*commitment);
}

Json actor_json(const Actor& actor) {
  Json json = Json::object();
  put(json, "kind", actor.kind);
  put(json, "id", actor.id);
  put(json, "role", actor.role);
  put(json, "onBehalfOf", actor.on_behalf_of);
  return json;
}

Json object_json(const Object& object) {
  Json json = Json::object();
  put(json, "kind", object.kind);
  put(json, "id", object.id);
  return json;
}

crypto::Array<32> salted(const crypto::Array<32>& salt,
                         const std::vector<crypto::Array<32>>& references) {
  crypto::Bytes joined;
  joined.reserve(references.size() * 32);
  for (const auto& one : references) joined.insert(joined.end(), one.begin(), one.end());
  return crypto::sha256({salt, joined});
}

}  // namespace

std::string canonical(const Record& record) {
  if (record.id.empty()) throw std::logic_error("audit: a record without an id");
  if (record.count && *record.count >= end_of_integers) {
    throw std::logic_error("audit: a record's count is 2^53 or more");
  }
  Json json{{"v", record_version},
            {"id", record.id},
            {"at", config::format_time_millis(record.at)},
            {"outcome", outcome_name(record.outcome)}};
  put(json, "traceId", record.trace_id);
  put(json, "spanId", record.span_id);
  put(json, "parentSpanId", record.parent_span_id);
  put(json, "action", record.action);
  if (auto actor = actor_json(record.actor); !actor.empty()) json["actor"] = std::move(actor);
  put(json, "counterparty", record.counterparty);
  put(json, "activity", record.activity);
  put(json, "purpose", record.purpose);
  put(json, "legalBasis", record.legal_basis);
  put(json, "case", record.case_commitment);
  put(json, "rule", record.rule);
  put(json, "policy", record.policy);
  if (auto object = object_json(record.object); !object.empty()) json["object"] = std::move(object);
  put(json, "subject", record.subject);
  if (record.count) json["count"] = *record.count;
  put(json, "receipt", record.receipt);

  auto text = config::jcs(json);
  if (!text) throw std::logic_error("audit: a record that has no canonical form");
  if (text->size() > max_record_bytes) {
    throw std::logic_error("audit: a record of " + std::to_string(text->size()) +
                           " bytes, at most " + std::to_string(max_record_bytes));
  }
  return std::move(*text);
}

Commitment commit(const std::string& record_id, std::string_view kind,
                  const std::vector<crypto::Array<32>>& references) {
  store::AuditSubject row{record_id, std::string(kind), {}, references};
  crypto::fill_random(row.salt);
  const auto value = commitment_of(row);
  return {value, std::move(row)};
}

crypto::Array<32> commitment_of(const store::AuditSubject& row) {
  return salted(row.salt, row.references);
}

crypto::Array<32> reference_of_linkage(crypto::View key, std::string_view kind,
                                       std::string_view value) {
  return crypto::hmac_sha256(key, {as_view("sluis/audit/linkage/v1"), as_view(zero_byte),
                                   as_view(kind), as_view(zero_byte), as_view(value)});
}

crypto::Array<32> reference_of_tag(crypto::View key, std::string_view domain,
                                   std::string_view epoch, std::string_view kind,
                                   crypto::View tag) {
  const auto zero = as_view(zero_byte);
  return crypto::hmac_sha256(key, {as_view("sluis/audit/tag/v1"), zero, as_view(domain), zero,
                                   as_view(epoch), zero, as_view(kind), zero, tag});
}

crypto::Array<32> reference_of_case(crypto::View key, std::string_view id) {
  return crypto::hmac_sha256(key,
                             {as_view("sluis/audit/case/v1"), as_view(zero_byte), as_view(id)});
}

}  // namespace sluis::gateway::audit
