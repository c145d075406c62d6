// The calls of /v1 that read matches and put queries.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "gateway/cli/http.hpp"

namespace sluis::gateway::cli {

/// Matches in the gateway's order, newest first. Follows the pages until `most` are there or there
/// are no more; `more` tells which.
struct MatchList {
  std::vector<config::Json> matches;
  bool more = false;
};
[[nodiscard]] config::Result<MatchList> fetch_matches(ApiClient& client, std::size_t most);

/// The answer to one query body, {"person","purpose","case"}.
[[nodiscard]] config::Result<config::Json> put_query(ApiClient& client, std::string body);

/// As a query's value: everything outside the unreserved set (RFC 3986 §2.3) is escaped.
[[nodiscard]] std::string escaped(std::string_view text);

}  // namespace sluis::gateway::cli
