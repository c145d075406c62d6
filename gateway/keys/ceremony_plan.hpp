// Who deals and who holds when a key is made or changed: what the directory's words come to.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/directory.hpp"
#include "config/result.hpp"
#include "gateway/keys/transcript.hpp"

namespace sluis::gateway {

/// Everything that the parties must know, and know alike, before the first round.
struct CeremonyPlan {
  Transcript ceremony;  // what `cer` names; without commitments, keys and signatures
  std::vector<config::PublicKey>
      seal_keys;                       // one a holder, in their order: its box is sealed to it
  std::optional<Transcript> previous;  // refresh, reshare: the key that is dealt on

  /// Dealers and holders, each once: everybody who must get every message.
  [[nodiscard]] std::vector<config::PartnerId> participants() const;
  /// Null where this partner has no such part.
  [[nodiscard]] const CeremonyMember* dealer(const config::PartnerId& id) const;
  [[nodiscard]] const CeremonyMember* holder(const config::PartnerId& id) const;

  [[nodiscard]] config::Json json() const;
  [[nodiscard]] static std::optional<CeremonyPlan> parse(const config::Json& value,
                                                         const std::string& pointer,
                                                         std::vector<config::Error>& errors);
};

/// Null where the directory has no such domain or epoch.
[[nodiscard]] const config::Epoch* named_epoch(const config::Directory& directory,
                                               const config::DomainId& domain,
                                               const config::EpochId& epoch);

/// The ceremony that the directory names for this key. `previous` is the verified transcript of the
/// generation in force; null where there is none.
///   make     all holders deal. `conflict` where there is a previous one: K would be another.
///   refresh  the same holders deal, under the same numbers and threshold; `conflict` otherwise.
///   reshare  t of the old holders deal under their old numbers: of those that are active partners
///            now, in the order of these numbers, t from place (attempt − 1) modulo their count on,
///            cyclically. So a lost holder is passed by when it is suspended or the attempt raised.
/// `not_found` where the directory has no such epoch; `conflict` where a holder is suspended, or
/// the generation is not above the previous one's, or too few old holders are left.
[[nodiscard]] config::Result<CeremonyPlan> plan_ceremony(const config::Directory& directory,
                                                         const config::DomainId& domain,
                                                         const config::EpochId& epoch,
                                                         std::string_view use,
                                                         const Transcript* previous);

}  // namespace sluis::gateway
