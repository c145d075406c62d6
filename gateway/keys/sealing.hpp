// A text that only a passphrase opens: the form of sealed key files and of backups.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "config/result.hpp"
#include "crypto/passphrase.hpp"

namespace sluis::gateway {

/// A key made from a passphrase, with what is needed to make it again. The passphrase itself is not
/// kept. A sealed text is
/// {"v":1,"sealed":{"kdf":"argon2id","operations","memoryBytes","salt":"<16>","box":"<24+n+16>"}},
/// its box XChaCha20-Poly1305 with `purpose` as associated data.
class Sealing {
 public:
  /// The fewest bytes that a passphrase may have. Length is no strength: README.md in this folder.
  static constexpr std::size_t least_passphrase_bytes = 12;

  /// With a fresh salt. `invalid` for a passphrase that is too short; `unavailable` when there is
  /// not enough memory.
  [[nodiscard]] static config::Result<Sealing> fresh(crypto::View passphrase,
                                                     crypto::PassphraseCost cost);
  /// The one that `text` was sealed with, if this is its passphrase: opening tells. `invalid` for
  /// a text that is not sealed, and for a cost that this program does not take.
  [[nodiscard]] static config::Result<Sealing> of(std::string_view text, crypto::View passphrase);

  /// True for a text of the form above, whatever is in it.
  [[nodiscard]] static bool is_sealed(crypto::View text);

  [[nodiscard]] std::string seal(std::string_view purpose, crypto::View plain) const;
  /// `forbidden` when the passphrase was another or a bit of the text is.
  [[nodiscard]] config::Result<crypto::SecretBytes> open(std::string_view purpose,
                                                         std::string_view text) const;

 private:
  using Salt = crypto::Array<crypto::passphrase_salt_bytes>;
  Sealing(crypto::PassphraseKey key, const Salt& salt, crypto::PassphraseCost cost)
      : key_(std::move(key)), salt_(salt), cost_(cost) {}
  static config::Result<Sealing> made(crypto::View passphrase, const Salt& salt,
                                      crypto::PassphraseCost cost);

  crypto::PassphraseKey key_;
  Salt salt_;
  crypto::PassphraseCost cost_;
};

}  // namespace sluis::gateway
