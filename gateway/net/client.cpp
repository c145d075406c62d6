#include "gateway/net/client.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <list>
#include <utility>
#include <vector>

#include "gateway/net/client_connection.hpp"
#include "gateway/net/wire.hpp"

namespace sluis::gateway::net {

using config::Code;
using config::Result;
using ConnectionPtr = std::unique_ptr<ClientConnection>;

/// The pool. `busy` counts the requests that hold a place; each has at most one connection, so
/// busy and idle together never pass the limit.
struct HttpClient::State {
  State(asio::io_context& context, Origin server, std::optional<ClientTls> how, ClientLimits bounds)
      : io(context), origin(std::move(server)), tls(std::move(how)), limits(bounds) {}

  struct Waiter {
    explicit Waiter(asio::io_context& context) : timer(context.get_executor()) {}
    Timer timer;
    bool granted = false;
  };

  /// A place in the pool, from its grant to its destruction.
  class Place {
   public:
    explicit Place(State& all) : all_(&all) {}
    ~Place() { all_->leave(); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

   private:
    State* all_;
  };

  [[nodiscard]] config::Error unavailable(std::string why) const {
    return config::error(Code::unavailable, std::move(why) + " " + origin.authority());
  }
  Task<Result<void>> enter(Clock::time_point deadline);
  void leave();
  ConnectionPtr take_idle();
  Task<Exchange> attempt(ClientConnection& connection, bool kept, std::string_view bytes,
                         bool head_only, Clock::time_point deadline);
  static Task<Result<ClientResponse>> send(std::shared_ptr<State> self, ClientRequest request);
  void close();

  asio::io_context& io;
  const Origin origin;
  const std::optional<ClientTls> tls;
  const ClientLimits limits;
  ResumableSession session;
  std::size_t busy = 0;
  std::list<Waiter*> waiting;
  std::vector<ConnectionPtr> idle;           // the one used last at the end
  std::vector<ClientConnection*> under_way;  // so that close() can end them
  bool closed = false;
};

/// Gives a place, and with it a `busy` counted; the caller makes a Place of it.
Task<Result<void>> HttpClient::State::enter(Clock::time_point deadline) {
  if (closed) co_return unavailable("the client is closed for");
  if (busy < limits.connections && waiting.empty()) {
    ++busy;
    co_return Result<void>();
  }
  if (waiting.size() >= limits.waiting) {
    co_return unavailable(std::to_string(waiting.size()) + " requests wait already for");
  }
  Waiter waiter(io);
  struct Queued {
    std::list<Waiter*>& list;
    Waiter* waiter;
    ~Queued() { list.remove(waiter); }
  } const queued{waiting, &waiter};
  waiting.push_back(&waiter);
  waiter.timer.expires_at(deadline);
  co_await waiter.timer.async_wait(asio::as_tuple(use_task));
  if (waiter.granted) co_return Result<void>();
  if (closed) co_return unavailable("the client is closed for");
  co_return unavailable("waited in vain for one of " + std::to_string(limits.connections) +
                        " connections with");
}

void HttpClient::State::leave() {
  --busy;
  if (waiting.empty()) return;
  Waiter* next = waiting.front();
  waiting.pop_front();
  next->granted = true;
  ++busy;
  next->timer.cancel();
}

ConnectionPtr HttpClient::State::take_idle() {
  while (!idle.empty()) {
    ConnectionPtr connection = std::move(idle.back());
    idle.pop_back();
    if (connection->usable()) return connection;
  }
  return nullptr;
}

Task<Exchange> HttpClient::State::attempt(ClientConnection& connection, bool kept,
                                          std::string_view bytes, bool head_only,
                                          Clock::time_point deadline) {
  under_way.push_back(&connection);
  struct Registered {
    std::vector<ClientConnection*>& list;
    ClientConnection* connection;
    ~Registered() { std::erase(list, connection); }
  } const registered{under_way, &connection};
  if (!kept) {
    auto connected = co_await connection.connect(deadline);
    if (!connected) {
      Exchange failed{connected.failure()};
      co_return failed;
    }
  }
  co_return co_await connection.exchange(bytes, head_only, deadline);
}

Task<Result<ClientResponse>> HttpClient::State::send(std::shared_ptr<State> self,
                                                     ClientRequest request) {
  const auto deadline = Clock::now() + self->limits.request_ms;
  const std::string bytes = wire(request.method, request.target, self->origin.authority(),
                                 request.headers, request.content_type, request.body);
  if (auto entered = co_await self->enter(deadline); !entered) co_return entered.failure();
  const Place place(*self);
  ConnectionPtr connection = self->take_idle();
  for (;;) {
    if (self->closed) co_return self->unavailable("the client is closed for");
    const bool kept = connection != nullptr;
    if (!kept) {
      connection = std::make_unique<ClientConnection>(self->io, self->origin, self->tls,
                                                      self->limits, self->session);
    }
    Exchange outcome =
        co_await self->attempt(*connection, kept, bytes, request.method == "HEAD", deadline);
    if (outcome.response) {
      if (outcome.reusable && !self->closed) {
        connection->rest();
        self->idle.push_back(std::move(connection));
      }
      co_return std::move(outcome.response);
    }
    if (!kept || !outcome.unanswered || !request.idempotent) {
      co_return std::move(outcome.response);
    }
    connection.reset();  // it had ended unnoticed: once more, on a fresh one
  }
}

void HttpClient::State::close() {
  closed = true;
  idle.clear();
  for (ClientConnection* connection : under_way) connection->close();
  for (Waiter* waiter : waiting) waiter->timer.cancel();
}

HttpClient::HttpClient(asio::io_context& context, Origin origin, std::optional<ClientTls> tls,
                       ClientLimits limits)
    : state_(std::make_shared<State>(context, std::move(origin), std::move(tls), limits)) {}

HttpClient::~HttpClient() {
  close();
}

Task<Result<ClientResponse>> HttpClient::send(ClientRequest request) {
  return State::send(state_, std::move(request));
}

void HttpClient::close() {
  state_->close();
}

const Origin& HttpClient::origin() const noexcept {
  return state_->origin;
}

}  // namespace sluis::gateway::net
