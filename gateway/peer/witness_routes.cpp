#include "gateway/peer/witness_routes.hpp"

#include "gateway/audit/folder.hpp"
#include "gateway/audit/tiles.hpp"
#include "gateway/core/store_call.hpp"
#include "gateway/peer/access.hpp"

namespace sluis::gateway::peer {

using config::Code;

namespace {

Response plain(int status, std::string type, std::string body) {
  Response response;
  response.status = status;
  response.content_type = std::move(type);
  response.body = std::move(body);
  return response;
}

class WitnessRoutes {
 public:
  explicit WitnessRoutes(WitnessServices services)
      : services_(std::move(services)),
        witness_(services_.region.keys()->witness, witness_name(services_.region)) {}

  template <class Serve>
  Task<Response> as_partner(Request request, Serve serve) {
    return peer::as_partner(services_.region, services_.recorder, std::move(request),
                            std::move(serve));
  }

  Task<Response> add_checkpoint(config::PartnerId peer, Request request, Trace) {
    const auto standing = services_.region.standing();
    const auto* partner = standing->directory->partner(peer);
    auto act = [this, body = std::move(request.body), now = services_.region.now(),
                log = audit::WitnessedLog{partner->oin, partner->log_key}](store::Transaction& tx) {
      return witness_.add_checkpoint(tx, body, log, now);
    };
    auto answer = co_await write(services_.store, std::move(act));
    co_return plain(answer.status, std::move(answer.content_type), std::move(answer.body));
  }

  Task<Response> last(config::PartnerId, Request request, Trace) {
    auto look = [hash = request.params["origin"]](store::Transaction& tx) {
      return audit::Witness::last(tx, hash);
    };
    auto note = co_await read(services_.store, std::move(look));
    if (!note) co_return net::problem(Code::not_found);
    co_return plain(200, "text/plain; charset=utf-8", std::move(*note));
  }

  Task<Response> checkpoint(config::PartnerId, Request request, Trace) {
    co_return file(request.params["log"], "checkpoint", "text/plain; charset=utf-8");
  }

  Task<Response> tile(config::PartnerId, Request request, Trace) {
    const auto name = "tile/" + request.params["path"];
    if (!audit::is_hash_tile(name)) co_return net::problem(Code::not_found);
    co_return file(request.params["log"], name, "application/octet-stream");
  }

 private:
  static std::string witness_name(const Region& region) {
    const auto standing = region.standing();
    const auto* self = standing->directory->partner(region.self());
    return audit::witness_of(self->oin, self->witness_key).name;
  }

  [[nodiscard]] Response file(const std::string& log, const std::string& name,
                              std::string type) const {
    if (!audit::is_log_name(log)) return net::problem(Code::not_found);
    auto bytes = audit::Folder(services_.logs / log).read(name);
    if (!bytes) return net::problem(Code::not_found);
    return plain(200, std::move(type), std::move(*bytes));
  }

  const WitnessServices services_;
  const audit::Witness witness_;
};

}  // namespace

void add_witness_routes(net::Router& router, WitnessServices services) {
  const auto routes = std::make_shared<WitnessRoutes>(services);
  using Method = Task<Response> (WitnessRoutes::*)(config::PartnerId, Request, Trace);
  const auto add = [&](const std::string& verb, std::string_view path, Method method,
                       std::size_t bytes) {
    net::RouteLimits limits;
    limits.body_bytes = bytes;
    net::Handler handler = [routes, method, home = services.home](Request request) {
      auto serve = [routes, method](config::PartnerId peer, Request inner, Trace trace) {
        return (routes.get()->*method)(std::move(peer), std::move(inner), std::move(trace));
      };
      return on(home, routes->as_partner(std::move(request), std::move(serve)));
    };
    router.add(verb, path, std::move(handler), std::move(limits));
  };
  add("POST", "/peer/v1/witness/add-checkpoint", &WitnessRoutes::add_checkpoint,
      audit::add_checkpoint_bytes);
  add("GET", "/peer/v1/witness/{origin}/checkpoint", &WitnessRoutes::last, 0);
  add("GET", "/peer/v1/log/{log}/checkpoint", &WitnessRoutes::checkpoint, 0);
  add("GET", "/peer/v1/log/{log}/tile/{path*}", &WitnessRoutes::tile, 0);
}

}  // namespace sluis::gateway::peer
