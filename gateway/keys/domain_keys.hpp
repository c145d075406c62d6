// The region's OPRF keys: what everybody may know of them, signed by their holders, generation by
// generation (protocol.md §3, §6).
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "config/directory.hpp"
#include "config/result.hpp"
#include "gateway/keys/key_name.hpp"
#include "gateway/keys/key_set.hpp"
#include "gateway/keys/round_message.hpp"
#include "gateway/keys/transcript.hpp"

namespace sluis::gateway {

/// One generation of a key, as gateways hand it on.
struct KeyRecord {
  Transcript transcript;
  std::vector<RoundMessage> acknowledgements;  // as far as they are known
  /// Of the newest generation, in the order of its holders: the signKeys that their signatures were
  /// verified under here. In the gateway's own file, and told to nobody.
  std::vector<crypto::Array<32>> signed_with{};

  [[nodiscard]] KeyGeneration name() const;
  /// The holders that had another signKey when they signed than the directory names now.
  [[nodiscard]] std::vector<config::PartnerId> yet_to_sign(
      const config::Directory& directory) const;
  /// True when every holder of this generation has signed that it has all n signatures: the
  /// generation before may be wiped.
  [[nodiscard]] bool acknowledged() const;

  [[nodiscard]] config::Json json() const;
  [[nodiscard]] static std::optional<KeyRecord> parse(const config::Json& value,
                                                      const std::string& pointer,
                                                      std::vector<config::Error>& errors);
};

/// {"v":1,"keys":[{"transcript","acknowledgements"}]}: the file, and what a gateway tells others.
[[nodiscard]] std::string records_text(const std::vector<KeyRecord>& records);
[[nodiscard]] config::Result<std::vector<KeyRecord>> read_records(std::string_view text);
inline constexpr std::size_t most_records_bytes = 8U << 20U;

/// The keys of every domain and epoch, each from its first making to the newest generation that was
/// verified here. Immutable; a copy shares nothing with what it was copied from.
class DomainKeys {
 public:
  DomainKeys() = default;
  /// Of each key the chain that leads to the generation in force. Refused whole when one of them
  /// does not verify.
  [[nodiscard]] static config::Result<DomainKeys> from(const std::vector<Transcript>& transcripts,
                                                       const config::Directory& directory);
  /// What `write` wrote here: verified before, and checked again as far as the directory of today
  /// lets it. A file that is not there has none; a key that the directory no longer names is left
  /// out.
  [[nodiscard]] static config::Result<DomainKeys> read(const std::filesystem::path& path,
                                                       const config::Directory& directory);
  /// Durable, in one step.
  [[nodiscard]] config::Result<void> write(const std::filesystem::path& path) const;

  /// Whose word a chain is: that of others is verified against the directory alone. What is our own
  /// (a ceremony, which checked every step, and the file) was true under an earlier directory; this
  /// one may name a later generation, or other signKeys.
  enum class Source : std::uint8_t { others, own };
  /// With this key's whole chain, oldest first. `conflict` when the newest generation here is above
  /// its last one, or when it tells another story of a generation that is known here. Of one that
  /// is known, no signature and no acknowledgement is lost.
  [[nodiscard]] config::Result<DomainKeys> with(const std::vector<KeyRecord>& chain,
                                                const config::Directory& directory,
                                                Source source = Source::others) const;
  /// With those signatures of this record that a holder made anew with the signKey that the
  /// directory names. Nothing when there is none, or when it is not the transcript that is here.
  [[nodiscard]] std::optional<DomainKeys> with_signatures(const KeyRecord& offered,
                                                          const config::Directory& directory) const;
  /// With these acknowledgements in the place of those of its newest generation.
  [[nodiscard]] DomainKeys with_acknowledgements(const KeyName& key,
                                                 std::vector<RoundMessage> messages) const;
  [[nodiscard]] DomainKeys without(const KeyName& key) const;

  /// The newest generation; null when there is none.
  [[nodiscard]] const KeySet* find(const config::DomainId& domain, const config::EpochId& epoch,
                                   std::string_view use) const;
  /// That generation; null when it is not known.
  [[nodiscard]] const KeySet* find(const KeyGeneration& of) const;
  /// The newest generation's record; null when there is none.
  [[nodiscard]] const KeyRecord* newest(const KeyName& key) const;
  /// Of one key, oldest first; of all keys.
  [[nodiscard]] std::vector<KeyRecord> records(const KeyName& key) const;
  [[nodiscard]] std::vector<KeyRecord> records() const;
  [[nodiscard]] std::vector<KeyName> names() const;

 private:
  struct Generation {
    KeyRecord record;
    KeySet keys;
  };
  using Chain = std::vector<Generation>;  // oldest first, never empty
  [[nodiscard]] config::Result<void> follows(const std::vector<KeyRecord>& chain) const;
  [[nodiscard]] static config::Result<Chain> checked(const std::vector<KeyRecord>& records,
                                                     const config::Directory& directory,
                                                     Source source);

  std::map<KeyName, Chain> chains_;
};

}  // namespace sluis::gateway
