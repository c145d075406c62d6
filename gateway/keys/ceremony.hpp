// One gateway's part in making or changing a key with the others, without a dealer (protocol.md
// §6). Pure: messages in, messages out; who carries, keeps and times them stands elsewhere.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "config/ids.hpp"
#include "config/object_reader.hpp"
#include "config/result.hpp"
#include "crypto/polynomial.hpp"
#include "crypto/scalar.hpp"
#include "crypto/seal.hpp"
#include "crypto/secret.hpp"
#include "crypto/sign.hpp"
#include "gateway/keys/ceremony_plan.hpp"
#include "gateway/keys/joint_key.hpp"
#include "gateway/keys/round_message.hpp"

namespace sluis::gateway {

/// Of a party that did not do what it must, with what it signed: one message that does not check,
/// or two that differ. A wrong share shows only to who can open its box.
struct CeremonyFault {
  config::PartnerId partner;
  std::string reason;
  std::vector<RoundMessage> proof;
};

/// One ceremony as one party sees it; dealers, holders, and those that only look on. An object
/// belongs to one thread at a time.
///
/// To be kept by the caller, or a key can leak or split:
/// - of each (domain, epoch, use, generation, attempt) one ceremony is ever begun; after that it is
///   restored. Where the directory has come to name another `cer` for these, it is not begun again:
///   the attempt must be raised. So a holder signs at most one transcript for them.
/// - what `serialise` gives is durable after `begin`, `receive` and `advance` changed something and
///   before any message of ours leaves. A restart then repeats the same messages and never deals
///   anew.
/// - every participant is given all of `messages()`, those of others too, until all have
///   acknowledged: a second story that a dealer told elsewhere shows in no other way.
class Ceremony {
 public:
  /// What of this gateway's own keys it takes; of the seal keys any may open a box.
  struct OwnKeys {
    const crypto::SigningKey& sign;
    std::span<const crypto::SealKey> seal;
  };

  /// With a fresh random polynomial where `self` deals. `old_share` is the one of the previous
  /// generation, for who deals in a refresh or reshare; `invalid` where it is missing then, or not
  /// the one of the previous transcript. Nobody else needs one.
  [[nodiscard]] static config::Result<Ceremony> begin(CeremonyPlan plan, config::PartnerId self,
                                                      const crypto::SecretScalar* old_share);
  /// All of it: plan, polynomial, shares received, messages, faults. It has secrets: store it
  /// sealed alone, and wipe it when all is acknowledged.
  [[nodiscard]] crypto::SecretBytes serialise() const;
  /// `invalid` unless `serialise` wrote it.
  [[nodiscard]] static config::Result<Ceremony> restore(crypto::View state);

  /// Takes one message, from whoever carried it, in any order. True when it was new. A refusal ends
  /// nothing and leaves no trace: `not_found` for another ceremony, `forbidden` for a sender that
  /// has no say in this round, `bad_signature`. What is signed and does not check, or contradicts
  /// what the same sender said before, is new: the fault then stands in `progress()`. So is what
  /// we signed ourselves and know nothing of: our state was lost, and the attempt must be raised.
  [[nodiscard]] config::Result<bool> receive(const RoundMessage& message, const OwnKeys& own);
  /// Makes our next messages, as far as those of the others allow. True when there is one. After a
  /// fault nothing more, but for the acknowledgement of a key that is in force. `conflict` when
  /// there is something to say and `own.sign` is not the signKey that `cer` names (the attempt must
  /// be raised), or there are boxes to open and the seal key that the plan names for us is missing.
  [[nodiscard]] config::Result<bool> advance(const OwnKeys& own);

  /// Ours and those received, by round and sender.
  [[nodiscard]] std::vector<RoundMessage> messages() const;

  struct Progress {
    Round round = Round::commit;  // the first that is not complete; acknowledge when all are
    std::vector<config::PartnerId> waiting_for;  // who has not spoken in it; silence names them
    std::vector<CeremonyFault> faults;           // the first one ended it, unless it was in force
    bool in_force = false;                       // all n signatures are there
    bool acknowledged = false;                   // every holder has all n: the old one may be wiped
  };
  [[nodiscard]] Progress progress() const;

  [[nodiscard]] const CeremonyPlan& plan() const noexcept { return plan_; }
  [[nodiscard]] const crypto::Array<64>& cer() const noexcept { return cer_; }
  [[nodiscard]] const config::PartnerId& self() const noexcept { return self_; }

  /// With all n signatures; null until it is in force.
  [[nodiscard]] const Transcript* transcript() const;
  /// Our share of the new generation; null until it is in force, and for who holds none.
  [[nodiscard]] const crypto::SecretScalar* share() const;

 private:
  using Spoken = std::pair<Round, config::PartnerId>;

  Ceremony(CeremonyPlan plan, config::PartnerId self);

  /// Which scalars stand behind the public part of a state, in this order.
  struct KeptScalars {
    std::uint64_t coefficients = 0;
    bool old_share = false;
    std::vector<std::uint32_t> dealt_by;
  };
  static KeptScalars read_kept(config::ObjectReader& in);
  static config::Result<Ceremony> read(const config::Json& document, crypto::View scalars);
  [[nodiscard]] bool take(const KeptScalars& kept, crypto::View bytes);

  [[nodiscard]] const std::vector<CeremonyMember>& speakers(Round round) const;
  [[nodiscard]] const RoundMessage* said(Round round, const config::PartnerId& who) const;
  [[nodiscard]] bool checked_all(Round round) const;
  void add_fault(const config::PartnerId& partner, std::string reason,
                 std::vector<RoundMessage> proof);
  bool contradicted(const RoundMessage& before, const RoundMessage& now);
  void keep(const RoundMessage& message);

  /// Checks what has come, as far as it can be by now. Without seal keys no box is opened.
  void settle(std::span<const crypto::SealKey> seal_keys);
  void settle_dealing(const CeremonyMember& dealer, std::span<const crypto::SealKey> seal_keys);
  void settle_transcript();
  void settle_word(Round round, const CeremonyMember& holder);
  [[nodiscard]] std::span<const crypto::SealKey> usable(const OwnKeys& own) const;

  /// What we have to say now, and have not said yet.
  [[nodiscard]] std::optional<Round> next_round() const;
  [[nodiscard]] config::Result<config::Json> body_of(Round round, const OwnKeys& own) const;

  CeremonyPlan plan_;
  config::PartnerId self_;
  crypto::Array<64> cer_;
  std::optional<crypto::Polynomial> polynomial_;   // where we deal
  std::optional<crypto::SecretScalar> old_share_;  // refresh: what the new shares are added to
  std::map<Spoken, RoundMessage> messages_;
  std::vector<CeremonyFault> faults_;

  // What follows from these and from the boxes that we opened.
  std::map<std::uint32_t, crypto::SecretScalar> dealt_to_us_;  // by dealer; checked
  std::map<std::uint32_t, Commitments> dealings_;              // by dealer; checked
  std::set<Spoken> checked_;
  std::optional<Transcript> transcript_;  // once all dealings check
  crypto::Array<64> transcript_hash_{};
  std::optional<crypto::SecretScalar> share_;  // ours in it
};

}  // namespace sluis::gateway
