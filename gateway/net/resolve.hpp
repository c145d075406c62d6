// Host names into addresses. Inside this room only.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <string>
#include <vector>

#include "config/result.hpp"
#include "gateway/net/gate.hpp"

namespace sluis::gateway::net {

/// The addresses of a host; an IP address is its own. The system's resolver can't be interrupted:
/// at the deadline we stop waiting for it and leave it to end by itself.
Task<config::Result<std::vector<asio::ip::tcp::endpoint>>> resolve(asio::io_context& context,
                                                                   std::string host,
                                                                   std::uint16_t port,
                                                                   Clock::time_point deadline);

}  // namespace sluis::gateway::net
