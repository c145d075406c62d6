// Where a passphrase comes from when nobody is there to type it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "config/result.hpp"
#include "config/settings.hpp"
#include "crypto/secret.hpp"

namespace sluis::gateway {

/// Its bytes, in locked memory, without the line feed that an editor leaves at the end.
using Passphrase = crypto::SecretBytes;

/// A file that only its owner may use. `forbidden`, with the chmod to do, for another.
[[nodiscard]] config::Result<Passphrase> passphrase_in_file(const std::filesystem::path& path);

/// Everything that comes from an open file descriptor, to its end. Closes it.
[[nodiscard]] config::Result<Passphrase> passphrase_from_descriptor(int descriptor);

/// $CREDENTIALS_DIRECTORY/<name>, as systemd's LoadCredential= and LoadCredentialEncrypted= give
/// it. `not_found` says which line the unit lacks.
[[nodiscard]] config::Result<Passphrase> passphrase_credential(const std::string& name);

/// From where the settings say that it is.
[[nodiscard]] config::Result<Passphrase> passphrase_from(
    const config::Settings::SecretSource& source);
/// What the settings name as `keyPassphrase`; nothing when they name none.
[[nodiscard]] config::Result<std::optional<Passphrase>> passphrase_of(
    const config::Settings& settings);

/// `secret` without a line feed (or CR LF) at its end. `invalid` when nothing is left.
[[nodiscard]] config::Result<Passphrase> without_line_end(const crypto::SecretBytes& secret,
                                                          const std::string& where);

}  // namespace sluis::gateway
