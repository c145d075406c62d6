#include "gateway/net/router.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/core/demangle.hpp>
#include <stdexcept>
#include <typeinfo>

#include "gateway/net/problem.hpp"

namespace sluis::gateway::net {
namespace {

using config::Code;

// Every answer of every listener has these, unless the handler set its own (a web page's policy).
constexpr std::pair<std::string_view, std::string_view> security_headers[] = {
    {"Cache-Control", "no-store"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Content-Security-Policy", "frame-ancestors 'none'"},
};
constexpr auto transport_security = "max-age=31536000";

std::vector<std::string_view> split_path(std::string_view path) {
  std::vector<std::string_view> segments;
  if (!path.starts_with('/')) return segments;
  for (path.remove_prefix(1);;) {
    const auto end = path.find('/');
    segments.push_back(path.substr(0, end));
    if (end == std::string_view::npos) return segments;
    path.remove_prefix(end + 1);
  }
}

bool is_parameter(std::string_view segment) {
  return segment.starts_with('{');
}
bool is_rest(std::string_view segment) {
  return is_parameter(segment) && segment.ends_with("*}");
}

std::string_view parameter_name(std::string_view segment) {
  const std::size_t braces = is_rest(segment) ? 3 : 2;
  return segment.substr(1, segment.size() - braces);
}

bool well_formed(const std::vector<std::string>& segments) {
  if (segments.empty()) return false;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const std::string& segment = segments[i];
    const bool brace = segment.find_first_of("{}") != std::string::npos;
    if (!brace) continue;
    if (!segment.starts_with('{') || !segment.ends_with('}') || segment.size() < 3) return false;
    if (parameter_name(segment).empty()) return false;
    if (is_rest(segment) && i + 1 != segments.size()) return false;
  }
  return true;
}

bool matches(const Route& route, const std::vector<std::string_view>& path) {
  const auto& want = route.segments;
  const bool rest = !want.empty() && is_rest(want.back());
  if (rest ? path.size() < want.size() : path.size() != want.size()) return false;
  return std::equal(want.begin(), want.end(), path.begin(),
                    [](const std::string& segment, std::string_view given) {
                      return is_parameter(segment) ? !given.empty() : segment == given;
                    });
}

/// False when a parameter is wrongly encoded: such a path names nothing.
bool fill_params(const Route& route, Request& request) {
  const auto path = split_path(request.path);
  for (std::size_t i = 0; i < route.segments.size(); ++i) {
    const std::string& segment = route.segments[i];
    if (!is_parameter(segment)) continue;
    std::string_view raw = path[i];
    if (is_rest(segment))
      raw = std::string_view(request.path)
                .substr(static_cast<std::size_t>(path[i].data() - request.path.data()));
    auto value = percent_decode(raw);
    if (!value) return false;
    request.params.insert_or_assign(std::string(parameter_name(segment)), *std::move(value));
  }
  return true;
}

bool takes_content_type(const Route& route, const Request& request) {
  const auto& accepted = route.limits.content_types;
  if (accepted.empty()) return true;
  const std::string* header = request.header("Content-Type");
  if (header == nullptr) return false;
  std::string_view media_type = std::string_view(*header).substr(0, header->find(';'));
  while (media_type.ends_with(' ') || media_type.ends_with('\t')) media_type.remove_suffix(1);
  return std::any_of(accepted.begin(), accepted.end(),
                     [&](const std::string& type) { return same_token(type, media_type); });
}

Response too_large(std::size_t body_bytes) {
  return problem(Code::too_large, "The body may have " + std::to_string(body_bytes) + " bytes.");
}

}  // namespace

Router::Router(std::vector<Header> extra_headers) : extra_headers_(std::move(extra_headers)) {}

void Router::add(std::string method, std::string_view pattern, Handler handler,
                 RouteLimits limits) {
  Route route{std::move(method), std::string(pattern), std::move(handler), std::move(limits), {}};
  for (const auto segment : split_path(pattern)) route.segments.emplace_back(segment);
  const bool twice = std::any_of(routes_.begin(), routes_.end(), [&](const Route& other) {
    return other.method == route.method && other.pattern == route.pattern;
  });
  if (!well_formed(route.segments) || !route.handler || twice) {
    throw std::invalid_argument("Router: cannot add " + route.method + " " + route.pattern);
  }
  // Fewer parameters first, so that find() may take the first match.
  const auto parameters = [](const Route& r) {
    return std::count_if(r.segments.begin(), r.segments.end(), is_parameter) +
           (is_rest(r.segments.back()) ? 1'000 : 0);
  };
  const auto place = std::upper_bound(
      routes_.begin(), routes_.end(), route,
      [&](const Route& a, const Route& b) { return parameters(a) < parameters(b); });
  routes_.insert(place, std::move(route));
}

const Route* Router::find(std::string_view method, std::string_view path) const {
  const auto segments = split_path(path);
  const auto served = [&](std::string_view wanted) -> const Route* {
    const auto found = std::find_if(routes_.begin(), routes_.end(), [&](const Route& route) {
      return route.method == wanted && matches(route, segments);
    });
    return found == routes_.end() ? nullptr : &*found;
  };
  const Route* route = served(method);
  return route == nullptr && method == "HEAD" ? served("GET") : route;
}

std::string Router::allowed_methods(std::string_view path) const {
  const auto segments = split_path(path);
  std::vector<std::string_view> methods;
  for (const Route& route : routes_) {
    if (!matches(route, segments)) continue;
    methods.push_back(route.method);
    if (route.method == "GET") methods.push_back("HEAD");
  }
  std::sort(methods.begin(), methods.end());
  methods.erase(std::unique(methods.begin(), methods.end()), methods.end());
  std::string list;
  for (const auto method : methods) list.append(list.empty() ? "" : ", ").append(method);
  return list;
}

std::optional<Response> Router::refuse(const Request& head, const Announced& announced) const {
  const Route* route = find(head.method, head.path);
  if (route == nullptr) {
    auto allowed = allowed_methods(head.path);
    if (allowed.empty()) return problem(Code::not_found);
    auto response = problem(405, "method-not-allowed", "This path does not take this method.");
    response.set_header("Allow", std::move(allowed));
    return response;
  }
  if (announced.length && *announced.length > route->limits.body_bytes) {
    return too_large(route->limits.body_bytes);
  }
  if (announced.body && !takes_content_type(*route, head)) {
    return problem(415, "unsupported-media-type", "This path does not take this content type.");
  }
  return std::nullopt;
}

Task<Response> Router::dispatch(Request request) const {
  const Announced announced{!request.body.empty(), request.body.size()};
  if (auto refusal = refuse(request, announced)) co_return *std::move(refusal);
  const Route* route = find(request.method, request.path);
  if (!fill_params(*route, request)) co_return problem(Code::not_found);
  if (request.method == "HEAD" && route->method == "GET") request.method = "GET";
  try {
    co_return co_await route->handler(std::move(request));
  } catch (const std::exception& failure) {
    spdlog::error("net: {} {} failed: {}", route->method, route->pattern,
                  boost::core::demangle(typeid(failure).name()));
  } catch (...) {
    spdlog::error("net: {} {} failed: not a std::exception", route->method, route->pattern);
  }
  co_return problem(Code::internal);
}

void Router::decorate(Response& response, bool tls) const {
  for (const auto& [name, value] : extra_headers_) {
    if (!response.has_header(name)) response.headers.emplace_back(name, value);
  }
  for (const auto& [name, value] : security_headers) {
    if (!response.has_header(name)) response.headers.emplace_back(name, value);
  }
  constexpr auto hsts = "Strict-Transport-Security";
  if (tls && !response.has_header(hsts)) response.headers.emplace_back(hsts, transport_security);
}

}  // namespace sluis::gateway::net
