#include "gateway/net/tls.hpp"

#include <mutex>

#include "gateway/net/tls_context.hpp"

namespace sluis::gateway::net {
namespace {

/// The context in force; connections hold on to the one that they began with.
class Current {
 public:
  explicit Current(std::shared_ptr<TlsContext> context) : context_(std::move(context)) {}
  [[nodiscard]] std::shared_ptr<TlsContext> get() const {
    const std::scoped_lock lock(mutex_);
    return context_;
  }
  void replace(std::shared_ptr<TlsContext> context) {
    const std::scoped_lock lock(mutex_);
    context_ = std::move(context);
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<TlsContext> context_;
};

}  // namespace

struct ServerTls::State {
  State(std::shared_ptr<TlsContext> context, ClientCert asked)
      : current(std::move(context)), client_cert(asked) {}
  Current current;
  const ClientCert client_cert;
};

ServerTls::ServerTls(std::shared_ptr<State> state) : state_(std::move(state)) {}

config::Result<ServerTls> ServerTls::load(const TlsFiles& files, ClientCert client_cert) {
  auto context = TlsContext::server(files, client_cert);
  if (!context) return context.failure();
  return ServerTls(std::make_shared<State>(*context, client_cert));
}

config::Result<void> ServerTls::reload(const TlsFiles& files) {
  auto context = TlsContext::server(files, state_->client_cert);
  if (!context) return context.failure();
  state_->current.replace(*context);
  return {};
}

void ServerTls::drop_sessions(std::string_view oin) const {
  context()->sessions().drop(oin);
}
std::chrono::system_clock::time_point ServerTls::expires() const {
  return context()->expires();
}
std::shared_ptr<TlsContext> ServerTls::context() const {
  return state_->current.get();
}

struct ClientTls::State {
  explicit State(std::shared_ptr<TlsContext> context) : current(std::move(context)) {}
  Current current;
};

ClientTls::ClientTls(std::shared_ptr<State> state) : state_(std::move(state)) {}

config::Result<ClientTls> ClientTls::load(const ClientTlsFiles& files) {
  auto context = TlsContext::client(files);
  if (!context) return context.failure();
  return ClientTls(std::make_shared<State>(*context));
}

config::Result<void> ClientTls::reload(const ClientTlsFiles& files) {
  auto context = TlsContext::client(files);
  if (!context) return context.failure();
  state_->current.replace(*context);
  return {};
}

ClientTls ClientTls::expecting(std::string oin) const {
  ClientTls other = *this;
  other.expected_oin_ = std::move(oin);
  return other;
}

std::shared_ptr<TlsContext> ClientTls::context() const {
  return state_->current.get();
}

}  // namespace sluis::gateway::net
