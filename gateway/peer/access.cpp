#include "gateway/peer/access.hpp"

namespace sluis::gateway::peer {

using config::Code;

const config::Partner* partner_of(const Request& request, const Standing& standing) {
  if (!request.peer_oin) return nullptr;
  const auto oin = config::Oin::parse(*request.peer_oin);
  const auto* partner = oin ? standing.directory->partner_by_oin(*oin) : nullptr;
  return partner != nullptr && partner->active ? partner : nullptr;
}

Trace trace_of(const Request& request) {
  const auto* header = request.header("traceparent");
  return Trace::continued(header == nullptr ? "" : *header);
}

Response refused(const config::Error& why) {
  if (why.code == Code::invalid || why.code == Code::too_large) {
    return net::problem(why.code, {}, {why});
  }
  return net::problem(config::Error{why.code, {}, {}, why.retry_after_seconds});
}

Task<Response> refuse_stranger(const Recorder& recorder, const Request& request, Trace trace) {
  auto why = config::error(Code::forbidden, "no active partner bears this certificate's OIN");
  audit::Actor actor;
  actor.kind = "unknown";
  // The OIN of a certificate that chains to the region's CA; a suspended partner is known by it.
  actor.id = request.peer_oin && config::is_oin(*request.peer_oin) ? *request.peer_oin : "none";
  auto record =
      recorder.start("peer.connect", audit::Outcome::deny, std::move(actor), std::move(trace));
  co_await recorder.refuse(std::move(record), why);
  co_return refused(why);
}

}  // namespace sluis::gateway::peer
