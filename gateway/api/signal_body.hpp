// The bodies of /v1 that tell of a person: JSON to typed requests (api.md).
#pragma once

#include <string_view>
#include <vector>

#include "config/vocabulary.hpp"
#include "gateway/core/audit_reading.hpp"
#include "gateway/core/query.hpp"
#include "gateway/core/submission.hpp"
#include "gateway/keys/gateway_keys.hpp"

namespace sluis::gateway::api {

using Errors = std::vector<config::Error>;

/// How far a sender's clock may be ahead of ours.
inline constexpr std::chrono::minutes clock_skew{5};

/// One signal. Adds an error, with its pointer, for each thing that is wrong, and gives nothing
/// then; no error holds a value.
[[nodiscard]] std::optional<Submission> read_signal(std::string_view body,
                                                    const config::Vocabulary& vocabulary,
                                                    const BodyKey& body_key, config::Timestamp now,
                                                    Errors& errors);

/// {"person","purpose","case"?}.
[[nodiscard]] std::optional<PersonQuery> read_query(std::string_view body,
                                                    const config::Vocabulary& vocabulary,
                                                    Errors& errors);

/// {"person"} or {"case"}: one of the two.
[[nodiscard]] std::optional<SubjectRequest> read_subject_request(std::string_view body,
                                                                 Errors& errors);

}  // namespace sluis::gateway::api
