// Who calls, and may they: bearer tokens and roles, before anything else is looked at.
#pragma once

#include "gateway/api/routes.hpp"
#include "gateway/net/problem.hpp"

namespace sluis::gateway::api {

using net::Request;
using net::Response;

/// The trace that the caller's `traceparent` continues, or a fresh one.
[[nodiscard]] Trace trace_of(const Request& request);

/// The caller that the bearer token stands for; nothing when there is none in force.
[[nodiscard]] std::optional<Caller> caller_of(const Request& request, const Services& services);

/// 401 with how to get in. Recorded in the tally.
[[nodiscard]] Response unauthenticated(const Services& services);

/// 403 for a caller of another role. Resumes when it is recorded.
Task<Response> wrong_role(const Services& services, Caller caller, std::string_view role,
                          Trace trace);

/// Records a refusal of this caller and gives its problem document.
Task<Response> refuse(const Services& services, Caller caller, std::string_view action,
                      std::vector<config::Error> errors, Trace trace);

/// Runs `serve(request, caller, trace)` for a caller with this role. Where no record could be made
/// durable nothing has happened: 503.
template <class Serve>
Task<Response> as_caller(const Services& services, std::string_view role, Request request,
                         Serve serve) {
  auto trace = trace_of(request);
  auto caller = caller_of(request, services);
  if (!caller) co_return unauthenticated(services);
  // Named first: see the compiler's faults in gateway/README.md.
  std::optional<Response> answer;
  try {
    if (caller->role == role) {
      answer = co_await serve(std::move(request), std::move(*caller), std::move(trace));
    } else {
      answer = co_await wrong_role(services, std::move(*caller), role, std::move(trace));
    }
  } catch (const store::Unavailable&) {
    answer = net::problem(config::Code::unavailable);
  }
  co_return std::move(*answer);
}

}  // namespace sluis::gateway::api
