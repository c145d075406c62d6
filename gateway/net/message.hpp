// A request and its answer, as handlers see them: plain values, nothing of the wire.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/json.hpp"
#include "config/result.hpp"
#include "gateway/async.hpp"

namespace sluis::gateway::net {

using Header = std::pair<std::string, std::string>;

struct Request {
  std::string method;  // a HEAD request arrives as GET
  std::string path;    // as sent: percent-encoded, without the query
  std::string query;   // as sent, without the '?'
  std::vector<Header> headers;
  std::string body;
  /// subject.serialNumber of the client certificate, only when that was verified.
  std::optional<std::string> peer_oin;
  /// Why there is no usable client certificate (tls.hpp, `reason`); empty when none was asked for
  /// or when all is well.
  std::string peer_problem;
  std::string remote;  // IP address, no port
  /// Path parameters by name, percent-decoded; the router fills them in.
  std::map<std::string, std::string, std::less<>> params;

  /// The first header of that name, in any case of letters; null when there is none.
  [[nodiscard]] const std::string* header(std::string_view name) const noexcept;

  /// A query parameter, percent-decoded; nothing when it is absent. `invalid` when it stands there
  /// twice or is wrongly encoded.
  [[nodiscard]] config::Result<std::optional<std::string>> query_parameter(
      std::string_view name) const;

  /// `invalid` for any parameter that `known` does not name, and for one that stands there twice.
  [[nodiscard]] config::Result<void> only_query_parameters(
      const std::vector<std::string_view>& known) const;
};

struct Response {
  int status = 200;
  std::string content_type;
  std::string body;
  std::vector<Header> headers;
  bool close = false;  // true: the connection ends after this answer
  std::string code;    // of a problem document, for who records refusals; not sent

  static Response json(int status, const config::Json& value);
  /// Replaces what stands there under that name.
  void set_header(std::string_view name, std::string value);
  [[nodiscard]] bool has_header(std::string_view name) const noexcept;
};

/// What answers a request. It is never cancelled, so it bounds its own waits; one that throws is
/// answered with 500.
using Handler = std::function<Task<Response>(Request)>;

/// A request of ours to another server, and what it answered (client.hpp).
struct ClientRequest {
  std::string method = "GET";
  std::string target = "/";  // path and query, encoded
  std::vector<Header> headers;
  std::string body;
  std::string content_type;  // of the body
  /// It does no harm when it is carried out twice: it may be sent again where it is not known
  /// whether it arrived.
  bool idempotent = false;
};

struct ClientResponse {
  int status = 0;
  std::vector<Header> headers;
  std::string body;

  [[nodiscard]] const std::string* header(std::string_view name) const noexcept;
};

/// Compares header names and media types: ASCII letters in any case.
[[nodiscard]] bool same_token(std::string_view a, std::string_view b) noexcept;

/// Decodes %XX; nothing for a broken escape, a control character or bad UTF-8. `plus_is_space` is
/// the rule of query strings.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text,
                                                        bool plus_is_space = false);

}  // namespace sluis::gateway::net
