// One record of the audit log: who did what, with whose signal, why, and under which rule.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/time.hpp"
#include "crypto/bytes.hpp"
#include "gateway/store/rows.hpp"

namespace sluis::gateway::audit {

enum class Outcome : std::uint8_t { permit, deny, error };

struct Actor {
  std::string kind;  // "client", "partner", "gateway", ...
  std::string id;
  std::string role;
  std::string on_behalf_of;
};

struct Object {
  std::string kind;  // "signal", "envelope", "match", "key", ...
  std::string id;
};

/// No name, number, address, content or pseudonym: a person and a case are there as commitments
/// alone. A text that is empty, and an optional that is not there, is left out of the JSON.
struct Record {
  std::string id;  // random UUID
  config::Timestamp at{};
  std::string trace_id{}, span_id{}, parent_span_id{};
  std::string action{};
  Outcome outcome = Outcome::error;
  Actor actor{};
  std::string counterparty{};  // partner id
  std::string activity{};      // URI of the processing activity
  std::string purpose{}, legal_basis{};
  std::optional<crypto::Array<32>> case_commitment{};
  std::string rule{};
  std::string policy{};  // hash of the policy in force
  Object object{};
  std::optional<crypto::Array<32>> subject{};
  std::optional<std::uint64_t> count{};
  std::string receipt{};  // the partner's signed receipt, its JSON as a text
};

inline constexpr int record_version = 1;
inline constexpr std::size_t max_record_bytes = 4096;

/// RFC 8785 JSON: `v`, `id`, `at` (to the millisecond), `traceId`, … Throws std::logic_error for
/// what no record may be: longer than 4 KiB, bad UTF-8, no id, a count of 2^53 or more.
[[nodiscard]] std::string canonical(const Record& record);

/// True for a text that `canonical` may have made, or a later version of it: one JSON object in its
/// RFC 8785 form whose keys are ASCII and whose numbers are integers below 2^53, within 4 KiB.
[[nodiscard]] bool is_canonical_record(std::string_view text) noexcept;

/// What a record shows of a person or a case, and the row that lets it be found, and forgotten.
struct Commitment {
  crypto::Array<32> value;  // SHA-256(salt || references)
  store::AuditSubject row;
};

/// With a fresh salt, so that two records about one person do not show it. `kind` is "person" or
/// "case".
[[nodiscard]] Commitment commit(const std::string& record_id, std::string_view kind,
                                const std::vector<crypto::Array<32>>& references);
/// The value again, for who holds the row.
[[nodiscard]] crypto::Array<32> commitment_of(const store::AuditSubject& row);

// References: HMAC-SHA-256 under the gateway's own key, over a label and the parts, `00` between.
// Who has the database and not the key learns nothing from them.
[[nodiscard]] crypto::Array<32> reference_of_linkage(crypto::View key, std::string_view kind,
                                                     std::string_view value);
[[nodiscard]] crypto::Array<32> reference_of_tag(crypto::View key, std::string_view domain,
                                                 std::string_view epoch, std::string_view kind,
                                                 crypto::View tag);
[[nodiscard]] crypto::Array<32> reference_of_case(crypto::View key, std::string_view id);

}  // namespace sluis::gateway::audit
