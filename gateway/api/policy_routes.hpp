// What the privacy officer asks of the policy: /v1/policy.
#pragma once

#include "gateway/api/routes.hpp"

namespace sluis::gateway::api {

/// Adds, for a token with the role privacy-officer and no other, in Dutch or by Accept-Language in
/// English:
/// - GET /v1/policy: the policy in force, its text, signers and sentences;
/// - POST /v1/policy/explanations: a question as policy/README.md has it, without any person → the
///   decision, the rules that were looked at, and which condition of each does not hold;
/// - GET /v1/policy/gaps: our policy beside those that partners gave.
/// Each is recorded, durably so before it is answered. `settings` outlives the router.
void add_policy_routes(net::Router& router, Services services, const config::Settings& settings);

}  // namespace sluis::gateway::api
