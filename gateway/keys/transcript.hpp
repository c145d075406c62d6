// The signed account of how a key of the region was made (protocol.md §6).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/ids.hpp"
#include "config/json.hpp"
#include "config/result.hpp"
#include "crypto/bytes.hpp"

namespace sluis::gateway {

struct CeremonyMember {
  std::uint32_t number;  // from 1
  config::PartnerId id;
  crypto::Array<32> sign_key;
};

/// What the holders of a key agreed on and signed, once the rounds of §6 were done. Values as they
/// were read: `verify` says what they are worth.
struct Transcript {
  std::string region;
  config::DomainId domain;
  config::EpochId epoch;
  std::string use;  // "tag" or "lock"
  std::uint64_t generation = 0;
  std::string ceremony;
  std::uint64_t attempt = 0;
  std::uint32_t threshold = 0;
  std::vector<CeremonyMember> dealers, holders;
  std::optional<crypto::Array<64>> previous;  // H of the previous generation's transcript
  std::vector<std::vector<crypto::Array<32>>>
      commitments;                             // A_ij of each dealer: t; refresh: t − 1
  crypto::Array<32> key{};                     // K
  std::vector<crypto::Array<32>> holder_keys;  // K_1 … K_n
  std::vector<crypto::Array<64>> signatures;   // one a holder, in their order

  /// The hash that names the ceremony.
  [[nodiscard]] crypto::Array<64> cer() const;
  /// What each holder signs.
  [[nodiscard]] crypto::Bytes signed_bytes() const;
  /// H of the transcript: SHA-512 of `signed_bytes`. `previous` of the next one, and what holders
  /// compare. A signature that was made anew does not change it.
  [[nodiscard]] crypto::Array<64> hash() const;

  [[nodiscard]] config::Json json() const;
  /// Reads what `json` wrote; faults go to `errors` with their pointers under `pointer`.
  [[nodiscard]] static std::optional<Transcript> parse(const config::Json& value,
                                                       const std::string& pointer,
                                                       std::vector<config::Error>& errors);
};

}  // namespace sluis::gateway
