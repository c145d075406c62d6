#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <charconv>

#include "gateway/net/client.hpp"

namespace sluis::gateway::net {
namespace {

config::Error refused(std::string_view why) {
  return config::error(config::Code::invalid,
                       "not the URL of a server, as https://127.0.0.1:17411: " + std::string(why));
}

/// Letters, digits, '-' and '.', as host names have (RFC 952, RFC 1123).
bool is_host_name(std::string_view host) {
  return !host.empty() && host.size() <= 253 && std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.';
  });
}

std::optional<std::uint16_t> parse_port(std::string_view digits) {
  std::uint16_t port = 0;
  const auto* end = digits.data() + digits.size();
  const auto [stop, failure] = std::from_chars(digits.data(), end, port);
  if (failure != std::errc{} || stop != end || port == 0) return std::nullopt;
  return port;
}

}  // namespace

config::Result<Origin> Origin::parse(std::string_view url) {
  Origin origin;
  if (url.starts_with("https://")) {
    url.remove_prefix(8);
  } else if (url.starts_with("http://")) {
    url.remove_prefix(7);
    origin.tls = false;
    origin.port = 80;
  } else {
    return refused("it must begin with https:// or http://");
  }
  if (url.ends_with('/')) url.remove_suffix(1);
  const bool bracketed = url.starts_with('[');
  const auto host_end = bracketed ? url.find(']') : url.find(':');
  if (bracketed && host_end == std::string_view::npos) return refused("the bracket is not closed");
  const std::string_view host = bracketed ? url.substr(1, host_end - 1) : url.substr(0, host_end);
  std::string_view rest = host_end == std::string_view::npos
                              ? std::string_view{}
                              : url.substr(host_end + (bracketed ? 1 : 0));
  if (!rest.empty()) {
    const auto port = rest.starts_with(':') ? parse_port(rest.substr(1)) : std::nullopt;
    if (!port) return refused("after the host only a port may stand");
    origin.port = *port;
  }
  boost::system::error_code not_an_address;
  if (bracketed) {
    asio::ip::make_address_v6(std::string(host), not_an_address);
    if (not_an_address) return refused("in brackets stands no IPv6 address");
  } else if (!is_host_name(host)) {
    return refused("the host is neither a name nor an IP address");
  }
  origin.host = host;
  return origin;
}

std::string Origin::authority() const {
  const bool v6 = host.find(':') != std::string::npos;
  return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

}  // namespace sluis::gateway::net
