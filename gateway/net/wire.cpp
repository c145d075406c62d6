#include "gateway/net/wire.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <stdexcept>

namespace sluis::gateway::net {
namespace {

constexpr std::string_view line_end = "\r\n";

std::string_view reason_phrase(int status) {
  struct Phrase {
    int status;
    std::string_view text;
  };
  static constexpr Phrase phrases[] = {
      {200, "OK"},
      {201, "Created"},
      {202, "Accepted"},
      {204, "No Content"},
      {303, "See Other"},
      {304, "Not Modified"},
      {400, "Bad Request"},
      {401, "Unauthorized"},
      {403, "Forbidden"},
      {404, "Not Found"},
      {405, "Method Not Allowed"},
      {409, "Conflict"},
      {412, "Precondition Failed"},
      {413, "Content Too Large"},
      {415, "Unsupported Media Type"},
      {417, "Expectation Failed"},
      {422, "Unprocessable Content"},
      {429, "Too Many Requests"},
      {431, "Request Header Fields Too Large"},
      {500, "Internal Server Error"},
      {502, "Bad Gateway"},
      {503, "Service Unavailable"},
  };
  const auto* found = std::find_if(std::begin(phrases), std::end(phrases),
                                   [&](const Phrase& phrase) { return phrase.status == status; });
  return found == std::end(phrases) ? "" : found->text;
}

/// IMF-fixdate (RFC 9110 §5.6.7), made once a second for each thread.
std::string_view http_date() {
  thread_local std::time_t made_for = -1;
  thread_local std::array<char, 32> text{};
  thread_local std::size_t length = 0;
  const std::time_t now = std::time(nullptr);
  if (now != made_for) {
    std::tm utc{};
    gmtime_r(&now, &utc);
    // The names of days and months are English in the "C" locale, which this program never leaves.
    length = std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &utc);
    made_for = now;
  }
  return {text.data(), length};
}

bool is_token(std::string_view text) {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           marks.find(c) != std::string_view::npos;
  });
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7f;
  });
}

void add_header(std::string& out, std::string_view name, std::string_view value) {
  if (!is_token(name) || has_control(value)) {
    throw std::invalid_argument("net: a header that would break out of its line");
  }
  out.append(name).append(": ").append(value).append(line_end);
}

std::size_t room_for(const std::vector<Header>& headers, std::size_t body) {
  std::size_t room = 256 + body;
  for (const auto& [name, value] : headers) room += name.size() + value.size() + 4;
  return room;
}

}  // namespace

std::string wire(const Response& response, ResponseFraming framing) {
  std::string out;
  out.reserve(room_for(response.headers, response.body.size()));
  out.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
  out.append(reason_phrase(response.status)).append(line_end);
  add_header(out, "Date", http_date());
  if (!response.content_type.empty()) add_header(out, "Content-Type", response.content_type);
  // RFC 9110 §8.6: these two never announce a length.
  const bool bodiless = response.status == 204 || response.status == 304;
  if (!bodiless) add_header(out, "Content-Length", std::to_string(response.body.size()));
  for (const auto& [name, value] : response.headers) add_header(out, name, value);
  if (framing.close) add_header(out, "Connection", "close");
  out.append(line_end);
  if (!framing.head_only && !bodiless) out.append(response.body);
  return out;
}

std::string wire(std::string_view method, std::string_view target, std::string_view host,
                 const std::vector<Header>& headers, std::string_view content_type,
                 std::string_view body) {
  if (!is_token(method) || !target.starts_with('/') || has_control(target) ||
      target.find_first_of(" \t#") != std::string_view::npos) {
    throw std::invalid_argument("net: not a method and request target");
  }
  std::string out;
  out.reserve(room_for(headers, target.size() + body.size()));
  out.append(method).append(" ").append(target).append(" HTTP/1.1\r\n");
  add_header(out, "Host", host);
  for (const auto& [name, value] : headers) add_header(out, name, value);
  if (!content_type.empty()) add_header(out, "Content-Type", content_type);
  const bool may_be_empty = method == "GET" || method == "HEAD" || method == "DELETE";
  if (!body.empty() || !may_be_empty) {
    add_header(out, "Content-Length", std::to_string(body.size()));
  }
  out.append(line_end).append(body);
  return out;
}

}  // namespace sluis::gateway::net
