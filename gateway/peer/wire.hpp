// The bodies of /peer/v1 between typed values and JSON (protocol.md §3, §5, §6).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/result.hpp"
#include "crypto/evaluation.hpp"
#include "gateway/core/envelope.hpp"
#include "gateway/core/peer_messages.hpp"
#include "gateway/keys/round_message.hpp"

namespace sluis::gateway::peer {

/// Body sizes that the other side must allow: 1,024 elements of 46 bytes; envelopes as the courier
/// batches them, in base64 twice over.
inline constexpr std::size_t evaluation_body_bytes = 128 * 1024;
inline constexpr std::size_t envelopes_body_bytes = 8 * 1024 * 1024;
/// Every message of a ceremony among some hundred holders.
inline constexpr std::size_t dealing_body_bytes = 8 * 1024 * 1024;
inline constexpr std::size_t max_round_messages = 4096;

[[nodiscard]] std::string evaluation_request(const EvaluationRequest& request);
[[nodiscard]] config::Result<EvaluationRequest> read_evaluation_request(std::string_view body);

[[nodiscard]] std::string evaluation_answer(std::uint64_t generation,
                                            const crypto::Evaluation& evaluation);
/// `expected` elements of the generation that was asked for, or an error.
[[nodiscard]] config::Result<crypto::Evaluation> read_evaluation_answer(std::string_view body,
                                                                        std::uint64_t generation,
                                                                        std::size_t expected);

[[nodiscard]] std::string envelopes_body(const std::vector<Envelope>& envelopes);
[[nodiscard]] config::Result<std::vector<Envelope>> read_envelopes(std::string_view body);

[[nodiscard]] std::string receipts_body(const std::vector<Receipt>& receipts);
[[nodiscard]] config::Result<std::vector<Receipt>> read_receipts(std::string_view body);

[[nodiscard]] std::string dealing_body(const Dealing& dealing);
[[nodiscard]] config::Result<Dealing> read_dealing(std::string_view body);

[[nodiscard]] std::string dealing_answer(const std::vector<RoundMessage>& messages);
[[nodiscard]] config::Result<std::vector<RoundMessage>> read_dealing_answer(std::string_view body);

}  // namespace sluis::gateway::peer
