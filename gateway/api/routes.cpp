#include "gateway/api/routes.hpp"

#include <charconv>

#include "gateway/api/access.hpp"
#include "gateway/api/language.hpp"
#include "gateway/api/signal_body.hpp"
#include "gateway/api/signals.hpp"

namespace sluis::gateway::api {

using config::Code;
using config::error;

namespace {

constexpr std::size_t most_matches = 100;

class Questions {
 public:
  explicit Questions(Services services) : services_(std::move(services)) {}

  Task<Response> post(Request request, Caller caller, Trace trace) {
    const auto language = language_of(request);
    std::vector<config::Error> errors;
    const auto standing = services_.region.standing();
    auto query = read_query(request.body, standing->directory->vocabulary(), errors);
    crypto::wipe({reinterpret_cast<std::uint8_t*>(request.body.data()), request.body.size()});
    if (!query)
      co_return co_await refuse(services_, std::move(caller), "person.query", std::move(errors),
                                std::move(trace));
    query->language = language;
    auto answer =
        co_await services_.query.ask(std::move(*query), std::move(caller), std::move(trace));
    if (!answer) co_return net::problem(answer.failure());
    // Not the matches: what partners sent is shown as it is.
    auto& decisions = (*answer)["decisions"];
    decisions = in_language(std::move(decisions), language);
    co_return told(200, *answer, language);
  }

  Task<Response> matches(Request request, Caller caller, Trace trace) {
    auto page = page_of(request);
    if (!page) {
      std::vector<config::Error> errors;
      errors.push_back(page.failure());
      co_return co_await refuse(services_, std::move(caller), "match.list", std::move(errors),
                                std::move(trace));
    }
    auto answer =
        co_await services_.query.matches(std::move(page->cursor), page->most, std::move(caller),
                                         std::move(trace), language_of(request));
    co_return answered(answer);
  }

 private:
  struct Page {
    std::string cursor;
    std::size_t most = 20;
  };
  static config::Result<Page> page_of(const Request& request) {
    if (const auto known = request.only_query_parameters({"limit", "cursor"}); !known)
      return known.failure();
    const auto limit = request.query_parameter("limit"), cursor = request.query_parameter("cursor");
    if (!limit) return limit.failure();
    if (!cursor) return cursor.failure();
    Page page{cursor->value_or("")};
    const auto text = limit->value_or(std::to_string(page.most));
    const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), page.most);
    if (wrong != std::errc{} || end != text.data() + text.size() || page.most < 1 ||
        page.most > most_matches)
      return error(Code::invalid, "must be 1 to " + std::to_string(most_matches), "?limit");
    return page;
  }
  static Response answered(const config::Result<config::Json>& answer) {
    return answer ? Response::json(200, *answer) : net::problem(answer.failure());
  }
  const Services services_;
};

}  // namespace

void add_routes(net::Router& router, Services services, Limits limits) {
  const auto signals = std::make_shared<Signals>(services, limits);
  const auto questions = std::make_shared<Questions>(services);
  const auto add = [&](const std::string& verb, std::string_view path, std::string role, auto owner,
                       auto method, net::RouteLimits bounds) {
    net::Handler handler = [services, role = std::move(role), owner, method](Request request) {
      auto serve = [owner, method](Request inner, Caller caller, Trace trace) {
        return (owner.get()->*method)(std::move(inner), std::move(caller), std::move(trace));
      };
      return on(services.home, as_caller(services, role, std::move(request), std::move(serve)));
    };
    router.add(verb, path, std::move(handler), std::move(bounds));
  };
  net::RouteLimits batch{limits.batch_bytes, {"application/json", "application/x-ndjson"}};
  net::RouteLimits one{limits.body_bytes, {"application/json"}};
  add("POST", "/v1/signals", "sender", signals, &Signals::post, batch);
  add("GET", "/v1/signals/{id}", "sender", signals, &Signals::get, {0, {}});
  add("POST", "/v1/queries", "procesregisseur", questions, &Questions::post, one);
  add("GET", "/v1/matches", "procesregisseur", questions, &Questions::matches, {0, {}});
}

}  // namespace sluis::gateway::api
