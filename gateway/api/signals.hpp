// POST /v1/signals, one or many, and GET /v1/signals/{id}.
#pragma once

#include "gateway/api/access.hpp"

namespace sluis::gateway::api {

class Signals {
 public:
  Signals(Services services, Limits limits) : services_(std::move(services)), limits_(limits) {}

  /// One signal: 202, or 200 for a repeat, or a problem. As ndjson: 200 with an answer line for
  /// each.
  Task<Response> post(Request request, Caller caller, Trace trace);
  /// Where it stands at every partner.
  Task<Response> get(Request request, Caller caller, Trace trace);

 private:
  struct Line;
  using Lines = std::vector<Line>;

  Task<Response> post_one(std::string body, policy::Language language, Caller caller, Trace trace);
  Task<Response> post_many(std::string body, policy::Language language, Caller caller, Trace trace);
  Task<void> record_malformed(const Lines& lines, const Caller& caller, const Trace& trace);
  config::Result<Lines> split(std::string_view body) const;

  const Services services_;
  const Limits limits_;
};

}  // namespace sluis::gateway::api
