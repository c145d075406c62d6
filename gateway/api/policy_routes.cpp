#include "gateway/api/policy_routes.hpp"

#include "config/object_reader.hpp"
#include "gateway/api/access.hpp"
#include "gateway/api/language.hpp"
#include "gateway/core/policy_views.hpp"
#include "policy/explain.hpp"
#include "policy/question.hpp"

namespace sluis::gateway::api {

using config::Json;
using config::Result;

namespace {

constexpr std::size_t question_bytes = 8192;
constexpr std::string_view officer = "privacy-officer";

class PolicyRoutes {
 public:
  PolicyRoutes(Services services, const config::Settings& settings)
      : services_(std::move(services)), settings_(settings) {}

  [[nodiscard]] const Services& services() const { return services_; }

  Task<Response> show(Request request, Caller caller, Trace trace) {
    const auto language = language_of(request);
    const auto standing = services_.region.standing();
    auto answer = policy_in_force(settings_, *standing, language);
    co_return co_await recorded("policy.read", std::move(answer), language, std::move(caller),
                                std::move(trace));
  }

  Task<Response> explain(Request request, Caller caller, Trace trace) {
    const auto language = language_of(request);
    const auto standing = services_.region.standing();
    const auto today = standing->directory->time_zone().local_day(services_.region.now());
    std::vector<config::Error> errors;
    policy::Asked asked;
    if (const auto json = config::parse_json(request.body)) {
      config::ObjectReader::read(*json, "", errors, [&](config::ObjectReader& in) {
        asked = policy::read_question(in, today);
      });
    } else {
      errors.push_back(json.failure());
    }
    if (!errors.empty())
      co_return co_await refuse(services_, std::move(caller), "policy.explain", std::move(errors),
                                std::move(trace));
    const auto explanation =
        policy::explain(*standing->policy, policy::Surroundings::of(*standing->directory),
                        asked.question, asked.counters);
    Result<Json> answer(in_language(policy::to_json(explanation), language));
    co_return co_await recorded("policy.explain", std::move(answer), language, std::move(caller),
                                std::move(trace));
  }

  Task<Response> gaps(Request request, Caller caller, Trace trace) {
    const auto language = language_of(request);
    const auto standing = services_.region.standing();
    auto answer = policy_gaps(settings_, *standing, services_.region.now());
    if (answer) *answer = in_language(std::move(*answer), language);
    co_return co_await recorded("policy.compare", std::move(answer), language, std::move(caller),
                                std::move(trace));
  }

 private:
  /// The answer, once the record of it is durable.
  Task<Response> recorded(std::string_view action, Result<Json> answer, policy::Language language,
                          Caller caller, Trace trace) {
    const auto outcome = answer ? audit::Outcome::permit : audit::Outcome::deny;
    auto record = services_.recorder.start(action, outcome, actor_of(caller), trace);
    record.object = {"policy", services_.region.self().str()};
    if (!answer) {
      auto why = answer.failure();
      co_await services_.recorder.refuse(std::move(record), why);
      co_return net::problem(why);
    }
    std::vector<audit::Record> records;
    records.push_back(std::move(record));
    co_await services_.recorder.append_alone(std::move(records));
    co_return told(200, *answer, language);
  }

  const Services services_;
  const config::Settings& settings_;
};

}  // namespace

void add_policy_routes(net::Router& router, Services services, const config::Settings& settings) {
  const auto routes = std::make_shared<PolicyRoutes>(std::move(services), settings);
  using Method = Task<Response> (PolicyRoutes::*)(Request, Caller, Trace);
  const auto add = [&](const std::string& verb, std::string_view path, Method method,
                       std::size_t bytes) {
    net::RouteLimits limits{bytes, {}};
    if (bytes > 0) limits.content_types = {"application/json"};
    net::Handler handler = [routes, method](Request request) {
      auto serve = [routes, method](Request inner, Caller caller, Trace trace) {
        return (routes.get()->*method)(std::move(inner), std::move(caller), std::move(trace));
      };
      return on(routes->services().home,
                as_caller(routes->services(), officer, std::move(request), std::move(serve)));
    };
    router.add(verb, path, std::move(handler), std::move(limits));
  };
  add("GET", "/v1/policy", &PolicyRoutes::show, 0);
  add("POST", "/v1/policy/explanations", &PolicyRoutes::explain, question_bytes);
  add("GET", "/v1/policy/gaps", &PolicyRoutes::gaps, 0);
}

}  // namespace sluis::gateway::api
