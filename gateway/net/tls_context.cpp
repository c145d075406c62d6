#include "gateway/net/tls_context.hpp"

#include <openssl/err.h>
#include <openssl/sslerr.h>

#include <boost/asio/ssl/error.hpp>
#include <cstdint>

#include "gateway/net/token_key.hpp"

namespace sluis::gateway::net {
namespace {

using config::Code;
using config::Result;

constexpr std::size_t sessions_most = 2'048;  // of about 4 KB each
constexpr long session_lifetime_s = 3'600;
constexpr int chain_depth = 4;
constexpr int security_level = 2;  // 112 bits
constexpr auto cipher_suites = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384";

/// Where a connection keeps the first fault of a certificate that we look past (optional).
int fault_slot() {
  static const int slot = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return slot;
}
int session_slot() {
  static const int slot = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return slot;
}

config::Error unusable(std::string_view what, const std::filesystem::path& file) {
  return config::error(Code::invalid, std::string(what) + " " + file.string() +
                                          " cannot be used: " + openssl_error());
}

int no_passphrase(char*, int, int, void*) {
  return 0;
}

void limit_protocol(SSL_CTX* context) {
  SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
  SSL_CTX_set_ciphersuites(context, cipher_suites);
  SSL_CTX_set_security_level(context, security_level);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_verify_depth(context, chain_depth);
  SSL_CTX_set_default_passwd_cb(context, no_passphrase);  // the default one asks the terminal
  SSL_CTX_set_timeout(context, session_lifetime_s);
}

Result<void> use_certificate(SSL_CTX* context, const std::filesystem::path& certificate,
                             const std::filesystem::path& key,
                             const std::optional<KeyInToken>& in_token) {
  ERR_clear_error();
  if (SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) != 1) {
    return unusable("certificate", certificate);
  }
  if (in_token) {
    const auto held = key_in_token(*in_token);
    if (!held) return held.failure();
    if (SSL_CTX_use_PrivateKey(context, held->get()) != 1 ||
        SSL_CTX_check_private_key(context) != 1)
      return unusable("private key", in_token->uri);
    return {};
  }
  if (SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1) {
    return unusable("private key", key);
  }
  if (SSL_CTX_check_private_key(context) != 1) return unusable("private key", key);
  return {};
}

Result<void> trust(SSL_CTX* context, const std::filesystem::path& authorities) {
  ERR_clear_error();
  if (SSL_CTX_load_verify_file(context, authorities.c_str()) != 1) {
    return unusable("authorities file", authorities);
  }
  // What the settings name is trusted, be it a root or not.
  X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context), X509_V_FLAG_PARTIAL_CHAIN);
  return {};
}

/// For `optional`: goes on, remembers why the certificate is of no use, and lets no session be
/// made that would have forgotten it.
int look_past(int fine, X509_STORE_CTX* chain) {
  if (fine == 1) return 1;
  auto* ssl =
      static_cast<SSL*>(X509_STORE_CTX_get_ex_data(chain, SSL_get_ex_data_X509_STORE_CTX_idx()));
  if (SSL_get_ex_data(ssl, fault_slot()) == nullptr) {
    const auto fault = static_cast<std::intptr_t>(X509_STORE_CTX_get_error(chain));
    SSL_set_ex_data(ssl, fault_slot(), reinterpret_cast<void*>(fault));  // NOLINT(*-int-to-ptr)
  }
  SSL_set_num_tickets(ssl, 0);
  return 1;
}

std::string_view reason_of_fault(long fault) {
  switch (fault) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return reason::expired;
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return reason::not_yet_valid;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:  // an authority of the same name, with another key
    case X509_V_ERR_CERT_UNTRUSTED:
      return reason::unknown_authority;
    default:
      return reason::invalid;
  }
}

/// ERR_GET_REASON for an error of OpenSSL's TLS; 0 for any other.
int tls_reason(boost::system::error_code failure) {
  if (failure.category() != boost::asio::error::get_ssl_category()) return 0;
  const auto code = static_cast<unsigned long>(failure.value());
  return ERR_GET_LIB(code) == ERR_LIB_SSL ? ERR_GET_REASON(code) : 0;
}

}  // namespace

TlsContext::TlsContext(ContextPtr context, ClientCert client_cert)
    : sessions_(sessions_most), asio_(context.release()), client_cert_(client_cert) {}

Result<std::shared_ptr<TlsContext>> TlsContext::server(const TlsFiles& files,
                                                       ClientCert client_cert) {
  ContextPtr owner(SSL_CTX_new(TLS_server_method()));
  if (!owner) throw std::bad_alloc();
  SSL_CTX* context = owner.get();
  std::shared_ptr<TlsContext> made(new TlsContext(std::move(owner), client_cert));
  limit_protocol(context);
  // Resumption by our own cache: 0.43 ms of CPU for a handshake, against 0.95 with stateless
  // tickets, and a session can be taken back.
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
  SSL_CTX_set_num_tickets(context, 1);
  made->sessions_.attach(context);
  constexpr unsigned char session_context[] = {'s', 'l', 'u', 'i', 's'};
  SSL_CTX_set_session_id_context(context, session_context, sizeof session_context);
  if (auto used = use_certificate(context, files.certificate, files.key, files.in_token); !used) {
    return used.failure();
  }
  if (client_cert == ClientCert::none) return made;
  if (!files.peer_authorities) {
    return config::error(Code::invalid, "client certificates are asked for, but no authorities");
  }
  if (auto trusted = trust(context, *files.peer_authorities); !trusted) return trusted.failure();
  SSL_CTX_set_client_CA_list(context, SSL_load_client_CA_file(files.peer_authorities->c_str()));
  if (client_cert == ClientCert::required) {
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  } else {
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, look_past);
  }
  return made;
}

Result<std::shared_ptr<TlsContext>> TlsContext::client(const ClientTlsFiles& files) {
  ContextPtr owner(SSL_CTX_new(TLS_client_method()));
  if (!owner) throw std::bad_alloc();
  SSL_CTX* context = owner.get();
  std::shared_ptr<TlsContext> made(new TlsContext(std::move(owner), ClientCert::none));
  limit_protocol(context);
  ResumableSession::enable(context);
  if (auto trusted = trust(context, files.authorities); !trusted) return trusted.failure();
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  if (files.certificate.has_value() != files.key.has_value()) {
    return config::error(Code::invalid, "a client certificate and its key go together");
  }
  if (files.certificate) {
    if (auto used = use_certificate(context, *files.certificate, *files.key, files.in_token);
        !used) {
      return used.failure();
    }
  }
  return made;
}

std::chrono::system_clock::time_point TlsContext::expires() const {
  auto& asio = const_cast<boost::asio::ssl::context&>(asio_);  // native_handle() is not const
  const X509* certificate = SSL_CTX_get0_certificate(asio.native_handle());
  return certificate == nullptr ? std::chrono::system_clock::time_point::max()
                                : not_after(certificate);
}

PeerIdentity identify_client(SSL* ssl, ClientCert asked) {
  PeerIdentity identity;
  if (asked == ClientCert::none) return identity;
  const X509* certificate = SSL_get0_peer_certificate(ssl);
  if (certificate == nullptr) {
    identity.problem = reason::certificate_required;
    return identity;
  }
  auto fault =
      static_cast<long>(reinterpret_cast<std::intptr_t>(SSL_get_ex_data(ssl, fault_slot())));
  if (fault == 0) fault = SSL_get_verify_result(ssl);
  identity.expires = not_after(certificate);
  if (fault != X509_V_OK) {
    identity.problem = reason_of_fault(fault);
  } else if (identity.expires <= std::chrono::system_clock::now()) {
    identity.problem = reason::expired;  // a resumed session is not verified anew
  } else if (auto oin = oin_of(certificate)) {
    identity.oin = std::move(oin);
  } else {
    identity.problem = reason::without_oin;
  }
  return identity;
}

std::string_view refusal_reason(boost::system::error_code failure, SSL* ssl) {
  const int tls = tls_reason(failure);
  // From SSL_AD_REASON_OFFSET on it is an alert that the other side sent: it refuses us.
  if (tls == 0 || tls >= SSL_AD_REASON_OFFSET) return {};
  if (tls == SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE) return reason::certificate_required;
  if (tls == SSL_R_CERTIFICATE_VERIFY_FAILED) return reason_of_fault(SSL_get_verify_result(ssl));
  return reason::tls_protocol;
}

bool refused_by_peer(boost::system::error_code failure) {
  switch (tls_reason(failure) - SSL_AD_REASON_OFFSET) {
    case SSL3_AD_BAD_CERTIFICATE:
    case SSL3_AD_UNSUPPORTED_CERTIFICATE:
    case SSL3_AD_CERTIFICATE_REVOKED:
    case SSL3_AD_CERTIFICATE_EXPIRED:
    case SSL3_AD_CERTIFICATE_UNKNOWN:
    case TLS1_AD_UNKNOWN_CA:
    case TLS1_AD_ACCESS_DENIED:
    case TLS13_AD_CERTIFICATE_REQUIRED:
      return true;
    default:
      return false;
  }
}

std::string tls_error_text(boost::system::error_code failure, SSL* ssl) {
  if (tls_reason(failure) == SSL_R_CERTIFICATE_VERIFY_FAILED) {
    return X509_verify_cert_error_string(SSL_get_verify_result(ssl));
  }
  return failure.message();
}

void keep_resumable(SSL* ssl) {
  SSL_set_shutdown(ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
}

void ResumableSession::enable(SSL_CTX* context) {
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(context, on_new);
}

void ResumableSession::attach(SSL* ssl) {
  if (SSL_set_ex_data(ssl, session_slot(), this) != 1) throw std::bad_alloc();
  if (made_with_.get() != SSL_get_SSL_CTX(ssl)) forget();
  if (session_) SSL_set_session(ssl, session_.get());
}

void ResumableSession::forget() {
  session_.reset();
  made_with_.reset();
}

int ResumableSession::on_new(SSL* ssl, SSL_SESSION* session) {
  auto* self = static_cast<ResumableSession*>(SSL_get_ex_data(ssl, session_slot()));
  if (self == nullptr) return 0;
  SSL_CTX* context = SSL_get_SSL_CTX(ssl);
  SSL_CTX_up_ref(context);
  self->made_with_.reset(context);
  self->session_.reset(session);
  return 1;  // the reference is ours now
}

}  // namespace sluis::gateway::net
