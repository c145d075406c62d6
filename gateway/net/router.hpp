// Which handler answers a request, and how large a body it takes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/net/message.hpp"

namespace sluis::gateway::net {

struct RouteLimits {
  std::size_t body_bytes = 65'536;
  /// Media types that a body may have, without parameters; empty: any.
  std::vector<std::string> content_types;
};

struct Route {
  std::string method;
  std::string pattern;
  Handler handler;
  RouteLimits limits;
  std::vector<std::string> segments;  // of the pattern
};

/// What a request's head says of the body to come.
struct Announced {
  bool body = false;
  std::optional<std::uint64_t> length;  // nothing: chunked
};

/// Filled at start, then only read: any number of io_contexts may share one.
class Router {
 public:
  /// `extra_headers` go with every answer that does not set them itself.
  explicit Router(std::vector<Header> extra_headers = {});

  /// `pattern` is a path whose segments may be `{name}`, and whose last one may be `{name*}`: the
  /// rest of the path, at least one segment. A pattern with fewer parameters goes before one with
  /// more. Throws std::invalid_argument for a pattern that is malformed or there twice.
  void add(std::string method, std::string_view pattern, Handler handler, RouteLimits limits = {});

  /// The route for this method and raw path, or null; HEAD is served by GET's.
  [[nodiscard]] const Route* find(std::string_view method, std::string_view path) const;

  /// What can be refused before the body is read: 404, 405 with Allow, 413, 415; or nothing.
  [[nodiscard]] std::optional<Response> refuse(const Request& head,
                                               const Announced& announced) const;

  /// Runs the handler, after the same checks. A handler that throws is a 500, logged by the
  /// class of what it threw and never with anything of the request.
  [[nodiscard]] Task<Response> dispatch(Request request) const;

  /// Adds the security headers, and the extra ones, that the answer does not have yet.
  void decorate(Response& response, bool tls) const;

 private:
  [[nodiscard]] std::string allowed_methods(std::string_view path) const;

  std::vector<Header> extra_headers_;
  std::vector<Route> routes_;
};

}  // namespace sluis::gateway::net
