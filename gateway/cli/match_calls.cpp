#include "gateway/cli/match_calls.hpp"

#include <algorithm>
#include "gateway/cli/answer_fields.hpp"

namespace sluis::gateway::cli {

using config::Json;
using config::Result;

namespace {

constexpr std::size_t page = 100;

}  // namespace

std::string escaped(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += {'%', digits[byte >> 4U], digits[byte & 15U]};
    }
  }
  return out;
}

Result<MatchList> fetch_matches(ApiClient& client, std::size_t most) {
  MatchList list;
  std::string cursor;
  do {
    auto path = "/v1/matches?limit=" + std::to_string(std::min(page, most - list.matches.size()));
    if (!cursor.empty()) path += "&cursor=" + escaped(cursor);
    const auto reply = client.call("GET", path, "", "");
    if (!reply) return reply.failure();
    const auto body = json_of(*reply);
    if (!body) return body.failure();
    for (const auto& match : list_at(*body, "matches")) list.matches.push_back(match);
    cursor = text_at(*body, "nextCursor");
  } while (!cursor.empty() && list.matches.size() < most);
  list.more = !cursor.empty();
  return list;
}

Result<Json> put_query(ApiClient& client, std::string body) {
  const auto reply = client.call("POST", "/v1/queries", "application/json", std::move(body));
  if (!reply) return reply.failure();
  return json_of(*reply);
}

}  // namespace sluis::gateway::cli
