// A gateway's key file as it stands on disk: what is in it, sealed or not, and how it is changed.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/result.hpp"
#include "gateway/keys/gateway_keys.hpp"
#include "gateway/keys/passphrase.hpp"
#include "gateway/keys/sealing.hpp"
#include "gateway/keys/token.hpp"

namespace sluis::gateway {

/// {"v":1,"signKeys":[…],"sealKeys":[…],"logKey","witnessKey","storeKey","referenceKey","bodyKey"},
/// each key 32 bytes in base64url (those that sign may be a "pkcs11:" URI instead, which names a
/// key in a token), or the same as a sealed text (sealing.hpp) of purpose "sluis/key-file/v1". New
/// keys come first in the two lists. All bytes are in locked memory.
class KeyFile {
 public:
  static constexpr std::size_t most_sign_keys = 4;
  static constexpr std::size_t most_seal_keys = 16;

  [[nodiscard]] static KeyFile fresh();
  /// False for a file that cannot be read: `read` says why.
  [[nodiscard]] static bool is_sealed_at(const std::filesystem::path& path);
  /// `forbidden` when others than the owner may use the file, when it is sealed and there is no
  /// passphrase, or when the passphrase is another; each with what to do. No error carries a byte
  /// of what is in it.
  [[nodiscard]] static config::Result<KeyFile> read(const std::filesystem::path& path,
                                                    const Passphrase* passphrase = nullptr);

  /// A new file of mode 0600, durable. `conflict` when it is there already.
  [[nodiscard]] config::Result<void> create(const std::filesystem::path& path) const;
  /// In the place of the old one, in one durable step, once what was written opens again.
  [[nodiscard]] config::Result<void> replace(const std::filesystem::path& path) const;

  /// `tokens` are needed where the file names a key in one; errors are then those of Tokens.
  [[nodiscard]] config::Result<GatewayKeys> keys(const Tokens* tokens = nullptr) const;

  [[nodiscard]] bool is_sealed() const noexcept { return sealing_.has_value(); }
  /// What the next `create` or `replace` writes.
  void seal(Sealing with) { sealing_ = std::move(with); }
  void unseal() { sealing_.reset(); }

  /// Puts a fresh key in front. `conflict` when the list is full: drop an old one first.
  [[nodiscard]] config::Result<void> add_sign_key();
  /// The same with a key that is in a token.
  [[nodiscard]] config::Result<void> add_sign_key(const std::string& token_uri);
  [[nodiscard]] config::Result<void> add_seal_key();
  /// Takes out the sign or seal key with this public half. `not_found`; `conflict` for the last.
  [[nodiscard]] config::Result<void> drop(const crypto::Array<32>& public_key,
                                          const Tokens* tokens = nullptr);
  /// Moves a private key into a token: "sign" (the newest), "log" or "witness". The file names it
  /// from the next `replace` on, and has its bytes no more. `conflict` when a token has it already.
  [[nodiscard]] config::Result<void> move_to_token(std::string_view kind,
                                                   const std::string& token_uri,
                                                   const Tokens& tokens);

 private:
  friend class KeyFileReader;
  using Raw = crypto::Secret<struct RawKeyTag, 32>;
  /// The bytes, or where a token has them.
  struct Entry {
    std::optional<Raw> raw;
    std::string token_uri;
  };
  KeyFile() = default;
  [[nodiscard]] crypto::SecretBytes text() const;  // as it goes into the file
  [[nodiscard]] crypto::SecretBytes plain_text() const;

  [[nodiscard]] static config::Result<crypto::SigningKey> signing_key(const Entry& entry,
                                                                      const Tokens* tokens);

  std::map<std::string, Entry, std::less<>> single_;
  std::vector<Entry> sign_, seal_;
  std::optional<Sealing> sealing_;
};

}  // namespace sluis::gateway
