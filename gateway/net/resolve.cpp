#include "gateway/net/resolve.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/basic_resolver.hpp>
#include <memory>

namespace sluis::gateway::net {
namespace {

using asio::ip::tcp;
using Resolver = asio::ip::basic_resolver<tcp, Executor>;

struct Lookup {
  explicit Lookup(const Executor& executor) : resolver(executor), done(executor) {}
  Resolver resolver;
  Timer done;
  bool finished = false;
  boost::system::error_code failure;
  std::vector<tcp::endpoint> found;
};

config::Error unavailable(const std::string& host, std::string_view why) {
  return config::error(config::Code::unavailable,
                       "no address for " + host + ": " + std::string(why));
}

}  // namespace

Task<config::Result<std::vector<tcp::endpoint>>> resolve(asio::io_context& context,
                                                         std::string host, std::uint16_t port,
                                                         Clock::time_point deadline) {
  boost::system::error_code not_an_address;
  const auto address = asio::ip::make_address(host, not_an_address);
  if (!not_an_address) co_return std::vector<tcp::endpoint>(1, tcp::endpoint(address, port));

  auto lookup = std::make_shared<Lookup>(context.get_executor());
  lookup->done.expires_at(deadline);
  lookup->resolver.async_resolve(
      host, std::to_string(port),
      [lookup](boost::system::error_code failure, const Resolver::results_type& results) {
        lookup->failure = failure;
        for (const auto& entry : results) lookup->found.push_back(entry.endpoint());
        lookup->finished = true;
        lookup->done.cancel();
      });
  if (!lookup->finished) co_await lookup->done.async_wait(asio::as_tuple(use_task));
  if (!lookup->finished) co_return unavailable(host, "the name server gave no answer in time");
  if (lookup->failure) co_return unavailable(host, lookup->failure.message());
  if (lookup->found.empty()) co_return unavailable(host, "the name has none");
  co_return std::move(lookup->found);
}

}  // namespace sluis::gateway::net
