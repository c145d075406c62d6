#include "gateway/keys/key_set.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <string>

#include "crypto/sign.hpp"
#include "gateway/keys/ceremony_plan.hpp"
#include "gateway/keys/joint_key.hpp"

namespace sluis::gateway {

using config::Code;
using config::Directory;
using config::error;
using config::Result;

namespace {

/// Whether what this gateway verified before, under an earlier directory, still counts.
enum class Trust { directory_alone, kept };

std::string name_of(const Transcript& transcript) {
  return "domain \"" + transcript.domain.str() + "\", epoch \"" + transcript.epoch.str() +
         "\", use \"" + transcript.use + "\", generation " + std::to_string(transcript.generation);
}

/// Whatever signKey it had in the ceremony of either.
bool same_member(const CeremonyMember& a, const CeremonyMember& b) {
  return a.number == b.number && a.id == b.id;
}

/// All holders deal, and only they.
bool holders_deal(const Transcript& of) {
  return std::ranges::equal(of.dealers, of.holders, [](const auto& a, const auto& b) {
    return same_member(a, b) && a.sign_key == b.sign_key;
  });
}

/// What of the ceremony is not what the directory names, or nothing.
std::string difference(const Transcript& transcript, const config::Epoch& epoch) {
  if (transcript.ceremony != epoch.ceremony) return "another ceremony";
  if (transcript.attempt != epoch.attempt) return "another attempt";
  if (transcript.threshold != epoch.threshold) return "another threshold";
  if (transcript.holders.size() != epoch.holders.size()) return "another number of holders";
  for (std::size_t i = 0; i < epoch.holders.size(); ++i) {
    if (transcript.holders[i].id != epoch.holders[i]) {
      return "another holder " + std::to_string(i + 1);
    }
  }
  return {};
}

/// That the directory names the last transcript; or, of one that was kept, an earlier one.
Result<void> check_named(const Transcript& last, const Directory& directory, Trust trust) {
  const auto refuse = [&](Code code, const std::string& why) {
    return error(code, name_of(last) + ": " + why);
  };
  if (last.region != directory.region()) return refuse(Code::invalid, "another region");
  if (last.use != "tag" && last.use != "lock") return refuse(Code::invalid, "an unknown use");
  const auto* epoch = named_epoch(directory, last.domain, last.epoch);
  if (epoch == nullptr) return refuse(Code::invalid, "the directory has no such epoch");
  const bool earlier = last.generation < epoch->generation ||
                       (last.generation == epoch->generation && last.attempt < epoch->attempt);
  if (earlier && trust == Trust::kept) return {};
  if (last.generation != epoch->generation) {
    return refuse(Code::generation,
                  "the directory names generation " + std::to_string(epoch->generation));
  }
  const auto other = difference(last, *epoch);
  if (!other.empty()) return refuse(Code::invalid, other);
  return {};
}

/// Numbers from 1 in order, nobody twice, and a threshold that they can meet.
bool has_sound_holders(const Transcript& of) {
  std::set<std::string> ids;
  for (std::size_t i = 0; i < of.holders.size(); ++i) {
    if (of.holders[i].number != i + 1 || !ids.insert(of.holders[i].id.str()).second) return false;
  }
  return of.threshold >= 2 && of.threshold <= of.holders.size();
}

/// t distinct old holders under their old numbers, in order.
bool old_holders_deal(const Transcript& of, const Transcript& previous) {
  std::uint32_t last = 0;
  for (const auto& dealer : of.dealers) {
    if (dealer.number <= last || dealer.number > previous.holders.size() ||
        !same_member(dealer, previous.holders[dealer.number - 1])) {
      return false;
    }
    last = dealer.number;
  }
  return of.dealers.size() == previous.threshold;
}

/// What keeps `of` from being a first making, or from following `previous`; or nothing.
std::string misfit(const Transcript& of, const Transcript* previous) {
  if (!has_sound_holders(of)) return "its holders and threshold do not fit";
  if (previous == nullptr) {
    if (of.ceremony != "make" || of.previous) return "not a first making; the earlier are missing";
    return holders_deal(of) ? "" : "not all holders deal, and only they";
  }
  if (of.region != previous->region || of.domain != previous->domain ||
      of.epoch != previous->epoch || of.use != previous->use) {
    return "follows a transcript of another key";
  }
  if (of.generation <= previous->generation) return "not a higher generation than the one before";
  if (of.previous != previous->hash()) return "names another transcript before it";
  if (of.ceremony == "refresh") {
    const bool same = of.threshold == previous->threshold && holders_deal(of) &&
                      std::ranges::equal(of.holders, previous->holders, same_member);
    return same ? "" : "a refresh by others than the holders before";
  }
  if (of.ceremony != "reshare") return "no ceremony that keeps a key";
  return old_holders_deal(of, *previous) ? "" : "not dealt by a threshold of the holders before";
}

/// K and K_i from the commitments, where the transcript says the same.
std::optional<JointKey> recomputed(const Transcript& of, const Transcript* previous) {
  if (of.commitments.size() != of.dealers.size()) return std::nullopt;
  std::vector<Commitments> dealers;
  for (std::size_t i = 0; i < of.dealers.size(); ++i) {
    auto checked = check_commitments(of, previous, of.dealers[i], of.commitments[i]);
    if (!checked) return std::nullopt;
    dealers.push_back(std::move(*checked));
  }
  const auto key = join(of, previous, dealers);
  const auto said = said_key(of);
  if (!key || !said || key->key != said->key || key->holder_keys != said->holder_keys) {
    return std::nullopt;
  }
  return key;
}

Result<JointKey> check_link(const Transcript& of, const Transcript* previous) {
  if (const auto fault = misfit(of, previous); !fault.empty()) {
    return error(Code::invalid, name_of(of) + ": " + fault);
  }
  auto key = recomputed(of, previous);
  if (!key) {
    return error(Code::invalid, name_of(of) + ": its keys do not follow from its commitments");
  }
  return std::move(*key);
}

Result<void> check_signatures(const Transcript& last, const Directory& directory, Trust trust,
                              std::span<const crypto::Array<32>> noted) {
  const auto signers = signers_of(last, directory, noted);
  for (std::size_t i = 0; i < last.holders.size(); ++i) {
    const auto& id = last.holders[i].id;
    const auto* partner = directory.partner(id);
    const bool now = partner != nullptr && signers[i] == partner->sign_key;
    if (now || (trust == Trust::kept && signers[i])) continue;
    return error(Code::bad_signature, name_of(last) + ": holder \"" + id.str() +
                                          "\" did not sign this transcript with the signKey that "
                                          "the directory names");
  }
  return {};
}

Result<KeySet> verify(std::span<const Transcript> chain, const Directory& directory, Trust trust,
                      std::span<const crypto::Array<32>> noted) {
  if (chain.empty()) return error(Code::invalid, "no transcript to verify");
  auto done = check_named(chain.back(), directory, trust);
  if (!done) return done.failure();
  auto keys = recompute(chain);
  if (!keys) return keys.failure();
  done = check_signatures(chain.back(), directory, trust, noted);
  if (!done) return done.failure();
  return keys;
}

}  // namespace

Result<KeySet> recompute(std::span<const Transcript> chain) {
  const Transcript* last = nullptr;
  std::optional<JointKey> key;
  for (const auto& each : chain) {
    auto link = check_link(each, last);
    if (!link) return link.failure();
    key = std::move(*link);
    last = &each;
  }
  if (last == nullptr) return error(Code::invalid, "no transcript to verify");
  KeySet keys{last->generation, last->threshold, key->key, {}};
  for (std::size_t i = 0; i < last->holders.size(); ++i) {
    keys.holders.push_back({last->holders[i].number, last->holders[i].id, key->holder_keys[i]});
  }
  return keys;
}

std::vector<std::optional<crypto::Array<32>>> signers_of(const Transcript& transcript,
                                                         const Directory& directory,
                                                         std::span<const crypto::Array<32>> noted) {
  const auto message = transcript.signed_bytes();
  std::vector<std::optional<crypto::Array<32>>> signers(transcript.holders.size());
  for (std::size_t i = 0; i < signers.size() && i < transcript.signatures.size(); ++i) {
    const auto& member = transcript.holders[i];
    const auto* partner = directory.partner(member.id);
    const auto take = [&](const crypto::Array<32>& key) {
      if (!signers[i] && crypto::verify(key, message, transcript.signatures[i])) signers[i] = key;
    };
    if (partner != nullptr) take(partner->sign_key);
    take(member.sign_key);
    if (i < noted.size()) take(noted[i]);
  }
  return signers;
}

Result<KeySet> verify(std::span<const Transcript> chain, const Directory& directory) {
  return verify(chain, directory, Trust::directory_alone, {});
}

Result<KeySet> verify_kept(std::span<const Transcript> chain, const Directory& directory,
                           std::span<const crypto::Array<32>> noted) {
  return verify(chain, directory, Trust::kept, noted);
}

}  // namespace sluis::gateway
