#include "gateway/net/blocking.hpp"

#include <boost/asio/co_spawn.hpp>
#include <exception>

namespace sluis::gateway::net {

using config::Result;

namespace {

using Outcome = std::optional<Result<ClientResponse>>;

/// What is kept would hold the context running for ever, so it is stopped.
Task<void> run_one(HttpClient& client, ClientRequest request, Outcome& outcome,
                   asio::io_context& context) {
  outcome.emplace(co_await client.send(std::move(request)));
  context.stop();
}

}  // namespace

struct BlockingClient::State {
  State(Origin origin, std::optional<ClientTls> tls, ClientLimits limits)
      : client(context, std::move(origin), std::move(tls), limits) {}
  asio::io_context context{1};
  HttpClient client;
};

BlockingClient::BlockingClient(Origin origin, std::optional<ClientTls> tls, ClientLimits limits)
    : state_(std::make_unique<State>(std::move(origin), std::move(tls), limits)) {}
BlockingClient::~BlockingClient() = default;

Result<ClientResponse> BlockingClient::send(ClientRequest request) {
  Outcome outcome;
  std::exception_ptr thrown;
  asio::io_context& context = state_->context;
  context.restart();
  asio::co_spawn(context.get_executor(),
                 run_one(state_->client, std::move(request), outcome, context),
                 [&](std::exception_ptr failure) {
                   thrown = std::move(failure);
                   context.stop();
                 });
  context.run();
  if (thrown) std::rethrow_exception(thrown);
  return *std::move(outcome);
}

Result<ClientResponse> fetch(const Origin& origin, std::optional<ClientTls> tls,
                             ClientRequest request, ClientLimits limits) {
  BlockingClient client(origin, std::move(tls), limits);
  return client.send(std::move(request));
}

}  // namespace sluis::gateway::net
