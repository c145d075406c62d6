#include "tests/functional/raw_tls.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <memory>

namespace sluis::test {

namespace {

struct Free {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};

/// Closed with its scope; a peer that keeps silent is waited for a second.
class Socket {
 public:
  explicit Socket(std::uint16_t port)
      : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval patience{1, 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ =
        ::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() { ::close(descriptor_); }
  [[nodiscard]] bool connected() const { return connected_; }
  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
  bool connected_ = false;
};

}  // namespace

std::optional<std::string> send_and_drop(std::uint16_t port, const Identity& as,
                                         std::string_view bytes) {
  const Socket socket(port);
  const std::unique_ptr<SSL_CTX, Free> context(SSL_CTX_new(TLS_client_method()));
  if (!socket.connected() || !context ||
      SSL_CTX_use_certificate_chain_file(context.get(), as.certificate.c_str()) != 1 ||
      SSL_CTX_use_PrivateKey_file(context.get(), as.key.c_str(), SSL_FILETYPE_PEM) != 1)
    return std::nullopt;
  const std::unique_ptr<SSL, Free> ssl(SSL_new(context.get()));
  SSL_set_fd(ssl.get(), socket.descriptor());
  if (SSL_connect(ssl.get()) != 1 ||
      SSL_write(ssl.get(), bytes.data(), static_cast<int>(bytes.size())) !=
          static_cast<int>(bytes.size()))
    return std::nullopt;
  ::shutdown(socket.descriptor(), SHUT_WR);
  std::string answer;
  std::array<char, 4096> part{};
  for (int n = 0; (n = SSL_read(ssl.get(), part.data(), part.size())) > 0;)
    answer.append(part.data(), static_cast<std::size_t>(n));
  return answer;
}

}  // namespace sluis::test
