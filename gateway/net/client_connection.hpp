// One connection of a client, from connect to close. Inside this room only.
#pragma once

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <memory>
#include <optional>
#include <string>

#include "gateway/net/client.hpp"
#include "gateway/net/deadlines.hpp"
#include "gateway/net/parser.hpp"
#include "gateway/net/tls_context.hpp"

namespace sluis::gateway::net {

/// What came of one request on one connection.
struct Exchange {
  config::Result<ClientResponse> response;
  bool reusable = false;    // the connection may be kept
  bool unanswered = false;  // it ended before a byte of an answer
};

class ClientConnection {
 public:
  /// `origin`, `tls`, `limits` and `session` belong to the client and outlive the connection.
  ClientConnection(asio::io_context& context, const Origin& origin,
                   const std::optional<ClientTls>& tls, const ClientLimits& limits,
                   ResumableSession& session);
  ~ClientConnection();
  ClientConnection(const ClientConnection&) = delete;
  ClientConnection& operator=(const ClientConnection&) = delete;

  /// Name, TCP, TLS and the checks of the server's certificate.
  Task<config::Result<void>> connect(Clock::time_point deadline);
  Task<Exchange> exchange(std::string_view request, bool head_only, Clock::time_point deadline);

  /// Kept until `idle_ms` from now.
  void rest();
  /// False once a kept connection has ended, or has something to say that nobody asked for.
  [[nodiscard]] bool usable();
  void close();

 private:
  using Socket = asio::basic_stream_socket<asio::ip::tcp, Executor>;
  using TlsStream = asio::ssl::stream<Socket&>;

  Task<config::Result<void>> connect_tcp(Clock::time_point deadline);
  Task<config::Result<void>> handshake();
  [[nodiscard]] config::Result<void> prepare_tls();
  [[nodiscard]] config::Result<void> check_server() const;
  Task<boost::system::error_code> write(std::string_view bytes);
  /// Reads until the answer is whole; gives the error that ended it otherwise.
  Task<boost::system::error_code> read(ResponseParser& parser);
  [[nodiscard]] config::Error failed(boost::system::error_code failure) const;
  [[nodiscard]] config::Error unavailable(std::string detail) const;

  asio::io_context& io_;
  const Origin& origin_;
  const std::optional<ClientTls>& tls_;
  const ClientLimits& limits_;
  ResumableSession& session_;
  Socket socket_;
  std::shared_ptr<TlsContext> context_;
  std::optional<TlsStream> stream_;  // over socket_; empty: plain HTTP
  Deadline deadline_;
  std::string buffer_;
  std::size_t have_ = 0;  // bytes at the start of buffer_ that are not parsed yet
};

}  // namespace sluis::gateway::net
