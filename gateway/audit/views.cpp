#include "gateway/audit/views.hpp"

#include <array>
#include <string_view>

#include "config/time.hpp"
#include "gateway/audit/search.hpp"

namespace sluis::gateway::audit {
namespace {

using config::Json;

struct Column {
  const char* head;
  const char* object;
  const char* key;
};

constexpr std::array columns{
    Column{"at", "", "at"},
    Column{"action", "", "action"},
    Column{"outcome", "", "outcome"},
    Column{"actorKind", "actor", "kind"},
    Column{"actor", "actor", "id"},
    Column{"role", "actor", "role"},
    Column{"onBehalfOf", "actor", "onBehalfOf"},
    Column{"counterparty", "", "counterparty"},
    Column{"activity", "", "activity"},
    Column{"purpose", "", "purpose"},
    Column{"legalBasis", "", "legalBasis"},
    Column{"case", "", "case"},
    Column{"rule", "", "rule"},
    Column{"policy", "", "policy"},
    Column{"objectKind", "object", "kind"},
    Column{"object", "object", "id"},
    Column{"subject", "", "subject"},
    Column{"receipt", "", "receipt"},
    Column{"traceId", "", "traceId"},
    Column{"spanId", "", "spanId"},
    Column{"parentSpanId", "", "parentSpanId"},
    Column{"id", "", "id"},
};

std::string quoted(const std::string& text) {
  if (text.find_first_of("\",\r\n") == std::string::npos) return text;
  std::string cell = "\"";
  for (const char c : text) cell += c == '"' ? "\"\"" : std::string(1, c);
  return cell + "\"";
}

std::uint64_t number_text(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

std::string oin_of(const PlacedRecord& placed) {
  const auto origin = field_text(placed, "", "log");
  return origin.substr(0, origin.find('/'));
}

std::string activity_of(const PlacedRecord& placed) {
  const auto& record = placed["record"];
  auto activity = field_text(record, "", "activity");
  if (!activity.empty()) return activity;
  const auto purpose = field_text(record, "", "purpose");
  return "urn:nld:oin:" + oin_of(placed) +
         ":verwerkingsactiviteit:" + (purpose.empty() ? field_text(record, "", "action") : purpose);
}

Json pair(const char* key, std::string value) {
  return {{"key", key}, {"value", std::move(value)}};
}

// FHIR

constexpr auto dicom = "http://dicom.nema.org/resources/ontology/DCM";

/// What DICOM calls an act, and FHIR's letter for it.
struct Kind {
  std::string_view action;  // or the start of it
  const char* code;
  const char* display;
  const char* letter;
};
constexpr std::array kinds{
    Kind{"person.query", "110112", "Query", "R"},
    Kind{"match.list", "110112", "Query", "R"},
    Kind{"signal.submit", "110107", "Import", "C"},
    Kind{"envelope.receive", "110107", "Import", "C"},
    Kind{"envelope.deliver", "110106", "Export", "E"},
    Kind{"audit.erase", "110101", "Audit Log Used", "D"},
    Kind{"audit.", "110101", "Audit Log Used", "R"},
    Kind{"anomaly", "110113", "Security Alert", "E"},
    Kind{"evaluation.alarm", "110113", "Security Alert", "E"},
    Kind{"witness.late", "110113", "Security Alert", "E"},
    Kind{"api.", "110113", "Security Alert", "E"},
    Kind{"peer.", "110113", "Security Alert", "E"},
    Kind{"", "110100", "Application Activity", "E"},
};

const Kind& kind_of(std::string_view action) {
  for (const auto& kind : kinds)
    if (action.starts_with(kind.action)) return kind;
  return kinds.back();
}

Json coding(const char* system, const char* code, const char* display) {
  return {{"system", system}, {"code", code}, {"display", display}};
}

Json identified(const std::string& system, const std::string& value) {
  return {{"identifier", {{"system", system}, {"value", value}}}};
}

Json agents_of(const Json& record) {
  Json actor{{"requestor", true}};
  if (const auto id = field_text(record, "actor", "id"); !id.empty()) {
    actor["who"] = identified("urn:sluis:audit:" + field_text(record, "actor", "kind"), id);
  }
  if (const auto role = field_text(record, "actor", "role"); !role.empty())
    actor["role"] = Json::array({{{"text", role}}});
  if (const auto policy = field_text(record, "", "policy"); !policy.empty())
    actor["policy"] = Json::array({"urn:sluis:policy:" + policy});
  Json agents = Json::array({std::move(actor)});
  const auto add = [&](const std::string& id, const char* kind, const char* part) {
    if (id.empty()) return;
    agents.push_back({{"who", identified(std::string("urn:sluis:audit:") + kind, id)},
                      {"role", Json::array({{{"text", part}}})},
                      {"requestor", false}});
  };
  add(field_text(record, "actor", "onBehalfOf"), "person", "on behalf of");
  const auto counterparty = field_text(record, "", "counterparty");
  if (counterparty != field_text(record, "actor", "id")) add(counterparty, "partner", "partner");
  return agents;
}

/// The record itself, with what FHIR has no element for.
Json record_entity(const PlacedRecord& placed) {
  const auto& record = placed["record"];
  Json details = Json::array();
  const auto add = [&](const char* type, const std::string& value) {
    if (!value.empty()) details.push_back({{"type", type}, {"valueString", value}});
  };
  for (const char* key :
       {"traceId", "spanId", "parentSpanId", "rule", "legalBasis", "case", "receipt"}) {
    add(key, field_text(record, "", key));
  }
  add("activity", activity_of(placed));
  if (record.contains("count")) add("count", std::to_string(number_text(record, "count")));
  return {{"what", identified("urn:sluis:audit:log:" + field_text(placed, "", "log"),
                              std::to_string(number_text(placed, "number")))},
          {"type",
           coding("http://terminology.hl7.org/CodeSystem/audit-entity-type", "2", "System Object")},
          {"role",
           coding("http://terminology.hl7.org/CodeSystem/object-role", "13", "Security Resource")},
          {"detail", std::move(details)}};
}

Json entities_of(const PlacedRecord& placed) {
  const auto& record = placed["record"];
  Json entities = Json::array({record_entity(placed)});
  if (const auto id = field_text(record, "object", "id"); !id.empty()) {
    entities.push_back(
        {{"what", identified("urn:sluis:audit:" + field_text(record, "object", "kind"), id)},
         {"type", coding("http://terminology.hl7.org/CodeSystem/audit-entity-type", "2",
                         "System Object")}});
  }
  if (const auto subject = field_text(record, "", "subject"); !subject.empty()) {
    entities.push_back(
        {{"what", identified("urn:sluis:audit:subject", subject)},
         {"type", coding("http://terminology.hl7.org/CodeSystem/audit-entity-type", "1", "Person")},
         {"role", coding("http://terminology.hl7.org/CodeSystem/object-role", "1", "Patient")}});
  }
  return entities;
}

}  // namespace

std::string csv_head() {
  std::string line = "log,number";
  for (const auto& column : columns) line += std::string(",") + column.head;
  return line + ",count\r\n";
}

std::string csv_line(const PlacedRecord& placed) {
  const auto& record = placed["record"];
  auto line =
      quoted(field_text(placed, "", "log")) + "," + std::to_string(number_text(placed, "number"));
  for (const auto& column : columns)
    line += "," + quoted(field_text(record, column.object, column.key));
  return line + "," +
         (record.contains("count") ? std::to_string(number_text(record, "count")) : "") + "\r\n";
}

std::optional<Json> logboek_line(const PlacedRecord& placed) {
  const auto& record = placed["record"];
  const auto subject = field_text(record, "", "subject");
  const auto at = config::parse_time(field_text(record, "", "at"));
  if (subject.empty() || !at) return std::nullopt;
  const auto outcome = field_text(record, "", "outcome");
  const auto moment = at->time_since_epoch().count();
  Json line{{"trace_id", field_text(record, "", "traceId")},
            {"span_id", field_text(record, "", "spanId")},
            {"status_code", outcome == "permit"  ? "STATUS_CODE_OK"
                            : outcome == "error" ? "STATUS_CODE_ERROR"
                                                 : "STATUS_CODE_UNSET"},
            {"name", field_text(record, "", "action")},
            {"start_time", moment},
            {"end_time", moment},
            {"resource", {{"attributes", Json::array({pair("service.name", "sluis")})}}}};
  if (auto parent = field_text(record, "", "parentSpanId"); !parent.empty())
    line["parent_span_id"] = std::move(parent);
  line["attributes"] =
      Json::array({pair("dpl.core.processing_activity_id", activity_of(placed)),
                   pair("dpl.core.data_subject_id", subject),
                   pair("dpl.core.data_subject_id_type", "urn:sluis:audit:subject")});
  return line;
}

Json fhir_audit_event(const PlacedRecord& placed) {
  const auto& record = placed["record"];
  const auto action = field_text(record, "", "action");
  const auto outcome = field_text(record, "", "outcome");
  const auto& kind = kind_of(action);
  Json event{
      {"resourceType", "AuditEvent"},
      {"id", field_text(record, "", "id")},
      {"type", coding(dicom, kind.code, kind.display)},
      {"subtype", Json::array({{{"system", "urn:sluis:audit:action"}, {"code", action}}})},
      {"action", kind.letter},
      {"recorded", field_text(record, "", "at")},
      {"outcome", outcome == "permit" ? "0"
                  : outcome == "deny" ? "4"
                                      : "8"},
      {"agent", agents_of(record)},
      {"source",
       {{"observer", identified("urn:nld:oin", oin_of(placed))},
        {"type", Json::array({coding("http://terminology.hl7.org/CodeSystem/security-source-type",
                                     "4", "Application Server")})}}},
      {"entity", entities_of(placed)}};
  if (const auto rule = field_text(record, "", "rule"); !rule.empty()) event["outcomeDesc"] = rule;
  if (const auto purpose = field_text(record, "", "purpose"); !purpose.empty())
    event["purposeOfEvent"] = Json::array({{{"text", purpose}}});
  return event;
}

}  // namespace sluis::gateway::audit
