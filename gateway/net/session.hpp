// One connection of a listener, from accept to close. Inside this room only.
#pragma once

#include <atomic>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <list>
#include <memory>
#include <optional>
#include <string>

#include "gateway/net/deadlines.hpp"
#include "gateway/net/gate.hpp"
#include "gateway/net/listener.hpp"

namespace sluis::gateway::net {

using Socket = asio::basic_stream_socket<asio::ip::tcp, Executor>;

class Connection;

/// What the connections of a listener on one io_context share. They and the listener own it
/// together; all but `open` is touched from that io_context's thread alone.
struct Shard {
  Shard(asio::io_context& context, std::shared_ptr<std::atomic<std::size_t>> counter)
      : io(context), gate(context.get_executor()), open(std::move(counter)) {}

  asio::io_context& io;
  std::shared_ptr<const Router> router;
  std::optional<ServerTls> tls;
  SessionLimits limits;
  OnRefused on_refused;

  Gate gate;                                       // connections, and the loop that accepts
  std::shared_ptr<std::atomic<std::size_t>> open;  // of all shards of the listener
  std::list<Connection*> connections;
  bool draining = false;

  /// Ends what is idle; what is busy ends with its answer.
  void begin_drain();
  void close_all();
};

/// Serves the connection until it ends. Every wait has its deadline, every size its limit.
Task<void> serve(std::shared_ptr<Shard> shard, Socket socket);

}  // namespace sluis::gateway::net
