// Who puts a policy in force, and which one may follow which. README.md in this folder has the
// form.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/directory.hpp"
#include "crypto/sign.hpp"
#include "policy/document.hpp"

namespace sluis::policy {

/// Whose signatures put a policy in force. From the settings, never from the document.
struct Signers {
  std::vector<config::PublicKey> keys;
  unsigned threshold = 1;
};

/// Over this, the RFC 8785 form of the policy without "signatures": "sluis/policy/v1" || 00 ||
/// form.
[[nodiscard]] crypto::Bytes policy_signed(std::string_view jcs);

/// Those of `keys` whose signature under the text verifies, each once.
[[nodiscard]] config::Result<std::vector<config::PublicKey>> signers_of(
    std::string_view text, const std::vector<config::PublicKey>& keys);

/// `bad_signature` unless at least `threshold` of `signers` signed, each counted once; signatures
/// by others, and those that do not verify, do not count.
[[nodiscard]] config::Result<void> check_signed(std::string_view text, const Signers& signers);

/// Which policy of an organisation this is, read without a directory: words may have left it since.
struct Edition {
  std::uint64_t version = 0;
  crypto::Array<32> hash{};
};
[[nodiscard]] config::Result<Edition> edition_of(std::string_view text);

/// `conflict` for a lower version than the highest seen, and for the same one with another content.
[[nodiscard]] config::Result<void> check_successor(const Policy& policy, const Edition& seen);

/// The same text with this key's signature added, or its earlier one replaced: comments and layout
/// stay. `invalid` when it is no JSON object with comments. The rules are not checked.
[[nodiscard]] config::Result<std::string> sign_policy(std::string_view text,
                                                      const crypto::SigningKey& key);

}  // namespace sluis::policy
