#include "gateway/net/listener.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/core/demangle.hpp>
#include <charconv>
#include <typeinfo>

#include "gateway/net/session.hpp"

namespace sluis::gateway::net {
namespace {

using asio::ip::tcp;
using Acceptor = asio::basic_socket_acceptor<tcp, Executor>;
using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;
using config::Code;
using config::Result;

constexpr auto checked = asio::as_tuple(use_task);
constexpr int backlog = 1'024;
constexpr std::chrono::milliseconds pause_ms{100};  // after a failed accept: no descriptors left
constexpr std::chrono::seconds last_moments{1};

/// `127.0.0.1:17411` or `[::1]:17411`.
std::optional<tcp::endpoint> parse_endpoint(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const std::string_view digits = text.substr(colon + 1);
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (bracketed) host = host.substr(1, host.size() - 2);
  std::uint16_t port = 0;
  const auto* end = digits.data() + digits.size();
  const auto [stop, failure] = std::from_chars(digits.data(), end, port);
  if (failure != std::errc{} || stop != end || digits.empty()) return std::nullopt;
  boost::system::error_code bad;
  const auto address = asio::ip::make_address(std::string(host), bad);
  if (bad || address.is_v6() != bracketed) return std::nullopt;
  return tcp::endpoint(address, port);
}

std::string advice(boost::system::error_code failure) {
  if (failure == asio::error::address_in_use) {
    return "stop the program that has it, or choose another address in the settings";
  }
  if (failure == asio::error::access_denied) {
    return "choose a port above 1023, or permit this program to take low ones";
  }
  return "choose an address of this machine in the settings";
}

/// The part of a listener that lives on one io_context.
struct Door {
  Door(asio::io_context& context, std::shared_ptr<std::atomic<std::size_t>> open)
      : shard(std::make_shared<Shard>(context, std::move(open))),
        acceptor(context.get_executor()) {}

  std::shared_ptr<Shard> shard;
  Acceptor acceptor;
};

void log_end(const std::exception_ptr& failure) {
  if (!failure) return;
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& error) {
    spdlog::error("net: a connection failed: {}", boost::core::demangle(typeid(error).name()));
  } catch (...) {
    spdlog::error("net: a connection failed: not a std::exception");
  }
}

/// Takes connections until the acceptor is closed. Over the limit they are closed at once: a
/// caller that is told so can try elsewhere, one that waits in the backlog cannot.
Task<void> accept_all(std::shared_ptr<Door> door) {
  const auto shard = door->shard;
  const Gate::Pass pass(shard->gate);
  bool full = false;
  while (door->acceptor.is_open()) {
    auto [failure, socket] = co_await door->acceptor.async_accept(checked);
    if (!door->acceptor.is_open()) break;
    if (failure) {
      spdlog::warn("net: cannot accept: {}", failure.message());
      Timer pause(shard->io.get_executor(), pause_ms);
      co_await pause.async_wait(checked);
      continue;
    }
    const bool was_full = std::exchange(full, shard->open->load() >= shard->limits.connections);
    if (full && !was_full) {
      spdlog::warn("net: {} connections are open: no more are taken", shard->open->load());
    }
    if (full) continue;
    asio::co_spawn(shard->io.get_executor(), serve(shard, std::move(socket)), log_end);
  }
}

Task<bool> finish_drain(std::shared_ptr<Shard> shard, Clock::time_point deadline) {
  const bool ended = co_await shard->gate.empty(deadline);  // see session.cpp on GCC 12
  if (ended) co_return true;
  shard->close_all();
  co_return co_await shard->gate.empty(Clock::now() + last_moments);
}

}  // namespace

struct Listener::State {
  std::string address;
  std::uint16_t port = 0;
  std::shared_ptr<std::atomic<std::size_t>> open = std::make_shared<std::atomic<std::size_t>>(0);
  std::vector<std::shared_ptr<Door>> doors;
};

Listener::Listener(const std::vector<asio::io_context*>& contexts, std::string address,
                   const std::optional<ServerTls>& tls, const std::shared_ptr<const Router>& router,
                   SessionLimits limits, const OnRefused& on_refused)
    : state_(std::make_unique<State>()) {
  state_->address = std::move(address);
  for (asio::io_context* context : contexts) {
    auto door = std::make_shared<Door>(*context, state_->open);
    door->shard->router = router;
    door->shard->tls = tls;
    door->shard->limits = limits;
    door->shard->on_refused = on_refused;
    state_->doors.push_back(std::move(door));
  }
}

Listener::Listener(asio::io_context& context, std::string address,
                   const std::optional<ServerTls>& tls, const std::shared_ptr<const Router>& router,
                   SessionLimits limits, const OnRefused& on_refused)
    : Listener(std::vector<asio::io_context*>{&context}, std::move(address), tls, router, limits,
               on_refused) {}

Listener::~Listener() try {
  stop_accepting();
} catch (const std::exception&) {  // no memory for it: the io_contexts end soon, and all with them
}

Result<void> Listener::open() {
  auto endpoint = parse_endpoint(state_->address);
  if (!endpoint) {
    return config::error(Code::invalid, "cannot listen on \"" + state_->address +
                                            "\": want an IP address and a port, as 127.0.0.1:8443");
  }
  for (const auto& door : state_->doors) {
    boost::system::error_code failure;
    Acceptor& acceptor = door->acceptor;
    acceptor.open(endpoint->protocol(), failure);
    if (!failure) acceptor.set_option(asio::socket_base::reuse_address(true), failure);
    if (!failure && state_->doors.size() > 1) acceptor.set_option(ReusePort(true), failure);
    if (!failure) acceptor.bind(*endpoint, failure);
    if (!failure) acceptor.listen(backlog, failure);
    if (failure) {
      return config::error(Code::unavailable, "cannot listen on " + state_->address + ": " +
                                                  failure.message() + "; " + advice(failure));
    }
    *endpoint = acceptor.local_endpoint();  // port 0: the others take the port of the first
  }
  state_->port = endpoint->port();
  return {};
}

std::uint16_t Listener::port() const noexcept {
  return state_->port;
}

void Listener::start() {
  for (const auto& door : state_->doors) {
    asio::co_spawn(door->shard->io.get_executor(), accept_all(door), log_end);
  }
}

void Listener::stop_accepting() {
  for (const auto& door : state_->doors) {
    asio::post(door->shard->io, [door] {
      boost::system::error_code ignored;
      door->acceptor.close(ignored);
    });
  }
}

Task<bool> Listener::drain(Clock::time_point deadline) {
  stop_accepting();
  for (const auto& door : state_->doors) {
    asio::post(door->shard->io, [door] { door->shard->begin_drain(); });
  }
  bool empty = true;
  for (const auto& door : state_->doors) {
    auto shard = door->shard;
    auto finish = finish_drain(std::move(shard), deadline);
    const bool ended =
        co_await asio::co_spawn(door->shard->io.get_executor(), std::move(finish), use_task);
    empty = empty && ended;
  }
  co_return empty;
}

std::size_t Listener::connections() const noexcept {
  return state_->open->load();
}

}  // namespace sluis::gateway::net
