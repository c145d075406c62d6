// Who asks at /peer/v1: the active partner whose OIN the client certificate bears.
#pragma once

#include "gateway/core/recorder.hpp"
#include "gateway/net/message.hpp"
#include "gateway/net/problem.hpp"

namespace sluis::gateway::peer {

using net::Request;
using net::Response;

[[nodiscard]] const config::Partner* partner_of(const Request& request, const Standing& standing);
[[nodiscard]] Trace trace_of(const Request& request);
/// A refusal to a partner never repeats what it sent, and says no more than its code and place.
[[nodiscard]] Response refused(const config::Error& why);
/// Refuses somebody who is no active partner. Resumes when it is recorded.
Task<Response> refuse_stranger(const Recorder& recorder, const Request& request, Trace trace);

/// Runs `serve(partner, request, trace)` for an active partner; refuses and records anybody else.
/// Where no record could be made durable nothing has happened: 503.
template <class Serve>
Task<Response> as_partner(const Region& region, const Recorder& recorder, Request request,
                          Serve serve) {
  const auto standing = region.standing();
  const auto trace = trace_of(request);
  const auto* partner = partner_of(request, *standing);
  // Named first: see the compiler's faults in gateway/README.md.
  std::optional<Response> answer;
  try {
    if (partner != nullptr) {
      auto id = partner->id;
      answer = co_await serve(std::move(id), std::move(request), trace);
    } else {
      answer = co_await refuse_stranger(recorder, request, trace);
    }
  } catch (const store::Unavailable&) {
    answer = net::problem(config::Code::unavailable);
  }
  co_return std::move(*answer);
}

}  // namespace sluis::gateway::peer
