#include "gateway/peer/routes.hpp"

#include "gateway/peer/access.hpp"
#include "gateway/peer/wire.hpp"

namespace sluis::gateway::peer {

using config::Code;
using config::error;
using config::Json;

namespace {

Response json_text(std::string body) {
  Response response;
  response.content_type = "application/json";
  response.body = std::move(body);
  return response;
}

class Routes {
 public:
  explicit Routes(Services services) : services_(services) {}

  template <class Serve>
  Task<Response> as_partner(Request request, Serve serve) {
    return peer::as_partner(services_.region, services_.recorder, std::move(request),
                            std::move(serve));
  }

  Task<Response> evaluations(config::PartnerId peer, Request request, Trace trace) {
    auto asked = read_evaluation_request(request.body);
    if (!asked) co_return co_await malformed(peer, "evaluation.answer", asked.failure(), trace);
    const auto generation = asked->generation;
    auto answer = co_await services_.evaluations.answer(peer, std::move(*asked), trace);
    if (!answer) co_return refused(answer.failure());
    co_return json_text(evaluation_answer(generation, *answer));
  }

  Task<Response> envelopes(config::PartnerId peer, Request request, Trace trace) {
    auto envelopes = read_envelopes(request.body);
    if (!envelopes)
      co_return co_await malformed(peer, "envelope.receive", envelopes.failure(), trace);
    const auto receipts = co_await services_.receive.receive(peer, std::move(*envelopes));
    co_return json_text(receipts_body(receipts));
  }

  Task<Response> dealings(config::PartnerId peer, Request request, Trace trace) {
    auto dealing = read_dealing(request.body);
    if (!dealing) co_return co_await malformed(peer, "key.exchange", dealing.failure(), trace);
    const auto messages = co_await services_.keys.answer(peer, std::move(*dealing));
    if (messages.ok()) co_return json_text(dealing_answer(*messages));
    if (messages.failure().code == Code::forbidden)
      co_return co_await malformed(peer, "key.exchange", messages.failure(), trace);
    co_return refused(messages.failure());
  }

  Task<Response> domain_keys(config::PartnerId, Request, Trace) {
    auto records = services_.region.standing()->domain_keys->records();
    for (auto& record : records) record.signed_with.clear();  // a note for ourselves
    co_return json_text(records_text(records));
  }

  Task<Response> directory(config::PartnerId, Request, Trace) {
    co_return json_text(services_.region.standing()->directory->text());
  }

  Task<Response> health(config::PartnerId, Request, Trace) {
    co_return Response::json(200, Json{{"status", "live"}});
  }

 private:
  Task<Response> malformed(const config::PartnerId& peer, std::string_view action,
                           config::Error why, const Trace& trace) {
    auto record = services_.recorder.start(action, audit::Outcome::deny, actor_of(peer), trace);
    record.counterparty = peer.str();
    co_await services_.recorder.refuse(std::move(record), why);
    co_return refused(why);
  }

  Services services_;
};

}  // namespace

void add_routes(net::Router& router, Services services) {
  const auto routes = std::make_shared<Routes>(services);
  using Method = Task<Response> (Routes::*)(config::PartnerId, Request, Trace);
  const auto add = [&](const std::string& verb, std::string_view path, Method method,
                       std::size_t bytes) {
    net::RouteLimits limits;
    limits.body_bytes = bytes;
    if (verb == "POST") limits.content_types = {"application/json"};
    net::Handler handler = [routes, method, home = services.home](Request request) {
      auto serve = [routes, method](config::PartnerId peer, Request inner, Trace trace) {
        return (routes.get()->*method)(std::move(peer), std::move(inner), std::move(trace));
      };
      return on(home, routes->as_partner(std::move(request), std::move(serve)));
    };
    router.add(verb, path, std::move(handler), std::move(limits));
  };
  add("POST", "/peer/v1/evaluations", &Routes::evaluations, evaluation_body_bytes);
  add("POST", "/peer/v1/envelopes", &Routes::envelopes, envelopes_body_bytes);
  add("POST", "/peer/v1/dealings", &Routes::dealings, dealing_body_bytes);
  add("GET", "/peer/v1/domain-keys", &Routes::domain_keys, 0);
  add("GET", "/peer/v1/directory", &Routes::directory, 0);
  add("GET", "/peer/v1/health", &Routes::health, 0);
}

}  // namespace sluis::gateway::peer
