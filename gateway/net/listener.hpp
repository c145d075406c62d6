// Takes connections on one address and serves HTTP/1.1 on them, over TLS or not.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/result.hpp"
#include "gateway/async.hpp"
#include "gateway/net/gate.hpp"
#include "gateway/net/router.hpp"
#include "gateway/net/tls.hpp"

namespace sluis::gateway::net {

/// A connection that breaks one of these costs us this connection only. The times are kept by the
/// sweep: up to 100 ms longer.
struct SessionLimits {
  std::size_t header_bytes = 16'384;
  std::size_t connections = 1'024;                // of the listener; more are closed at once
  std::chrono::milliseconds handshake_ms{5'000};  // TLS, from accept
  std::chrono::milliseconds idle_ms{60'000};      // between requests
  std::chrono::milliseconds request_ms{30'000};   // from the first byte of a request to its last
  std::chrono::milliseconds write_ms{30'000};     // for an answer to be taken
};

/// What was refused before any handler saw it: a client, by TLS, with a word of `reason`; or a
/// request, with the code of its answer (too large, another content type, no such path, ...).
enum class Refused { client, request };

/// Called with the client's IP address, on the thread of the connection; anyone who reaches the
/// port can cause it, as often as they like.
using OnRefused = std::function<void(Refused what, std::string_view reason, std::string remote)>;

class Listener {
 public:
  /// `address` is `127.0.0.1:17411` or `[::1]:17411`; port 0 lets the system choose. With several
  /// io_contexts each takes connections of its own (SO_REUSEPORT) and keeps them on its thread.
  /// Without `tls`: plain HTTP. The io_contexts outlive the listener.
  Listener(const std::vector<asio::io_context*>& contexts, std::string address,
           const std::optional<ServerTls>& tls, const std::shared_ptr<const Router>& router,
           SessionLimits limits = {}, const OnRefused& on_refused = {});
  Listener(asio::io_context& context, std::string address, const std::optional<ServerTls>& tls,
           const std::shared_ptr<const Router>& router, SessionLimits limits = {},
           const OnRefused& on_refused = {});
  /// Stops accepting; connections that are open end by themselves or with their io_context.
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  /// Binds. The error names the address, and what to do.
  [[nodiscard]] config::Result<void> open();
  /// The port that it is bound to; after open().
  [[nodiscard]] std::uint16_t port() const noexcept;
  /// Starts to accept, once the io_contexts run.
  void start();
  /// From any thread. Connections that are open go on.
  void stop_accepting();

  /// Stops accepting and lets every connection end: an idle one at once, one with a request after
  /// its answer. What remains at the deadline is closed; handlers are never cancelled. True when
  /// nothing lives any more. Waits on the io_contexts, so they must still run; the one that this
  /// is awaited on outlives them.
  [[nodiscard]] Task<bool> drain(Clock::time_point deadline);

  /// Connections open now. From any thread.
  [[nodiscard]] std::size_t connections() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sluis::gateway::net
