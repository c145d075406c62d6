// A key of the region as its users need it, and what must hold before anybody uses one
// (protocol.md §3, §6).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "config/directory.hpp"
#include "config/ids.hpp"
#include "config/result.hpp"
#include "crypto/element.hpp"
#include "gateway/keys/transcript.hpp"

namespace sluis::gateway {

/// Recomputed from the commitments, not taken from anybody's word.
struct KeySet {
  struct Holder {
    std::uint32_t number;
    config::PartnerId id;
    crypto::Element public_key;  // K_i
  };
  std::uint64_t generation;
  std::uint32_t threshold;
  crypto::Element public_key;  // K
  std::vector<Holder> holders;
};

/// Checks the transcripts of one (domain, epoch, use), oldest first, from the first making to the
/// generation that the directory names:
/// - the last one is the ceremony, generation, attempt, threshold and holders that the directory
///   names, and every holder signed it: with the signKey that it has in the directory now, whatever
///   key it had at the time of the ceremony;
/// - the first is a making by all its holders; each later one names the hash of the one before and
///   a higher generation, and follows from it: dealers, K and every K_i. Those before the last need
///   no signature: its signers vouch for their hash.
/// Gives the key; `invalid`, `generation` or `bad_signature` with what did not fit.
[[nodiscard]] config::Result<KeySet> verify(std::span<const Transcript> chain,
                                            const config::Directory& directory);

/// The same for what this gateway itself verified before and kept: the directory may by now name a
/// higher generation, which is still in the making, or another signKey of a holder, that has yet to
/// sign anew. Then the key of the time of the ceremony counts as well, and `noted`, one a holder:
/// the keys under which the last one's signatures were verified here. Never for what others send:
/// who was believed then is not asked again.
[[nodiscard]] config::Result<KeySet> verify_kept(std::span<const Transcript> chain,
                                                 const config::Directory& directory,
                                                 std::span<const crypto::Array<32>> noted = {});

/// The key of the last transcript as it follows from this chain, whoever signed it: for one that a
/// later transcript, which was verified, names by its hash. `invalid` where it does not follow.
[[nodiscard]] config::Result<KeySet> recompute(std::span<const Transcript> chain);

/// For each holder the signKey that its signature verifies under: the directory's of now, else that
/// of the ceremony, else the one noted; nothing where it verifies under none of them.
[[nodiscard]] std::vector<std::optional<crypto::Array<32>>> signers_of(
    const Transcript& transcript, const config::Directory& directory,
    std::span<const crypto::Array<32>> noted = {});

}  // namespace sluis::gateway
