#include "tests/gateway/net/net_fixture.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/asio/executor_work_guard.hpp>
#include <catch2/catch.hpp>
#include <stdexcept>

#include "gateway/net/problem.hpp"

namespace sluis::test {

bool eventually(const std::function<bool()>& holds) {
  const auto deadline = std::chrono::steady_clock::now() + 5s;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(2ms);
  }
  return true;
}

net::Validity valid_now() {
  const auto now = std::chrono::system_clock::now();
  return {now - 1h, now + 24h};
}

net::Validity expired_yesterday() {
  const auto now = std::chrono::system_clock::now();
  return {now - 48h, now - 24h};
}

Authority::Authority(TemporaryFolder& folder, std::string name)
    : folder_(folder),
      name_(std::move(name)),
      key_(net::make_ca(name_, valid_now())),
      file_(folder / (name_ + ".pem")) {
  put(file_, key_.certificate);
}

Authority::Pair Authority::issue(const std::string& oin, const net::Validity& validity,
                                 std::vector<std::string> alt_names) {
  const auto leaf = net::make_leaf(key_, {"leaf", oin, std::move(alt_names), validity});
  REQUIRE(leaf);
  const std::string stem = name_ + "-" + std::to_string(++issued_);
  const Pair pair{folder_ / (stem + ".crt"), folder_ / (stem + ".key")};
  put(pair.certificate, leaf->certificate);
  put(pair.key, leaf->key);
  return pair;
}

Server::Server(std::shared_ptr<const net::Router> router) : Server(std::move(router), Options{}) {}

Server::Server(std::shared_ptr<const net::Router> router, Options options)
    : tls_(options.tls.has_value()) {
  std::vector<asio::io_context*> all;
  for (std::size_t i = 0; i < options.threads; ++i) {
    contexts_.push_back(std::make_unique<asio::io_context>(1));
    all.push_back(contexts_.back().get());
  }
  auto on_refused = [this](net::Refused what, std::string_view reason, std::string remote) {
    const std::scoped_lock lock(mutex_);
    auto& list = what == net::Refused::client ? refused_ : refused_requests_;
    list.emplace_back(reason, std::move(remote));
  };
  listener_ = std::make_unique<net::Listener>(all, "127.0.0.1:0", std::move(options.tls),
                                              std::move(router), options.limits, on_refused);
  const auto opened = listener_->open();
  REQUIRE(opened);
  listener_->start();
  for (asio::io_context* context : all) {
    threads_.emplace_back([context] {
      const auto guard = asio::make_work_guard(*context);
      context->run();
    });
  }
}

Server::~Server() {
  drain(5s);
  for (auto& context : contexts_) context->stop();
  for (auto& thread : threads_) thread.join();
  listener_.reset();
}

std::string Server::url() const {
  return (tls_ ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(port());
}

bool Server::drain(std::chrono::milliseconds patience) {
  return run(drainer_, listener_->drain(net::Clock::now() + patience));
}

Server::Refusals Server::refused() const {
  const std::scoped_lock lock(mutex_);
  return refused_;
}

Server::Refusals Server::refused_requests() const {
  const std::scoped_lock lock(mutex_);
  return refused_requests_;
}

namespace {

net::Response text(std::string body) {
  net::Response response;
  response.content_type = "text/plain";
  response.body = std::move(body);
  return response;
}

Task<net::Response> hello(net::Request) {
  co_return text("hello");
}
Task<net::Response> echo(net::Request request) {
  co_return text(request.body);
}
Task<net::Response> item(net::Request request) {
  co_return text(request.params.at("id"));
}
Task<net::Response> size(net::Request request) {
  co_return text(std::to_string(request.body.size()));
}
Task<net::Response> whoami(net::Request request) {
  co_return text(request.peer_oin.value_or("nobody") + "," + request.peer_problem + "," +
                 request.remote);
}
Task<net::Response> throws(net::Request) {
  throw std::runtime_error("a secret");
  co_return net::Response{};
}

}  // namespace

std::shared_ptr<net::Router> demo_router() {
  auto router = std::make_shared<net::Router>(std::vector<net::Header>{{"API-Version", "1.0.0"}});
  router->add("GET", "/hello", hello);
  router->add("GET", "/v1/items/{id}", item);
  router->add("POST", "/echo", echo, {64, {"text/plain", "application/json"}});
  router->add("POST", "/large", size, {1'048'576, {}});
  router->add("GET", "/whoami", whoami);
  router->add("GET", "/throws", throws);
  return router;
}

RawClient::RawClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const timeval patience{5, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  REQUIRE(::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
}

RawClient::~RawClient() {
  ::close(socket_);
}

bool RawClient::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool RawClient::fill() {
  std::array<char, 4'096> chunk{};
  const auto got = ::recv(socket_, chunk.data(), chunk.size(), 0);
  if (got < 0) timed_out_ = errno == EAGAIN || errno == EWOULDBLOCK;
  if (got <= 0) return false;
  buffer_.append(chunk.data(), static_cast<std::size_t>(got));
  return true;
}

std::string RawClient::answer() {
  std::size_t head = std::string::npos;
  while ((head = buffer_.find("\r\n\r\n")) == std::string::npos) {
    if (!fill()) return std::exchange(buffer_, {});
  }
  std::size_t whole = head + 4;
  const auto length = buffer_.find("Content-Length: ");
  if (length < head) whole += std::stoul(buffer_.substr(length + 16));
  while (buffer_.size() < whole) {
    if (!fill()) return std::exchange(buffer_, {});
  }
  std::string one = buffer_.substr(0, whole);
  buffer_.erase(0, whole);
  return one;
}

std::string RawClient::rest() {
  while (fill()) {
  }
  return std::exchange(buffer_, {});
}

}  // namespace sluis::test
