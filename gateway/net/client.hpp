// Requests to one other server, over connections that are kept.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "config/result.hpp"
#include "gateway/async.hpp"
#include "gateway/net/message.hpp"
#include "gateway/net/tls.hpp"

namespace sluis::gateway::net {

/// Scheme, host and port of a server.
struct Origin {
  bool tls = true;
  std::string host;  // a name, or an IP address without brackets
  std::uint16_t port = 443;

  /// `https://127.0.0.1:17411`, `http://[::1]:80`, `https://gateway.example`; a path other than
  /// `/` is refused. `invalid` with what is wrong.
  static config::Result<Origin> parse(std::string_view url);
  /// `host:port`, as it stands in messages to people.
  [[nodiscard]] std::string authority() const;
};

struct ClientLimits {
  std::size_t connections = 8;
  std::size_t waiting = 1'024;  // requests that wait for one of them
  std::size_t header_bytes = 16'384;
  std::size_t response_bytes = 8'388'608;
  std::chrono::milliseconds connect_ms{5'000};   // name, TCP and TLS
  std::chrono::milliseconds request_ms{30'000};  // from send() to the last byte of the answer
  std::chrono::milliseconds idle_ms{50'000};     // then a kept connection is closed
};

/// A pool of connections to one origin. Used from the thread of its io_context alone. Requests
/// beyond `connections` wait in order.
class HttpClient {
 public:
  /// `tls` is needed for an https origin: without it every request fails.
  HttpClient(asio::io_context& context, Origin origin, std::optional<ClientTls> tls,
             ClientLimits limits = {});
  /// As close().
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  /// Any status is an answer. Everything else is `unavailable`, with a detail for people that
  /// names the server and says which: refused, no answer in time, not the certificate that is
  /// asked for, not HTTP, … Nothing of the request is in it.
  ///
  /// A kept connection may end just when it is used. A request that is `idempotent` is then sent
  /// once more, on a fresh connection; another fails, and whether it was carried out is not known.
  /// Throws std::invalid_argument for a method, target or header that is not one.
  [[nodiscard]] Task<config::Result<ClientResponse>> send(ClientRequest request);

  /// Ends every connection; requests under way fail, and so does every later one.
  void close();

  [[nodiscard]] const Origin& origin() const noexcept;

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with the requests under way
};

}  // namespace sluis::gateway::net
