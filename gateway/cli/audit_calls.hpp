// The privacy officer's calls of the API.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "gateway/cli/http.hpp"

namespace sluis::gateway::cli {

/// What is searched for: names of audit::RecordFilter, and values.
using RecordTerms = std::map<std::string, std::string>;

struct RecordList {
  std::vector<config::Json> records;  // newest first, each with its place in the log
  bool more = false;
};

/// At most `most` records. Each page that is fetched for it leaves a record in the log.
[[nodiscard]] config::Result<RecordList> fetch_records(ApiClient& client, const RecordTerms& terms,
                                                       std::size_t most);
[[nodiscard]] config::Result<config::Json> fetch_record(ApiClient& client, const std::string& id);

}  // namespace sluis::gateway::cli
