#include "gateway/keys/passphrase.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "gateway/files/files.hpp"

namespace sluis::gateway {

using config::Code;
using config::error;
using config::Result;

namespace {

constexpr std::size_t most_passphrase_bytes = 4096;

}  // namespace

Result<Passphrase> without_line_end(const crypto::SecretBytes& secret, const std::string& where) {
  auto text = crypto::as_text(secret.reveal());
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.ends_with('\r')) text.remove_suffix(1);
  if (text.empty()) return error(Code::invalid, where + ": no passphrase is in it");
  Passphrase passphrase(text.size());
  std::ranges::copy(crypto::as_view(text), passphrase.bytes().begin());
  return passphrase;
}

Result<Passphrase> passphrase_in_file(const std::filesystem::path& path) {
  const auto secret = read_private(path, most_passphrase_bytes);
  if (!secret) return secret.failure();
  return without_line_end(*secret, path.string());
}

Result<Passphrase> passphrase_from_descriptor(int descriptor) {
  crypto::SecretBytes buffer(most_passphrase_bytes);
  std::size_t size = 0;
  for (;;) {
    const auto got = ::read(descriptor, buffer.bytes().data() + size, buffer.bytes().size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      return error(Code::invalid, "descriptor " + std::to_string(descriptor) +
                                      ": cannot be read; open it for this command, such as with "
                                      "3< FILE");
    }
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
    if (size == most_passphrase_bytes) return error(Code::too_large, "the passphrase is too long");
  }
  ::close(descriptor);
  crypto::SecretBytes secret(size);
  std::ranges::copy(buffer.reveal().first(size), secret.bytes().begin());
  return without_line_end(secret, "descriptor " + std::to_string(descriptor));
}

Result<Passphrase> passphrase_credential(const std::string& name) {
  const char* const folder = std::getenv("CREDENTIALS_DIRECTORY");
  const auto lacking = [&](const std::string& why) {
    return error(Code::not_found, "there is no credential \"" + name + "\": " + why +
                                      "; its unit needs a line LoadCredentialEncrypted=" + name +
                                      ":FILE (made with "
                                      "systemd-creds encrypt --name=" +
                                      name + " - FILE) or LoadCredential=" + name + ":FILE");
  };
  if (folder == nullptr) return lacking("systemd gave this program none");
  const auto path = std::filesystem::path(folder) / name;
  const auto secret = read_credential(path, most_passphrase_bytes);
  if (!secret && secret.failure().code == Code::not_found) return lacking("no such file");
  if (!secret) return secret.failure();
  return without_line_end(*secret, path.string());
}

Result<Passphrase> passphrase_from(const config::Settings::SecretSource& source) {
  return source.file ? passphrase_in_file(*source.file) : passphrase_credential(source.credential);
}

Result<std::optional<Passphrase>> passphrase_of(const config::Settings& settings) {
  if (!settings.key_passphrase) return std::optional<Passphrase>();
  auto passphrase = passphrase_from(*settings.key_passphrase);
  if (!passphrase) return passphrase.failure();
  return std::optional<Passphrase>(std::move(*passphrase));
}

}  // namespace sluis::gateway
