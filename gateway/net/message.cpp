#include "gateway/net/message.hpp"

#include <algorithm>

namespace sluis::gateway::net {
namespace {

char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  const char l = lower(c);
  return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

bool is_control(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

/// `pointer` begins with '?' for what stands in the query (problem.hpp).
config::Error query_error(std::string_view name, std::string detail) {
  return config::error(config::Code::invalid, std::move(detail), "?" + std::string(name));
}

/// Calls `use(name, value)`, both still encoded, for every parameter; stops when `use` gives false.
template <class Use>
void each_parameter(std::string_view query, Use use) {
  while (!query.empty()) {
    const auto end = query.find('&');
    const auto pair = query.substr(0, end);
    query = end == std::string_view::npos ? std::string_view{} : query.substr(end + 1);
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    const auto value =
        equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1);
    if (!use(pair.substr(0, equals), value)) return;
  }
}

template <class Headers>
auto find_header(Headers& headers, std::string_view name) {
  return std::find_if(headers.begin(), headers.end(),
                      [&](const Header& header) { return same_token(header.first, name); });
}

}  // namespace

bool same_token(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (text.size() - i < 3) return std::nullopt;
      const int high = hex_digit(text[i + 1]);
      const int low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    } else if (c == '+' && plus_is_space) {
      c = ' ';
    }
    if (is_control(c)) return std::nullopt;
    out.push_back(c);
  }
  if (!config::is_utf8(out)) return std::nullopt;
  return out;
}

const std::string* Request::header(std::string_view name) const noexcept {
  const auto found = find_header(headers, name);
  return found == headers.end() ? nullptr : &found->second;
}

const std::string* ClientResponse::header(std::string_view name) const noexcept {
  const auto found = find_header(headers, name);
  return found == headers.end() ? nullptr : &found->second;
}

config::Result<std::optional<std::string>> Request::query_parameter(std::string_view name) const {
  std::optional<std::string> value;
  std::optional<config::Error> failure;
  each_parameter(query, [&](std::string_view raw_name, std::string_view raw_value) {
    if (percent_decode(raw_name, true) != name) return true;
    if (value) {
      failure = query_error(name, "this query parameter stands there more than once");
      return false;
    }
    value = percent_decode(raw_value, true);
    if (!value) failure = query_error(name, "this query parameter is wrongly percent-encoded");
    return value.has_value();
  });
  if (failure) return *failure;
  return value;
}

config::Result<void> Request::only_query_parameters(
    const std::vector<std::string_view>& known) const {
  std::vector<std::string_view> seen;
  std::optional<config::Error> failure;
  each_parameter(query, [&](std::string_view raw_name, std::string_view) {
    const auto name = percent_decode(raw_name, true);
    const auto match = name ? std::find(known.begin(), known.end(), *name) : known.end();
    if (match == known.end()) {
      // The name is not repeated: a caller may have put a person into it.
      failure = query_error("", "there is a query parameter that is not known here");
    } else if (std::find(seen.begin(), seen.end(), *match) != seen.end()) {
      failure = query_error(*match, "this query parameter stands there more than once");
    } else {
      seen.push_back(*match);
    }
    return !failure;
  });
  if (failure) return *failure;
  return {};
}

Response Response::json(int status, const config::Json& value) {
  Response response;
  response.status = status;
  response.content_type = "application/json";
  response.body = value.dump();
  return response;
}

void Response::set_header(std::string_view name, std::string value) {
  const auto found = find_header(headers, name);
  if (found == headers.end()) {
    headers.emplace_back(name, std::move(value));
  } else {
    found->second = std::move(value);
  }
}

bool Response::has_header(std::string_view name) const noexcept {
  return find_header(headers, name) != headers.end();
}

}  // namespace sluis::gateway::net
