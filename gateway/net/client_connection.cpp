#include "gateway/net/client_connection.hpp"

#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <cstring>

#include "gateway/net/resolve.hpp"

namespace sluis::gateway::net {
namespace {

using config::Code;
using config::Result;

constexpr auto checked = asio::as_tuple(use_task);

std::string in_ms(std::chrono::milliseconds time) {
  return std::to_string(time.count()) + " ms";
}

bool is_ip_address(const std::string& host) {
  boost::system::error_code failure;
  asio::ip::make_address(host, failure);
  return !failure;
}

}  // namespace

ClientConnection::ClientConnection(asio::io_context& context, const Origin& origin,
                                   const std::optional<ClientTls>& tls, const ClientLimits& limits,
                                   ResumableSession& session)
    : io_(context),
      origin_(origin),
      tls_(tls),
      limits_(limits),
      session_(session),
      socket_(context.get_executor()),
      deadline_(context, [this] { close(); }),
      buffer_(limits.header_bytes + 1, '\0') {}

ClientConnection::~ClientConnection() {
  if (stream_) keep_resumable(stream_->native_handle());
}

void ClientConnection::close() {
  boost::system::error_code ignored;
  socket_.close(ignored);
}

config::Error ClientConnection::unavailable(std::string detail) const {
  return config::error(Code::unavailable, std::move(detail));
}

config::Error ClientConnection::failed(boost::system::error_code failure) const {
  const std::string server = origin_.authority();
  if (deadline_.expired()) return unavailable("no answer from " + server + " in time");
  if (stream_ && refused_by_peer(failure)) {
    return unavailable(server + " refused our certificate: " + failure.message());
  }
  if (failure == asio::error::operation_aborted) {
    return unavailable("the connection with " + server + " was closed by us");
  }
  return unavailable(server + " ended the connection: " + failure.message());
}

Task<Result<void>> ClientConnection::connect(Clock::time_point deadline) {
  const auto until = std::min(deadline, Clock::now() + limits_.connect_ms);
  deadline_.set_at(until);
  if (auto connected = co_await connect_tcp(until); !connected) co_return connected;
  boost::system::error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  if (!origin_.tls) co_return Result<void>();
  co_return co_await handshake();
}

Task<Result<void>> ClientConnection::connect_tcp(Clock::time_point deadline) {
  auto endpoints = co_await resolve(io_, origin_.host, origin_.port, deadline);
  if (!endpoints) co_return endpoints.failure();
  boost::system::error_code last;
  for (const auto& endpoint : *endpoints) {
    boost::system::error_code ignored;
    socket_.close(ignored);
    std::tie(last) = co_await socket_.async_connect(endpoint, checked);
    if (!last) co_return Result<void>();
    if (deadline_.expired()) break;
  }
  const std::string server = origin_.authority();
  if (deadline_.expired()) {
    co_return unavailable("no connection with " + server + " within " + in_ms(limits_.connect_ms));
  }
  if (last == asio::error::connection_refused) {
    co_return unavailable("connection refused by " + server);
  }
  co_return unavailable("no connection with " + server + ": " + last.message());
}

Result<void> ClientConnection::prepare_tls() {
  if (!tls_) return unavailable("no TLS settings for " + origin_.authority());
  context_ = tls_->context();
  stream_.emplace(socket_, context_->asio());
  SSL* ssl = stream_->native_handle();
  const char* host = origin_.host.c_str();
  bool set = false;
  if (is_ip_address(origin_.host)) {
    set = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host) == 1;
  } else {
    SSL_set_hostflags(ssl,
                      X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    set = SSL_set1_host(ssl, host) == 1 && SSL_set_tlsext_host_name(ssl, host) == 1;
  }
  if (!set) return unavailable("no certificate can name " + origin_.host);
  session_.attach(ssl);
  return {};
}

Task<Result<void>> ClientConnection::handshake() {
  if (auto ready = prepare_tls(); !ready) co_return ready;
  const auto [failure] = co_await stream_->async_handshake(asio::ssl::stream_base::client, checked);
  if (failure) {
    session_.forget();
    const std::string server = origin_.authority();
    if (deadline_.expired()) {
      co_return unavailable("no TLS with " + server + " within " + in_ms(limits_.connect_ms));
    }
    co_return unavailable("no TLS with " + server + ": " +
                          tls_error_text(failure, stream_->native_handle()));
  }
  auto server = check_server();
  if (!server) {
    session_.forget();
    close();
  }
  co_return server;
}

/// What OpenSSL does not check: the OIN, and for a resumed session the end of the certificate.
Result<void> ClientConnection::check_server() const {
  auto& stream = const_cast<TlsStream&>(*stream_);  // native_handle() is not const
  const X509* certificate = SSL_get0_peer_certificate(stream.native_handle());
  const std::string whose = "the certificate of " + origin_.authority();
  if (certificate == nullptr) return unavailable(whose + " is missing");
  if (not_after(certificate) <= std::chrono::system_clock::now()) {
    return unavailable(whose + " has expired");
  }
  const auto& expected = tls_->expected_oin();
  if (expected && oin_of(certificate) != expected) {
    return unavailable(whose + " does not bear OIN " + *expected);
  }
  return {};
}

Task<boost::system::error_code> ClientConnection::write(std::string_view bytes) {
  const auto buffer = asio::buffer(bytes.data(), bytes.size());
  boost::system::error_code failure;
  std::size_t n = 0;
  if (stream_) {
    std::tie(failure, n) = co_await asio::async_write(*stream_, buffer, checked);
  } else {
    std::tie(failure, n) = co_await asio::async_write(socket_, buffer, checked);
  }
  co_return failure;
}

Task<boost::system::error_code> ClientConnection::read(ResponseParser& parser) {
  have_ = 0;
  for (;;) {
    const auto room = asio::buffer(buffer_.data() + have_, buffer_.size() - have_);
    boost::system::error_code failure;
    std::size_t n = 0;
    if (stream_) {
      std::tie(failure, n) = co_await stream_->async_read_some(room, checked);
    } else {
      std::tie(failure, n) = co_await socket_.async_read_some(room, checked);
    }
    if (failure == asio::error::eof && parser.started()) parser.feed_end();
    if (parser.done()) co_return boost::system::error_code();
    if (failure) co_return failure;
    have_ += n;
    const std::size_t used = parser.feed({buffer_.data(), have_});
    std::memmove(buffer_.data(), buffer_.data() + used, have_ - used);
    have_ -= used;
    if (parser.done() || parser.malformed() != Malformed::none) {
      co_return boost::system::error_code();
    }
    if (have_ == buffer_.size()) co_return asio::error::message_size;
  }
}

Task<Exchange> ClientConnection::exchange(std::string_view request, bool head_only,
                                          Clock::time_point deadline) {
  deadline_.set_at(deadline);
  ResponseParser parser(limits_.header_bytes, limits_.response_bytes, head_only);
  // A server may refuse a request before it has read all of it: what it says is read in any case.
  const auto unwritten = co_await write(request);
  const auto unread = co_await read(parser);
  if (parser.done()) {
    const bool reusable = !unwritten && parser.keep_alive() && have_ == 0;
    Exchange answered{parser.take(), reusable, false};
    co_return answered;
  }
  close();
  const std::string server = origin_.authority();
  if (parser.malformed() == Malformed::body_too_large) {
    Exchange refused{unavailable("the answer of " + server + " is over " +
                                 std::to_string(limits_.response_bytes) + " bytes")};
    co_return refused;
  }
  if (parser.malformed() != Malformed::none) {
    Exchange refused{unavailable("the answer of " + server + " is not whole HTTP/1.1")};
    co_return refused;
  }
  if (stream_ && refused_by_peer(unread)) session_.forget();
  Exchange broken{failed(unread), false, !parser.started() && !deadline_.expired()};
  co_return broken;
}

void ClientConnection::rest() {
  deadline_.set(limits_.idle_ms);
}

bool ClientConnection::usable() {
  if (!socket_.is_open()) return false;
  char byte = 0;
  const auto n = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

}  // namespace sluis::gateway::net
