// The directory: the partners, domains and words of a region, signed by its authorities
// (protocol.md §1). A gateway does nothing with a partner that does not stand in it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "config/ids.hpp"
#include "config/json.hpp"
#include "config/result.hpp"
#include "config/time.hpp"
#include "config/vocabulary.hpp"
#include "crypto/bytes.hpp"
#include "crypto/sign.hpp"

namespace sluis::config {

using PublicKey = crypto::Array<32>;
/// 32 bytes in base64url without padding, not all of them zero.
[[nodiscard]] Result<PublicKey> parse_public_key(std::string_view text);

struct Partner {
  PartnerId id;
  Oin oin;
  std::string name, kind;
  bool active = false;                 // "status": "active", otherwise "suspended"
  std::string peer_url;                // https://host[:port], nothing behind it
  PublicKey sign_key{};                // Ed25519: envelopes, receipts, transcripts
  std::vector<PublicKey> seal_keys;    // X25519; the first is the one to use, all are opened
  PublicKey log_key{}, witness_key{};  // Ed25519: checkpoints, cosignatures
};

/// A period with keys of its own, shared over `holders`.
struct Epoch {
  EpochId id;
  Timestamp from, until;  // in force from `from`, no longer at `until`
  std::vector<PartnerId> holders;
  unsigned threshold = 0;
  std::vector<std::uint8_t> lock_thresholds;
  std::uint64_t generation = 0;
  std::string ceremony;  // make, refresh, reshare
  std::uint64_t attempt = 0;
};

struct Domain {
  DomainId id;
  PartnerId recipient;
  std::vector<Epoch> epochs;
};

/// Whose signatures make a document the directory of `region`. From the settings, never from the
/// document.
struct Trust {
  std::string region;
  std::vector<PublicKey> authority_keys;
  unsigned threshold = 0;
};

/// A directory whose signatures and rules were checked. Immutable; share it as
/// `std::shared_ptr<const Directory>`, and look partners up in it for each request.
class Directory {
 public:
  /// Every rule of §1. `bad_signature` when fewer than the threshold of distinct authority keys
  /// signed, `invalid` with all faults otherwise. Whether it is in force now is `usable_at`.
  [[nodiscard]] static Result<Directory> read(std::string_view text, const Trust& trust);

  /// `expired` before validFrom and after validUntil.
  [[nodiscard]] Result<void> usable_at(Timestamp now) const;
  /// `conflict` unless this one may follow `previous`: the same region; no lower version, nor
  /// the same one with other bytes; no other recipient of a domain; no other lockThresholds, nor
  /// an earlier generation, of an epoch.
  [[nodiscard]] Result<void> check_successor(const Directory& previous) const;

  [[nodiscard]] const std::string& region() const noexcept { return region_; }
  [[nodiscard]] std::uint64_t version() const noexcept { return version_; }
  [[nodiscard]] Timestamp valid_from() const noexcept { return valid_from_; }
  [[nodiscard]] Timestamp valid_until() const noexcept { return valid_until_; }
  [[nodiscard]] const TimeZone& time_zone() const noexcept { return time_zone_; }
  [[nodiscard]] const Vocabulary& vocabulary() const noexcept { return vocabulary_; }
  [[nodiscard]] const std::vector<Partner>& partners() const noexcept { return partners_; }
  [[nodiscard]] const std::vector<Domain>& domains() const noexcept { return domains_; }

  /// Null for one that is not there. Suspended partners are there.
  [[nodiscard]] const Partner* partner(const PartnerId& id) const;
  [[nodiscard]] const Partner* partner_by_oin(const Oin& oin) const;
  [[nodiscard]] const Domain* domain(const DomainId& id) const;
  /// Two of them where one epoch overlaps the next.
  [[nodiscard]] static std::vector<const Epoch*> epochs_in_force(const Domain& domain,
                                                                 Timestamp now);

  /// SHA-256 of the RFC 8785 form without "signatures": what was signed, whoever signed it.
  [[nodiscard]] const crypto::Array<32>& hash() const noexcept { return hash_; }
  /// The document as it was read, with its signatures.
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  friend class DirectoryReader;
  explicit Directory(TimeZone zone) : time_zone_(std::move(zone)) {}

  std::string region_, text_;
  std::uint64_t version_ = 0;
  Timestamp valid_from_, valid_until_;
  TimeZone time_zone_;
  Vocabulary vocabulary_;
  std::vector<Partner> partners_;
  std::vector<Domain> domains_;
  std::unordered_map<PartnerId, std::size_t> by_id_;
  std::unordered_map<Oin, std::size_t> by_oin_;
  crypto::Array<32> hash_{};
};

/// The document with one more signature, or with that key's earlier one replaced. `invalid` when
/// it is no object or has no canonical form; the rules are not checked.
[[nodiscard]] Result<Json> sign_directory(Json document, const crypto::SigningKey& key);

}  // namespace sluis::config
