#include "gateway/cli/audit_calls.hpp"

#include <algorithm>

#include "gateway/cli/answer_fields.hpp"
#include "gateway/cli/match_calls.hpp"

namespace sluis::gateway::cli {

using config::Json;
using config::Result;

namespace {
constexpr std::size_t page = 1000;
}

Result<RecordList> fetch_records(ApiClient& client, const RecordTerms& terms, std::size_t most) {
  RecordList list;
  std::string cursor;
  do {
    auto path =
        "/v1/audit-records?limit=" + std::to_string(std::min(page, most - list.records.size()));
    for (const auto& [name, value] : terms) path += "&" + name + "=" + escaped(value);
    if (!cursor.empty()) path += "&cursor=" + escaped(cursor);
    const auto reply = client.call("GET", path, "", "");
    if (!reply) return reply.failure();
    const auto body = json_of(*reply);
    if (!body) return body.failure();
    for (const auto& record : list_at(*body, "records")) list.records.push_back(record);
    cursor = text_at(*body, "nextCursor");
  } while (!cursor.empty() && list.records.size() < most);
  list.more = !cursor.empty();
  return list;
}

Result<Json> fetch_record(ApiClient& client, const std::string& id) {
  const auto reply = client.call("GET", "/v1/audit-records/" + escaped(id), "", "");
  if (!reply) return reply.failure();
  return json_of(*reply);
}

}  // namespace sluis::gateway::cli
