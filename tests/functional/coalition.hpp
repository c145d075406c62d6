// What partners that put together what they have can do with it: shares of the region's keys that
// are joined, and guesses that are put to the holders (protocol.md §3).
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/bytes.hpp"
#include "crypto/scalar.hpp"
#include "gateway/keys/key_name.hpp"
#include "gateway/keys/transcript.hpp"
#include "tests/functional/canary.hpp"
#include "tests/functional/region.hpp"

namespace sluis::test {

/// F(x), 64 bytes.
using Output = crypto::Array<64>;

/// Shares of one key, by their holders' numbers.
using Shares = std::map<std::uint32_t, crypto::SecretScalar>;

/// The newest transcript of this key that a gateway has: public.
[[nodiscard]] gateway::Transcript transcript_at(const TestRegion& region, std::string_view partner,
                                                const std::string& use);
[[nodiscard]] std::uint32_t number_of(const gateway::Transcript& key, std::string_view holder);
[[nodiscard]] gateway::KeyGeneration generation_of(const gateway::Transcript& key);

/// The share that is in `key_folder`, opened with a key file. Nothing where it does not open, or is
/// not there.
[[nodiscard]] std::optional<crypto::SecretScalar> share_in(const std::filesystem::path& key_folder,
                                                           const std::filesystem::path& key_file,
                                                           const gateway::KeyGeneration& of);

/// F as these shares give it when they are taken for as many as the threshold asks.
[[nodiscard]] Output evaluate_joined(const Shares& shares, const crypto::Bytes& input);

/// How often any of these 32 bytes, given in base64url, is in the files below a folder: as bytes or
/// as text.
[[nodiscard]] std::size_t times_found(const std::filesystem::path& folder,
                                      const std::vector<std::string>& values);

/// x for a person by number.
[[nodiscard]] crypto::Bytes input_of(const gateway::Transcript& key, const Canary& person);

/// One guess: x put to holders over /peer/v1, as `partner`.
struct Guess {
  std::optional<Output> output;    // when all of them answered, with a proof that verifies
  std::vector<std::string> codes;  // of those that refused
  std::vector<std::string> seen;   // what went over the wire, in base64url
};
/// `own` are shares that the partner has itself: it asks the others alone.
[[nodiscard]] Guess ask(TestRegion& region, std::string_view partner,
                        const std::vector<std::string>& holders, const gateway::Transcript& key,
                        const crypto::Bytes& input, const Shares& own = {});

}  // namespace sluis::test
