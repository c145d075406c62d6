// Matches and answers as people read them: what the gateway let through, and nothing else.
#pragma once

#include <iosfwd>
#include <nlohmann/json.hpp>

namespace sluis::gateway::cli {

/// One match of GET /v1/matches or POST /v1/queries: a heading, and a paragraph for each signal.
void print_match(std::ostream& out, const nlohmann::json& match);

/// The decisions and deliveries of GET /v1/signals/{id}.
void print_signal(std::ostream& out, const nlohmann::json& signal);

}  // namespace sluis::gateway::cli
