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
#include "tests/functional/attack.hpp"
#include "tests/functional/canary.hpp"
#include "tests/functional/region.hpp"

namespace sluis::test {

/// F(x), 64 bytes.
using Output = crypto::Array<64>;

/// Shares of one key, by their holders' numbers.
using Shares = std::map<std::uint32_t, crypto::SecretScalar>;

/// The newest transcript of this key that a gateway has: public.
[[nodiscard]] gateway::Transcript transcript_at(const TestRegion& region, std::string_view partner,
                                                const std::string& use,
                                                const std::string& domain = "zvh");
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

/// Every t of the demo's holders.
extern const std::vector<std::vector<std::string>> holder_pairs;

/// A signal that was taken: its id and a word of its content that occurs nowhere else.
struct Sent {
  config::SignalId id;
  std::string word;
};
[[nodiscard]] Sent send(TestRegion& region, Aviary& aviary, std::string_view partner,
                        const Canary& person);
[[nodiscard]] bool holds(const std::optional<std::string>& content, const std::string& word);

/// A copy of a partner's folder: all of it, or what lies in its data folder alone (the database,
/// and files sealed under storeKey).
[[nodiscard]] std::filesystem::path stolen(TestRegion& region, std::string_view partner,
                                           bool with_keys);
[[nodiscard]] const gateway::store::Link& bsn_link(const Attack& attack,
                                                   const config::SignalId& id);
/// Tries what this person's lock would open with, if it is the person.
void add_lock(Attack& attack, const Output& output);

}  // namespace sluis::test
