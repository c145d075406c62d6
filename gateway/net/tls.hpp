// TLS 1.3 (RFC 8446) for both sides: whose certificate we show, whose we take.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "config/result.hpp"
#include "crypto/secret.hpp"

namespace sluis::gateway::net {

class TlsContext;  // tls_context.hpp: inside this room only

/// A private key inside a PKCS #11 token, through OpenSSL's engine "pkcs11" (libp11). One module a
/// process. The token's user PIN in locked memory.
struct KeyInToken {
  std::string uri;  // RFC 7512
  std::filesystem::path module;
  std::shared_ptr<const crypto::SecretBytes> pin;
};

struct TlsFiles {
  std::filesystem::path certificate;  // PEM: ours first, then its chain
  std::filesystem::path key;          // PEM, not encrypted; unused with `in_token`
  /// PEM: the authorities whose clients we take. Each is trusted by itself, also one that is not
  /// its own issuer. Needed unless ClientCert is `none`.
  std::optional<std::filesystem::path> peer_authorities;
  std::optional<KeyInToken> in_token = {};
};

enum class ClientCert {
  none,      // not asked for
  optional,  // asked for; without a usable one the request says why (Request::peer_problem)
  required,  // without a usable one TLS itself refuses, with its own alert
};

/// The words for why there is no usable client certificate, in Request::peer_problem and to
/// `on_refused` (listener.hpp).
namespace reason {
inline constexpr std::string_view certificate_required = "certificate-required";
inline constexpr std::string_view unknown_authority = "certificate-unknown-authority";
inline constexpr std::string_view expired = "certificate-expired";
inline constexpr std::string_view not_yet_valid = "certificate-not-yet-valid";
inline constexpr std::string_view invalid = "certificate-invalid";
inline constexpr std::string_view without_oin = "certificate-without-oin";
inline constexpr std::string_view tls_protocol = "tls-protocol";  // not TLS 1.3, or not TLS
}  // namespace reason

/// What a listener shows and asks. Copies are handles to the same thing; any thread may use them.
class ServerTls {
 public:
  /// `invalid`, with the file and what is wrong with it.
  static config::Result<ServerTls> load(const TlsFiles& files, ClientCert client_cert);

  /// New connections get the new files; when they do not load, all stays as it was. No session
  /// of before can be resumed after.
  config::Result<void> reload(const TlsFiles& files);

  /// No session that was made with a certificate of this OIN can be resumed any more. Connections
  /// that are open stay: who is let in is asked for every request.
  void drop_sessions(std::string_view oin) const;

  /// When the certificate that we show ends.
  [[nodiscard]] std::chrono::system_clock::time_point expires() const;
  [[nodiscard]] std::shared_ptr<TlsContext> context() const;

 private:
  struct State;
  explicit ServerTls(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

struct ClientTlsFiles {
  std::filesystem::path authorities;                 // PEM, as TlsFiles::peer_authorities
  std::optional<std::filesystem::path> certificate;  // ours, with its key, where the server asks
  std::optional<std::filesystem::path> key;
  std::optional<KeyInToken> in_token = {};
};

/// How a client proves who it is and what it asks of a server: always a certificate of these
/// authorities that names the host or IP address (RFC 9525); with `expecting`, an OIN too.
class ClientTls {
 public:
  static config::Result<ClientTls> load(const ClientTlsFiles& files);
  config::Result<void> reload(const ClientTlsFiles& files);

  /// The same, and the server's subject.serialNumber must be this OIN.
  [[nodiscard]] ClientTls expecting(std::string oin) const;
  [[nodiscard]] const std::optional<std::string>& expected_oin() const { return expected_oin_; }
  [[nodiscard]] std::shared_ptr<TlsContext> context() const;

 private:
  struct State;
  explicit ClientTls(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
  std::optional<std::string> expected_oin_;
};

}  // namespace sluis::gateway::net
