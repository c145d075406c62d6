// TLS sessions that can be resumed, bounded and findable by partner.
#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "gateway/net/openssl.hpp"

namespace sluis::gateway::net {

/// The server's side of resumption (RFC 8446 §2.2): the client holds an id, we hold the session.
/// Stateless tickets could not be taken back when a partner is suspended. Any thread may call.
class SessionCache {
 public:
  /// The oldest one goes when there would be more than `most`.
  explicit SessionCache(std::size_t most) : most_(most) {}

  /// Makes this context keep its sessions here. The cache must outlive the context.
  void attach(SSL_CTX* context);

  /// Forgets every session that was made with a certificate of this OIN.
  void drop(std::string_view oin);

  [[nodiscard]] std::size_t size() const;

 private:
  struct Entry {
    std::string id;
    std::string oin;  // empty: no client certificate
    SessionPtr session;
  };
  using List = std::list<Entry>;

  static SessionCache& of(SSL_CTX* context);
  static int on_new(SSL* ssl, SSL_SESSION* session);
  static SSL_SESSION* on_find(SSL* ssl, const unsigned char* id, int length, int* copy);
  static void on_remove(SSL_CTX* context, SSL_SESSION* session);

  void add(SessionPtr session);
  SSL_SESSION* find(const std::string& id);
  void remove(const std::string& id);

  const std::size_t most_;
  mutable std::mutex mutex_;  // guards what follows
  List oldest_first_;
  std::map<std::string, List::iterator> by_id_;
};

}  // namespace sluis::gateway::net
