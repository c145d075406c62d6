// Finding records, and the forms that they are exported in.
#include "gateway/audit/search.hpp"

#include <catch2/catch.hpp>
#include <map>
#include <regex>
#include <set>

#include "gateway/audit/record.hpp"
#include "gateway/audit/views.hpp"

using namespace sluis;
using namespace sluis::gateway::audit;
using config::Json;

namespace {

Record full_record() {
  Record record;
  record.id = "0f8fad5b-d9cb-469f-a165-70867728950e";
  record.at = config::parse_time("2026-11-22T10:00:00.250Z").value();
  record.trace_id = "4bf92f3577b34da6a3ce929d0e0e4736";
  record.span_id = "00f067aa0ba902b7";
  record.parent_span_id = "b7ad6b7169203331";
  record.action = "person.query";
  record.outcome = Outcome::permit;
  record.actor = {"client", "regie, \"oost\"", "procesregisseur", "dr-de-vries"};
  record.counterparty = "ggz";
  record.activity = "https://register.example/activiteit/1";
  record.purpose = "persoonsgerichte-aanpak";
  record.legal_basis = "wams-2-3";
  record.case_commitment = crypto::Array<32>{1};
  record.rule = "query-1";
  record.policy = "hash-of-the-policy";
  record.object = {"match", "7c9e6679-7425-40de-944b-e07fc1f90ae7"};
  record.subject = crypto::Array<32>{2};
  record.count = 3;
  record.receipt = R"({"envelope":"5bcbd0f8-c9c6-4359-96d5-9b93583213f0"})";
  return record;
}

Json placed(const Record& record) {
  return {{"log", "00000099000000002000/audit/2026"},
          {"number", 12},
          {"record", Json::parse(canonical(record))}};
}

bool finds(const std::string& name, const std::string& value, const Record& record) {
  RecordFilter filter;
  const auto added = filter.add(name, value);
  INFO(name << "=" << value);
  REQUIRE(added.ok());
  return filter.matches(canonical(record));
}

/// The published structure of AuditEvent, R4 (4.0.1): hl7.org/fhir/R4/auditevent.html and the data
/// types that it uses. Each element with its type and cardinality; what is not here is no element.
struct Element {
  std::string type;
  int least = 0;
  bool many = false;
};
using Structure = std::map<std::string, Element>;

const std::map<std::string, Structure>& structures() {
  static const std::map<std::string, Structure> all{
      {"AuditEvent",
       {{"resourceType", {"code", 1}},
        {"id", {"id"}},
        {"meta", {"Meta"}},
        {"implicitRules", {"uri"}},
        {"language", {"code"}},
        {"text", {"Narrative"}},
        {"type", {"Coding", 1}},
        {"subtype", {"Coding", 0, true}},
        {"action", {"code"}},
        {"period", {"Period"}},
        {"recorded", {"instant", 1}},
        {"outcome", {"code"}},
        {"outcomeDesc", {"string"}},
        {"purposeOfEvent", {"CodeableConcept", 0, true}},
        {"agent", {"agent", 1, true}},
        {"source", {"source", 1}},
        {"entity", {"entity", 0, true}}}},
      {"agent",
       {{"type", {"CodeableConcept"}},
        {"role", {"CodeableConcept", 0, true}},
        {"who", {"Reference"}},
        {"altId", {"string"}},
        {"name", {"string"}},
        {"requestor", {"boolean", 1}},
        {"location", {"Reference"}},
        {"policy", {"uri", 0, true}},
        {"media", {"Coding"}},
        {"network", {"network"}},
        {"purposeOfUse", {"CodeableConcept", 0, true}}}},
      {"network", {{"address", {"string"}}, {"type", {"code"}}}},
      {"source",
       {{"site", {"string"}}, {"observer", {"Reference", 1}}, {"type", {"Coding", 0, true}}}},
      {"entity",
       {{"what", {"Reference"}},
        {"type", {"Coding"}},
        {"role", {"Coding"}},
        {"lifecycle", {"Coding"}},
        {"securityLabel", {"Coding", 0, true}},
        {"name", {"string"}},
        {"description", {"string"}},
        {"query", {"base64Binary"}},
        {"detail", {"detail", 0, true}}}},
      {"detail",
       {{"type", {"string", 1}},
        {"valueString", {"string"}},
        {"valueBase64Binary", {"base64Binary"}}}},
      {"Coding",
       {{"system", {"uri"}},
        {"version", {"string"}},
        {"code", {"code"}},
        {"display", {"string"}},
        {"userSelected", {"boolean"}}}},
      {"CodeableConcept", {{"coding", {"Coding", 0, true}}, {"text", {"string"}}}},
      {"Reference",
       {{"reference", {"string"}},
        {"type", {"uri"}},
        {"identifier", {"Identifier"}},
        {"display", {"string"}}}},
      {"Identifier",
       {{"use", {"code"}},
        {"type", {"CodeableConcept"}},
        {"system", {"uri"}},
        {"value", {"string"}},
        {"period", {"Period"}},
        {"assigner", {"Reference"}}}},
      {"Period", {{"start", {"dateTime"}}, {"end", {"dateTime"}}}}};
  return all;
}

/// The primitive types' patterns, hl7.org/fhir/R4/datatypes.html.
bool is_primitive(const std::string& type, const Json& value) {
  if (type == "boolean") return value.is_boolean();
  static const std::map<std::string, std::regex> forms{
      {"id", std::regex(R"([A-Za-z0-9\-\.]{1,64})")},
      {"code", std::regex(R"([^\s]+(\s[^\s]+)*)")},
      {"uri", std::regex(R"(\S+)")},
      {"string", std::regex(R"([ \r\n\t\S]+)")},
      {"instant",
       std::regex(
           R"(\d{4}-(0[1-9]|1[0-2])-([0-2]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?(Z|[+-]\d\d:\d\d))")},
      {"base64Binary", std::regex(R"((\s*([0-9a-zA-Z\+/=]){4}\s*)+)")}};
  const auto form = forms.find(type);
  if (form == forms.end() || !value.is_string()) return false;
  const auto text = value.get<std::string>();
  return std::regex_match(text, form->second);
}

/// Everything by which `value` is not of this type.
void check(const std::string& type, const Json& value, const std::string& at,
           std::vector<std::string>& faults) {
  const auto structure = structures().find(type);
  if (structure == structures().end()) {
    if (!is_primitive(type, value)) faults.push_back(at + ": is no " + type);
    return;
  }
  if (!value.is_object() || value.empty()) {  // ele-1: a value or children
    faults.push_back(at + ": has no children");
    return;
  }
  for (const auto& [name, item] : value.items())
    if (!structure->second.contains(name)) faults.push_back(at + "/" + name + ": is no element");
  for (const auto& [name, element] : structure->second) {
    const auto here = at + "/" + name;
    if (!value.contains(name)) {
      if (element.least > 0) faults.push_back(here + ": is missing");
      continue;
    }
    const auto& item = value[name];
    if (!element.many) {
      check(element.type, item, here, faults);
      continue;
    }
    if (!item.is_array() || item.empty()) faults.push_back(here + ": is no list, or empty");
    for (const auto& one : item) check(element.type, one, here, faults);
  }
}

std::vector<std::string> faults_of(const Json& event) {
  std::vector<std::string> faults;
  check("AuditEvent", event, "", faults);
  if (!faults.empty()) return faults;
  // Required bindings, and the invariant sev-1.
  const std::set<std::string> actions{"C", "R", "U", "D", "E"}, outcomes{"0", "4", "8", "12"};
  if (event["resourceType"] != "AuditEvent") faults.push_back("resourceType");
  if (event.contains("action") && !actions.contains(event["action"])) faults.push_back("action");
  if (event.contains("outcome") && !outcomes.contains(event["outcome"]))
    faults.push_back("outcome");
  for (const auto& entity : event.value("entity", Json::array())) {
    if (entity.contains("name") && entity.contains("query")) faults.push_back("sev-1");
    for (const auto& detail : entity.value("detail", Json::array()))
      if (detail.size() != 2) faults.push_back("detail without one value");
  }
  return faults;
}

}  // namespace

TEST_CASE("a record is found by each of its fields, and by no other value", "[search]") {
  const auto record = full_record();
  const auto json = Json::parse(canonical(record));
  const std::map<std::string, std::string> values{
      {"id", json["id"]},
      {"traceId", json["traceId"]},
      {"spanId", json["spanId"]},
      {"parentSpanId", json["parentSpanId"]},
      {"action", "person.query"},
      {"outcome", "permit"},
      {"actorKind", "client"},
      {"actor", "regie, \"oost\""},
      {"role", "procesregisseur"},
      {"onBehalfOf", "dr-de-vries"},
      {"counterparty", "ggz"},
      {"activity", json["activity"]},
      {"purpose", "persoonsgerichte-aanpak"},
      {"legalBasis", "wams-2-3"},
      {"case", json["case"]},
      {"rule", "query-1"},
      {"policy", "hash-of-the-policy"},
      {"objectKind", "match"},
      {"object", json["object"]["id"]},
      {"subject", json["subject"]},
      {"count", "3"},
      {"receipt", "5bcbd0f8-c9c6-4359-96d5-9b93583213f0"},
      {"from", "2026-11-22T11:00:00.250+01:00"},
      {"until", "2026-11-22T10:00:00.251Z"}};
  REQUIRE(values.size() == RecordFilter::names().size());
  Record empty;
  empty.id = "7c9e6679-7425-40de-944b-e07fc1f90ae7";
  empty.at = config::parse_time("2026-11-23T10:00:00Z").value();
  for (const auto& [name, value] : values) {
    CHECK(finds(name, value, record));
    if (name != "from") CHECK_FALSE(finds(name, value, empty));
  }
  CHECK_FALSE(finds("from", "2026-11-22T10:00:00.251Z", record));
  CHECK_FALSE(finds("until", "2026-11-22T10:00:00.250Z", record));
  // A value that stands in another field is not found: here an object's id under `id`.
  CHECK_FALSE(finds("id", json["object"]["id"], record));
  CHECK_FALSE(finds("action", "permit", record));
}

TEST_CASE("every column of the CSV is there, and its cells are one each", "[search]") {
  const auto head = csv_head(), line = csv_line(placed(full_record()));
  const auto cells = [](const std::string& text) {
    std::vector<std::string> list(1);
    bool quoted = false;
    for (const char c : text.substr(0, text.size() - 2)) {
      if (c == '"') quoted = !quoted;
      if (c == ',' && !quoted) {
        list.emplace_back();
      } else {
        list.back() += c;
      }
    }
    return list;
  };
  CHECK(line.ends_with("\r\n"));
  const auto names = cells(head), values = cells(line);
  REQUIRE(names.size() == values.size());
  CHECK(names.size() == RecordFilter::names().size() + 1);  // log and number; at for from, until
  const auto actor = std::ranges::find(names, "actor") - names.begin();
  CHECK(values[static_cast<std::size_t>(actor)] == "\"regie, \"\"oost\"\"\"");
  CHECK(std::ranges::find(values, "") == values.end());
}

TEST_CASE("a line of the Logboek Dataverwerkingen has what it must, and no staff", "[search]") {
  const auto line = logboek_line(placed(full_record())).value();
  for (const char* key :
       {"trace_id", "span_id", "status_code", "name", "start_time", "end_time", "attributes"})
    CHECK(line.contains(key));
  CHECK(line["status_code"] == "STATUS_CODE_OK");
  CHECK(line["start_time"] == 1795341600250);
  CHECK(line["parent_span_id"] == "b7ad6b7169203331");
  std::map<std::string, std::string> attributes;
  for (const auto& each : line["attributes"]) attributes[each["key"]] = each["value"];
  CHECK(attributes["dpl.core.processing_activity_id"] == "https://register.example/activiteit/1");
  CHECK(attributes.contains("dpl.core.data_subject_id"));
  CHECK(attributes.contains("dpl.core.data_subject_id_type"));
  CHECK(line.dump().find("oost") == std::string::npos);
  CHECK(line.dump().find("vries") == std::string::npos);
  auto nobody = full_record();
  nobody.subject.reset();
  CHECK_FALSE(logboek_line(placed(nobody)));
}

TEST_CASE("every record is a valid AuditEvent of FHIR R4", "[search]") {
  CHECK(faults_of(fhir_audit_event(placed(full_record()))).empty());
  for (const auto* action :
       {"log.begin",        "log.restore",       "signal.submit",    "envelope.deliver",
        "envelope.receive", "person.query",      "match.list",       "match.begin",
        "content.open",     "evaluation.answer", "evaluation.alarm", "key.wipe",
        "key.approve",      "witness.late",      "api.call",         "api.authenticate",
        "peer.connect",     "audit.read",        "audit.subject",    "audit.erase",
        "anomaly",          "policy.read",       "policy.explain",   "policy.compare"}) {
    for (const auto outcome : {Outcome::permit, Outcome::deny, Outcome::error}) {
      Record bare;
      bare.id = "0f8fad5b-d9cb-469f-a165-70867728950e";
      bare.at = config::parse_time("2026-11-22T10:00:00Z").value();
      bare.action = action;
      bare.outcome = outcome;
      INFO(action);
      CHECK(faults_of(fhir_audit_event(placed(bare))).empty());
    }
  }
  // The check itself sees what is wrong.
  auto wrong = fhir_audit_event(placed(full_record()));
  wrong["agent"][0].erase("requestor");
  wrong["source"]["observers"] = Json::array();
  wrong["recorded"] = "yesterday";
  CHECK(faults_of(wrong).size() == 3);
}
