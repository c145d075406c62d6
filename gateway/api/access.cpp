#include "gateway/api/access.hpp"

namespace sluis::gateway::api {

using config::Code;
using config::error;

Trace trace_of(const Request& request) {
  const auto* header = request.header("traceparent");
  return Trace::continued(header == nullptr ? "" : *header);
}

std::optional<Caller> caller_of(const Request& request, const Services& services) {
  constexpr std::string_view scheme = "Bearer ";
  const auto* header = request.header("authorization");
  if (header == nullptr || !header->starts_with(scheme)) return std::nullopt;
  return services.tokens.check(std::string_view(*header).substr(scheme.size()),
                               services.region.now());
}

Response unauthenticated(const Services& services) {
  services.tally.note("api.authenticate", config::code_name(Code::unauthenticated));
  auto response = net::problem(Code::unauthenticated,
                               "send `Authorization: Bearer <token>` with a token in force; an "
                               "operator makes one with `sluis token create`");
  response.set_header("WWW-Authenticate", "Bearer");
  return response;
}

Task<Response> wrong_role(const Services& services, Caller caller, std::string_view role,
                          Trace trace) {
  auto why = error(Code::forbidden, "this needs a token of the role \"" + std::string(role) + "\"");
  auto record = services.recorder.start("api.call", audit::Outcome::deny, actor_of(caller), trace);
  co_await services.recorder.refuse(std::move(record), why);
  co_return net::problem(Code::forbidden, why.detail);
}

Task<Response> refuse(const Services& services, Caller caller, std::string_view action,
                      std::vector<config::Error> errors, Trace trace) {
  const auto code = errors.front().code;
  auto record = services.recorder.start(action, audit::Outcome::deny, actor_of(caller), trace);
  co_await services.recorder.refuse(std::move(record), errors.front());
  co_return net::problem(code, {}, std::move(errors));
}

}  // namespace sluis::gateway::api
