// The same records, in the forms that other tools and standards ask for.
#pragma once

#include <optional>
#include <string>

#include "config/json.hpp"

namespace sluis::gateway::audit {

/// A record and its place, as the officer gets it: {"log":origin,"number":n,"record":{…}}.
using PlacedRecord = config::Json;

/// RFC 4180, with CR LF: a line for each record, every field of it in a column of its own.
[[nodiscard]] std::string csv_head();
[[nodiscard]] std::string csv_line(const PlacedRecord& placed);

/// Logboek Dataverwerkingen (Logius, component Logboek): one line for each processing of one data
/// subject. Nothing for a record that is about no person. Staff are left out. A record knows the
/// moment at which the act became durable: start and end are that.
[[nodiscard]] std::optional<config::Json> logboek_line(const PlacedRecord& placed);

/// FHIR R4 AuditEvent (hl7.org/fhir/R4/auditevent.html), as NEN 7513 asks: with who, in which role,
/// on whose behalf and why. Codes are DICOM's (PS3.16, CID 400) and FHIR's own; what Sluis alone
/// has a name for stands under `urn:sluis:audit:…`.
[[nodiscard]] config::Json fhir_audit_event(const PlacedRecord& placed);

}  // namespace sluis::gateway::audit
