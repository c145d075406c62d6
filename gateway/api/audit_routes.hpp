// What the privacy officer alone calls: /v1/audit-records, /v1/subject-requests, /v1/audit-log.
#pragma once

#include <filesystem>

#include "gateway/api/routes.hpp"
#include "gateway/core/audit_reading.hpp"

namespace sluis::gateway::api {

/// Adds, for a token with the role privacy-officer and no other:
/// - GET /v1/audit-records, with every name of audit::RecordFilter, `limit` and `cursor`;
/// - GET /v1/audit-records/{id};
/// - POST /v1/subject-requests and /v1/subject-erasures, {"person":…} or (requests) {"case":…};
/// - GET /v1/audit-log, the logs that there are, and of each /{log}/checkpoint and /{log}/tile/…,
///   entries too: the published files below `logs`.
/// Nothing here changes a record. Hashes may be read without a record of it, entries not.
void add_audit_routes(net::Router& router, Services services, AuditReading& reading,
                      std::filesystem::path logs);

}  // namespace sluis::gateway::api
