// What stands behind ServerTls and ClientTls: one OpenSSL context, as Asio takes it. Inside this
// room only.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <boost/system/error_code.hpp>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "config/result.hpp"
#include "gateway/net/openssl.hpp"
#include "gateway/net/session_cache.hpp"
#include "gateway/net/tls.hpp"

namespace sluis::gateway::net {

class TlsContext {
 public:
  static config::Result<std::shared_ptr<TlsContext>> server(const TlsFiles& files,
                                                            ClientCert client_cert);
  static config::Result<std::shared_ptr<TlsContext>> client(const ClientTlsFiles& files);

  [[nodiscard]] boost::asio::ssl::context& asio() noexcept { return asio_; }
  [[nodiscard]] SessionCache& sessions() noexcept { return sessions_; }
  [[nodiscard]] ClientCert client_cert() const noexcept { return client_cert_; }
  [[nodiscard]] std::chrono::system_clock::time_point expires() const;

 private:
  TlsContext(ContextPtr context, ClientCert client_cert);

  SessionCache sessions_;  // outlives the context
  boost::asio::ssl::context asio_;
  ClientCert client_cert_;
};

/// Who the client is, once the handshake is done.
struct PeerIdentity {
  std::optional<std::string> oin;
  std::string_view problem;  // a word of `reason`, or empty
  std::chrono::system_clock::time_point expires = std::chrono::system_clock::time_point::max();
};
[[nodiscard]] PeerIdentity identify_client(SSL* ssl, ClientCert asked);

/// The word of `reason` for a handshake that failed; empty where it was not we who refused (the
/// client left, or did not like our certificate).
[[nodiscard]] std::string_view refusal_reason(boost::system::error_code failure, SSL* ssl);

/// True for an alert by which the other side refuses the certificate that we showed, or asks one.
[[nodiscard]] bool refused_by_peer(boost::system::error_code failure);

/// OpenSSL's words for an error of a TLS stream; the certificate's fault where there is one.
[[nodiscard]] std::string tls_error_text(boost::system::error_code failure, SSL* ssl);

/// Lets the session be resumed although the connection ends without our goodbye (OpenSSL would
/// forget it): safe, because nothing here reads the end of a stream as the end of a message.
void keep_resumable(SSL* ssl);

/// The newest session of one client with one server. It outlives the connections it is attached to.
class ResumableSession {
 public:
  /// Makes connections of this context hand their sessions over.
  static void enable(SSL_CTX* context);

  /// Offers the session to this connection, and takes the one that it brings. A session of another
  /// context is not offered: after a reload it would bring back the identity of before.
  void attach(SSL* ssl);
  void forget();

 private:
  static int on_new(SSL* ssl, SSL_SESSION* session);

  SessionPtr session_;
  ContextPtr made_with_;
};

}  // namespace sluis::gateway::net
