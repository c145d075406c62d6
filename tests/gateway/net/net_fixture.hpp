// Real servers on port 0 with real certificates, and clients that speak bytes.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "gateway/async.hpp"
#include "gateway/net/certificates.hpp"
#include "gateway/net/client.hpp"
#include "gateway/net/listener.hpp"
#include "tests/gateway/temporary_folder.hpp"

namespace sluis::test {

using namespace std::chrono_literals;
namespace net = gateway::net;
namespace asio = boost::asio;
using config::Code;
using gateway::Task;

inline constexpr auto oin_ggz = "00000099000000002000";
inline constexpr auto oin_zvh = "00000099000000003000";

/// Runs one coroutine to its end on an io_context that nothing else runs.
template <class T>
T run(asio::io_context& context, Task<T> task) {
  std::optional<T> outcome;
  std::exception_ptr thrown;
  auto keep = [](Task<T> inner, std::optional<T>& out) -> Task<void> {
    out.emplace(co_await std::move(inner));
  };
  asio::co_spawn(context.get_executor(), keep(std::move(task), outcome),
                 [&](std::exception_ptr failure) {
                   thrown = std::move(failure);
                   context.stop();
                 });
  context.restart();
  context.run();
  if (thrown) std::rethrow_exception(thrown);
  return *std::move(outcome);
}

/// Polls until `holds`; false after five seconds.
bool eventually(const std::function<bool()>& holds);

net::Validity valid_now();
net::Validity expired_yesterday();

/// An authority and what it signed, as files.
class Authority {
 public:
  Authority(TemporaryFolder& folder, std::string name);

  struct Pair {
    std::filesystem::path certificate;
    std::filesystem::path key;
  };
  Pair issue(const std::string& oin, const net::Validity& validity = valid_now(),
             std::vector<std::string> alt_names = {"IP:127.0.0.1", "DNS:localhost"});
  [[nodiscard]] const std::filesystem::path& file() const { return file_; }

 private:
  TemporaryFolder& folder_;
  std::string name_;
  int issued_ = 0;
  net::CertifiedKey key_;
  std::filesystem::path file_;
};

/// A listener on threads of its own; drained when it goes.
class Server {
 public:
  struct Options {
    std::optional<net::ServerTls> tls;
    net::SessionLimits limits;
    std::size_t threads = 1;
  };
  explicit Server(std::shared_ptr<const net::Router> router);
  Server(std::shared_ptr<const net::Router> router, Options options);
  ~Server();

  [[nodiscard]] std::uint16_t port() const { return listener_->port(); }
  [[nodiscard]] std::string url() const;
  [[nodiscard]] net::Listener& listener() { return *listener_; }
  /// Drains from a thread that is not the server's.
  bool drain(std::chrono::milliseconds patience);

  /// What `on_refused` was told: the word, and the client's address.
  using Refusals = std::vector<std::pair<std::string, std::string>>;
  [[nodiscard]] Refusals refused() const;           // by TLS
  [[nodiscard]] Refusals refused_requests() const;  // by the session

 private:
  bool tls_;
  asio::io_context drainer_{1};  // lives until no thread of the listener can touch it
  mutable std::mutex mutex_;
  Refusals refused_;
  Refusals refused_requests_;
  std::vector<std::unique_ptr<asio::io_context>> contexts_;
  std::unique_ptr<net::Listener> listener_;
  std::vector<std::thread> threads_;
};

/// GET /hello, GET /v1/items/{id}, POST /echo (64 bytes, text/plain or application/json), POST
/// /large (1 MB), GET /whoami, GET /throws.
std::shared_ptr<net::Router> demo_router();

/// A plain TCP client, a byte at a time if need be. Every read gives up after five seconds.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  /// False once the other side has gone.
  bool send(std::string_view bytes) const;
  /// One answer: its head and the body that Content-Length announces.
  std::string answer();
  /// Everything until the server ends the connection.
  std::string rest();
  /// True when the server ends the connection within five seconds without another byte.
  bool ended() { return rest().empty() && !timed_out_; }
  [[nodiscard]] int descriptor() const { return socket_; }

 private:
  bool fill();
  int socket_;
  bool timed_out_ = false;
  std::string buffer_;
};

}  // namespace sluis::test
