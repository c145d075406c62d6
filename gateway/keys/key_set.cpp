#include "gateway/keys/key_set.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include "crypto/sign.hpp"
#include "crypto/threshold.hpp"

namespace sluis::gateway {

using config::Code;
using config::Directory;
using config::error;
using config::Result;

namespace {

std::string name_of(const Transcript& transcript) {
  return "domain \"" + transcript.domain.str() + "\", epoch \"" + transcript.epoch.str() +
         "\", use \"" + transcript.use + "\"";
}

const config::Epoch* epoch_of(const Transcript& transcript, const Directory& directory) {
  const auto* domain = directory.domain(transcript.domain);
  if (domain == nullptr) return nullptr;
  const auto found = std::ranges::find(domain->epochs, transcript.epoch, &config::Epoch::id);
  return found == domain->epochs.end() ? nullptr : &*found;
}

/// What of the ceremony is not what the directory names, or nothing.
std::string difference(const Transcript& transcript, const config::Epoch& epoch,
                       const Directory& directory) {
  if (transcript.region != directory.region()) return "another region";
  if (transcript.ceremony != epoch.ceremony) return "another ceremony";
  if (transcript.attempt != epoch.attempt) return "another attempt";
  if (transcript.threshold != epoch.threshold) return "another threshold";
  if (transcript.use != "tag" && transcript.use != "lock") return "an unknown use";
  if (transcript.holders.size() != epoch.holders.size()) return "another number of holders";
  for (std::size_t i = 0; i < epoch.holders.size(); ++i) {
    const auto& member = transcript.holders[i];
    const auto* partner = directory.partner(epoch.holders[i]);
    if (member.number != i + 1 || member.id != epoch.holders[i] || partner == nullptr) {
      return "another holder " + std::to_string(i + 1);
    }
    if (member.sign_key != partner->sign_key) {
      return "another signKey of holder \"" + member.id.str() + "\" than the directory's";
    }
  }
  return {};
}

/// In a first making every holder deals, and nothing came before.
bool is_first_making(const Transcript& transcript) {
  const auto same = [](const CeremonyMember& a, const CeremonyMember& b) {
    return a.number == b.number && a.id == b.id && a.sign_key == b.sign_key;
  };
  return transcript.ceremony == "make" && !transcript.previous &&
         std::ranges::equal(transcript.dealers, transcript.holders, same);
}

/// A_0 … A_{t−1} of the joint polynomial: the dealers' commitments added up.
std::optional<std::vector<crypto::Element>> joint_commitments(const Transcript& transcript) {
  if (transcript.commitments.size() != transcript.dealers.size()) return std::nullopt;
  std::vector<crypto::Element> sums;
  for (std::size_t j = 0; j < transcript.threshold; ++j) {
    std::optional<crypto::Element> sum;
    for (const auto& of_dealer : transcript.commitments) {
      if (of_dealer.size() != transcript.threshold) return std::nullopt;
      const auto element = crypto::Element::parse(of_dealer[j]);
      if (!element) return std::nullopt;
      sum = sum ? sum->add(*element) : element;
      if (!sum) return std::nullopt;
    }
    if (!sum) return std::nullopt;
    sums.push_back(*sum);
  }
  return sums;
}

/// K and K_i from the commitments, where the transcript says the same.
std::optional<KeySet> recomputed(const Transcript& transcript) {
  const auto sums = joint_commitments(transcript);
  if (!sums || sums->front().bytes() != transcript.key) return std::nullopt;
  const auto count = transcript.holders.size();
  const auto shares = crypto::key_shares_from_commitments(*sums, static_cast<std::uint32_t>(count));
  if (!shares || transcript.holder_keys.size() != count) return std::nullopt;
  KeySet keys{transcript.generation, transcript.threshold, sums->front(), {}};
  for (std::size_t i = 0; i < count; ++i) {
    if ((*shares)[i].bytes() != transcript.holder_keys[i]) return std::nullopt;
    const auto& member = transcript.holders[i];
    keys.holders.push_back({member.number, member.id, (*shares)[i]});
  }
  return keys;
}

Result<void> check_signatures(const Transcript& transcript) {
  const auto message = transcript.signed_bytes();
  for (std::size_t i = 0; i < transcript.holders.size(); ++i) {
    const auto& member = transcript.holders[i];
    if (i >= transcript.signatures.size() ||
        !crypto::verify(member.sign_key, message, transcript.signatures[i])) {
      return error(Code::bad_signature, name_of(transcript) + ": holder \"" + member.id.str() +
                                            "\" did not sign this transcript");
    }
  }
  return {};
}

}  // namespace

Result<KeySet> verify(std::span<const Transcript> chain, const Directory& directory) {
  const auto& transcript = chain.front();
  const auto refuse = [&](Code code, const std::string& why) {
    return error(code, name_of(transcript) + ": " + why);
  };
  const auto* epoch = epoch_of(transcript, directory);
  if (epoch == nullptr) return refuse(Code::invalid, "the directory has no such epoch");
  if (transcript.generation != epoch->generation) {
    return refuse(Code::generation, "generation " + std::to_string(transcript.generation) +
                                        ", but the directory names " +
                                        std::to_string(epoch->generation));
  }
  if (const auto other = difference(transcript, *epoch, directory); !other.empty()) {
    return refuse(Code::invalid, other);
  }
  if (!is_first_making(transcript)) {
    return refuse(Code::invalid,
                  "only transcripts of a first making (ceremony \"make\", all holders dealing) can "
                  "be verified");
  }
  auto keys = recomputed(transcript);
  if (!keys) return refuse(Code::invalid, "its keys do not follow from its commitments");
  const auto signatures = check_signatures(transcript);
  if (!signatures) return signatures.failure();
  return std::move(*keys);
}

}  // namespace sluis::gateway
