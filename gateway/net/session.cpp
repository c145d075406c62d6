#include "gateway/net/session.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <cstring>
#include <stdexcept>

#include "gateway/net/parser.hpp"
#include "gateway/net/problem.hpp"
#include "gateway/net/tls_context.hpp"
#include "gateway/net/wire.hpp"

namespace sluis::gateway::net {

namespace ssl = asio::ssl;
using config::Code;

namespace {

// GCC 12 misplaces the frame of a coroutine that has a co_await in a condition and no local of its
// own: here the result of a co_await is always given a name first.

constexpr auto checked = asio::as_tuple(use_task);
constexpr std::size_t first_buffer_bytes = 4'096;
constexpr std::chrono::milliseconds goodbye_ms{1'000};
constexpr std::chrono::milliseconds linger_ms{2'000};

enum class Stage { handshake, idle, busy };

std::string remote_ip(const Socket& socket) {
  boost::system::error_code failure;
  const auto endpoint = socket.remote_endpoint(failure);
  return failure ? std::string("unknown") : endpoint.address().to_string();
}

}  // namespace

/// What one connection knows; `serve` owns it, its shard finds it to drain it.
class Connection {
 public:
  Connection(Shard& all, Socket& lowest)
      : shard(all),
        socket(lowest),
        pass(all.gate),
        deadline(all.io, [this] { close(); }),
        parser(all.limits.header_bytes),
        remote(remote_ip(lowest)),
        place(all.connections.insert(all.connections.end(), this)) {
    ++*shard.open;
  }
  ~Connection() {
    shard.connections.erase(place);
    --*shard.open;
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void close() {
    boost::system::error_code ignored;
    socket.close(ignored);
  }

  Shard& shard;
  Socket& socket;
  Gate::Pass pass;
  Deadline deadline;
  RequestParser parser;
  std::string remote;
  std::list<Connection*>::iterator place;
  Stage stage = Stage::handshake;
  bool tls = false;
  ClientCert client_cert = ClientCert::none;
  PeerIdentity peer;
  // Bytes that have arrived and are not parsed yet: the first `have` of `buffer`.
  std::string buffer = std::string(first_buffer_bytes, '\0');
  std::size_t have = 0;
};

void Shard::begin_drain() {
  draining = true;
  for (Connection* connection : connections) {
    boost::system::error_code ignored;
    if (connection->stage == Stage::idle) connection->socket.cancel(ignored);
    if (connection->stage == Stage::handshake) connection->close();
  }
}

void Shard::close_all() {
  for (Connection* connection : connections) connection->close();
}

namespace {

/// What came of waiting for a request: the request, or what to refuse it with, or neither: the
/// connection is over.
struct Incoming {
  std::optional<Request> request;
  std::optional<Response> refusal;
  bool keep_alive = false;
};

Response refusal_of(Malformed malformed) {
  switch (malformed) {
    case Malformed::header_too_large:
      return problem(431, "header-too-large", "The header is larger than this gateway takes.");
    case Malformed::body_too_large:
      return problem(Code::too_large);
    default:
      return problem(Code::invalid, "This is not a well-formed HTTP/1.1 request.");
  }
}

/// Reads once; makes room first. False when the connection is over.
template <class Stream>
Task<bool> read_more(Stream& stream, Connection& c) {
  if (c.have == c.buffer.size()) {
    const std::size_t most = c.shard.limits.header_bytes + 1;
    if (c.buffer.size() >= most) co_return false;
    c.buffer.resize(std::min(c.buffer.size() * 2, most));
  }
  const auto room = asio::buffer(c.buffer.data() + c.have, c.buffer.size() - c.have);
  const auto [failure, n] = co_await stream.async_read_some(room, checked);
  if (failure) co_return false;
  c.have += n;
  co_return true;
}

void feed(Connection& c) {
  const std::size_t used = c.parser.feed({c.buffer.data(), c.have});
  std::memmove(c.buffer.data(), c.buffer.data() + used, c.have - used);
  c.have -= used;
}

/// True when the head of a request is there, whole.
template <class Stream>
Task<bool> receive_head(Stream& stream, Connection& c, Incoming& in) {
  c.parser.next();
  c.stage = Stage::idle;
  c.deadline.set(c.shard.limits.idle_ms);
  while (!c.parser.head_done()) {
    if (c.have > 0) {
      if (c.stage == Stage::idle) c.deadline.set(c.shard.limits.request_ms);
      c.stage = Stage::busy;
      feed(c);
      if (c.parser.malformed() != Malformed::none) in.refusal = refusal_of(c.parser.malformed());
      if (in.refusal) co_return false;
      if (c.parser.head_done()) break;
    }
    if (c.stage == Stage::idle && c.shard.draining) co_return false;
    const bool more = co_await read_more(stream, c);
    if (!more) co_return false;
  }
  co_return true;
}

/// True when the body is there, whole.
template <class Stream>
Task<bool> receive_body(Stream& stream, Connection& c, Incoming& in) {
  if (c.parser.expects_continue() && c.parser.announced().body && c.have == 0) {
    static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    const auto [failure, n] =
        co_await asio::async_write(stream, asio::buffer(go_on.data(), go_on.size()), checked);
    if (failure) co_return false;
  }
  while (!c.parser.done()) {
    if (c.have > 0) feed(c);
    if (c.parser.malformed() != Malformed::none) {
      in.refusal = refusal_of(c.parser.malformed());
      co_return false;
    }
    if (c.parser.done()) break;
    const bool more = co_await read_more(stream, c);
    if (!more) co_return false;
  }
  co_return true;
}

/// What can be said of a request before its body is there: a refusal, or nothing.
std::optional<Response> judge_head(const Connection& c, const Request& head) {
  if (c.parser.expects_something_else()) {
    return problem(417, "expectation-failed", "This expectation can't be met.");
  }
  return c.shard.router->refuse(head, c.parser.announced());
}

template <class Stream>
Task<Incoming> receive(Stream& stream, Connection& c) {
  Incoming in;
  const bool headed = co_await receive_head(stream, c, in);
  if (!headed) co_return in;
  auto head = c.parser.take_head();
  if (!head) {
    in.refusal = problem(Code::invalid, head.failure().detail);
    co_return in;
  }
  in.refusal = judge_head(c, *head);
  // Without a body the stream is in order, and may go on after a refusal.
  in.keep_alive = c.parser.keep_alive() && !(in.refusal && c.parser.announced().body);
  if (in.refusal) co_return in;
  c.parser.allow_body(c.shard.router->find(head->method, head->path)->limits.body_bytes);
  const bool whole = co_await receive_body(stream, c, in);
  if (!whole) {
    in.keep_alive = false;
    co_return in;
  }
  head->body = c.parser.take_body();
  head->remote = c.remote;
  in.request = std::move(*head);
  co_return in;
}

std::string render(const Connection& c, Response& response, ResponseFraming framing) {
  c.shard.router->decorate(response, c.tls);
  try {
    return wire(response, framing);
  } catch (const std::invalid_argument&) {
    spdlog::error("net: a handler set a header that is not one");
    Response instead = problem(Code::internal);
    c.shard.router->decorate(instead, c.tls);
    return wire(instead, framing);
  }
}

/// A certificate can end while its connection lives. False: the connection ends with it.
bool still_identified(Connection& c) {
  if (c.peer.expires > std::chrono::system_clock::now()) return true;
  c.peer.oin.reset();
  c.peer.problem = reason::expired;
  c.peer.expires = std::chrono::system_clock::time_point::max();
  if (c.client_cert != ClientCert::required) return true;
  if (c.shard.on_refused) c.shard.on_refused(Refused::client, reason::expired, c.remote);
  return false;
}

/// Reads and drops what still comes, so that closing does not reset the connection before our
/// last answer (or alert) has been read.
Task<void> linger(Connection& c) {
  boost::system::error_code ignored;
  c.socket.shutdown(Socket::shutdown_send, ignored);
  c.deadline.set(linger_ms);
  for (;;) {
    const auto room = asio::buffer(c.buffer.data(), c.buffer.size());
    const auto [failure, n] = co_await c.socket.async_read_some(room, checked);
    if (failure) co_return;
  }
}

/// Requests and answers in turn; pipelined requests wait in the buffer. True: the other side may
/// still be sending, so linger.
template <class Stream>
Task<bool> exchange(Stream& stream, Connection& c) {
  for (;;) {
    Incoming in = co_await receive(stream, c);
    if (!in.request && !in.refusal) {
      // A request that began and did not come to its end: no handler hears of it.
      const bool begun = c.stage == Stage::busy;
      if (begun && c.shard.on_refused) c.shard.on_refused(Refused::request, "cut-off", c.remote);
      co_return false;
    }
    if (!still_identified(c)) co_return false;
    ResponseFraming framing;
    Response response;
    if (in.request) {
      in.request->peer_oin = c.peer.oin;
      in.request->peer_problem = c.peer.problem;
      framing.head_only = in.request->method == "HEAD";
      c.deadline.clear();
      response = co_await c.shard.router->dispatch(*std::move(in.request));
    } else {
      response = *std::move(in.refusal);
      if (c.shard.on_refused) c.shard.on_refused(Refused::request, response.code, c.remote);
    }
    framing.close = response.close || !in.keep_alive || c.shard.draining;
    const std::string bytes = render(c, response, framing);
    c.deadline.set(c.shard.limits.write_ms);
    const auto [failure, n] = co_await asio::async_write(stream, asio::buffer(bytes), checked);
    if (failure) co_return false;
    if (framing.close) co_return true;
  }
}

void report_refusal(const Connection& c, boost::system::error_code failure, SSL* native) {
  const auto reason = refusal_reason(failure, native);
  spdlog::debug("net: TLS with {} failed: {}", c.remote, tls_error_text(failure, native));
  if (!reason.empty() && c.shard.on_refused) c.shard.on_refused(Refused::client, reason, c.remote);
}

Task<void> serve_plain(Connection& c) {
  const bool unsettled = co_await exchange(c.socket, c);
  if (unsettled) co_await linger(c);
}

Task<void> serve_tls(Connection& c, std::shared_ptr<TlsContext> context) {
  ssl::stream<Socket&> stream(c.socket, context->asio());
  const ClientCert asked = context->client_cert();
  SSL* native = stream.native_handle();
  c.tls = true;
  c.client_cert = asked;
  c.deadline.set(c.shard.limits.handshake_ms);
  const auto [failure] = co_await stream.async_handshake(ssl::stream_base::server, checked);
  if (failure) {
    report_refusal(c, failure, native);
    co_return co_await linger(c);
  }
  c.peer = identify_client(native, asked);
  const bool unsettled = co_await exchange(stream, c);
  // Only our own goodbye: what the other side still says is of no use to anyone.
  SSL_set_shutdown(native, SSL_RECEIVED_SHUTDOWN);
  if (!c.deadline.expired()) {
    c.deadline.set(goodbye_ms);
    co_await stream.async_shutdown(checked);
  }
  keep_resumable(native);
  if (unsettled) co_await linger(c);
}

}  // namespace

Task<void> serve(std::shared_ptr<Shard> shard, Socket socket) {
  Connection c(*shard, socket);
  if (shard->draining) co_return;
  boost::system::error_code ignored;
  socket.set_option(asio::ip::tcp::no_delay(true), ignored);
  if (shard->tls) {
    co_await serve_tls(c, shard->tls->context());
  } else {
    co_await serve_plain(c);
  }
}

}  // namespace sluis::gateway::net
