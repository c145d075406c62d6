#include "gateway/net/session_cache.hpp"

#include <stdexcept>

namespace sluis::gateway::net {
namespace {

/// Where a context keeps the pointer to its cache.
int context_slot() {
  static const int slot = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return slot;
}

std::string id_of(const SSL_SESSION* session) {
  unsigned length = 0;
  const unsigned char* id = SSL_SESSION_get_id(session, &length);
  return {reinterpret_cast<const char*>(id), length};
}

}  // namespace

void SessionCache::attach(SSL_CTX* context) {
  if (SSL_CTX_set_ex_data(context, context_slot(), this) != 1) throw std::bad_alloc();
  // OpenSSL's own cache could not be searched by partner while other threads use it.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_SERVER | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(context, on_new);
  SSL_CTX_sess_set_get_cb(context, on_find);
  SSL_CTX_sess_set_remove_cb(context, on_remove);
}

SessionCache& SessionCache::of(SSL_CTX* context) {
  return *static_cast<SessionCache*>(SSL_CTX_get_ex_data(context, context_slot()));
}

int SessionCache::on_new(SSL* ssl, SSL_SESSION* session) {
  of(SSL_get_SSL_CTX(ssl)).add(SessionPtr(session));
  return 1;  // the reference is ours now
}

SSL_SESSION* SessionCache::on_find(SSL* ssl, const unsigned char* id, int length, int* copy) {
  *copy = 0;  // find() has counted OpenSSL's reference, under the lock
  const std::string key(reinterpret_cast<const char*>(id), static_cast<std::size_t>(length));
  return of(SSL_get_SSL_CTX(ssl)).find(key);
}

void SessionCache::on_remove(SSL_CTX* context, SSL_SESSION* session) {
  of(context).remove(id_of(session));
}

void SessionCache::add(SessionPtr session) {
  std::string id = id_of(session.get());
  std::string oin;
  if (const X509* peer = SSL_SESSION_get0_peer(session.get())) oin = oin_of(peer).value_or("");
  const std::scoped_lock lock(mutex_);
  if (by_id_.contains(id)) return;
  while (oldest_first_.size() >= most_) {
    by_id_.erase(oldest_first_.front().id);
    oldest_first_.pop_front();
  }
  oldest_first_.push_back({id, std::move(oin), std::move(session)});
  by_id_.emplace(std::move(id), std::prev(oldest_first_.end()));
}

SSL_SESSION* SessionCache::find(const std::string& id) {
  const std::scoped_lock lock(mutex_);
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return nullptr;
  SSL_SESSION* session = found->second->session.get();
  SSL_SESSION_up_ref(session);
  return session;
}

void SessionCache::remove(const std::string& id) {
  const std::scoped_lock lock(mutex_);
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return;
  oldest_first_.erase(found->second);
  by_id_.erase(found);
}

void SessionCache::drop(std::string_view oin) {
  const std::scoped_lock lock(mutex_);
  for (auto entry = oldest_first_.begin(); entry != oldest_first_.end();) {
    if (entry->oin != oin) {
      ++entry;
      continue;
    }
    by_id_.erase(entry->id);
    entry = oldest_first_.erase(entry);
  }
}

std::size_t SessionCache::size() const {
  const std::scoped_lock lock(mutex_);
  return oldest_first_.size();
}

}  // namespace sluis::gateway::net
