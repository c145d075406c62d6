#include "gateway/cli/authority_key.hpp"

#include "crypto/encoding.hpp"
#include "gateway/cli/policy_key.hpp"
#include "gateway/files/files.hpp"
#include "gateway/files/secret_scanner.hpp"

namespace sluis::gateway::cli {

using config::Code;
using config::error;
using config::Result;

namespace {

Result<crypto::SigningKey> read_key(const std::filesystem::path& path, std::string_view member,
                                    const std::string& whose) {
  constexpr std::size_t most_bytes = 1024;
  const auto text = read_private(path, most_bytes);
  if (!text) return text.failure();
  SecretScanner scanner(text->reveal());
  crypto::Scratch<32> seed;
  bool version = false, key = false;
  const bool read = scanner.object([&](std::string_view name) {
    if (name == "v") return version = scanner.number() == 1;
    if (name != member || key) return false;
    const auto encoded = scanner.string();
    return key = encoded && crypto::base64url_into(*encoded, seed.bytes);
  });
  if (!read || !version || !key || !scanner.at_end()) {
    return error(Code::invalid, path.string() + ": not " + whose + " key file: " + scanner.place());
  }
  return *crypto::SigningKey::from_seed(seed.bytes);
}

Result<crypto::SigningKey> create_key(const std::filesystem::path& path,
                                      const std::string& member) {
  const auto seed = crypto::SigningSeed::random();
  auto encoded = crypto::base64url(seed.reveal());
  auto text = "{\n  \"v\": 1,\n  \"" + member + "\": \"" + encoded + "\"\n}\n";
  const auto written = write_new(path, crypto::as_view(text), private_mode);
  crypto::wipe({reinterpret_cast<std::uint8_t*>(encoded.data()), encoded.size()});
  crypto::wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
  if (!written) return written.failure();
  return crypto::SigningKey(seed);
}

}  // namespace

Result<crypto::SigningKey> read_authority_key(const std::filesystem::path& path) {
  return read_key(path, "authorityKey", "an authority's");
}
Result<crypto::SigningKey> create_authority_key(const std::filesystem::path& path) {
  return create_key(path, "authorityKey");
}
Result<crypto::SigningKey> read_policy_key(const std::filesystem::path& path) {
  return read_key(path, "policyKey", "a policy");
}
Result<crypto::SigningKey> create_policy_key(const std::filesystem::path& path) {
  return create_key(path, "policyKey");
}

}  // namespace sluis::gateway::cli
