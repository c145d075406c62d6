// The client for programs that do one thing at a time: the command line.
#pragma once

#include <memory>
#include <optional>

#include "config/result.hpp"
#include "gateway/net/client.hpp"

namespace sluis::gateway::net {

/// An HttpClient with an io_context of its own, that runs while a request is under way. Between
/// requests its connection is kept. For one thread.
class BlockingClient {
 public:
  BlockingClient(Origin origin, std::optional<ClientTls> tls, ClientLimits limits = {});
  ~BlockingClient();
  BlockingClient(const BlockingClient&) = delete;
  BlockingClient& operator=(const BlockingClient&) = delete;

  /// As HttpClient::send.
  [[nodiscard]] config::Result<ClientResponse> send(ClientRequest request);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// One request on a connection of its own.
[[nodiscard]] config::Result<ClientResponse> fetch(const Origin& origin,
                                                   std::optional<ClientTls> tls,
                                                   ClientRequest request, ClientLimits limits = {});

}  // namespace sluis::gateway::net
