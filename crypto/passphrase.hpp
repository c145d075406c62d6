// A key out of a passphrase: Argon2id (RFC 9106) as libsodium's crypto_pwhash has it.
#pragma once

#include <cstdint>
#include <optional>

#include "crypto/bytes.hpp"
#include "crypto/secret.hpp"

namespace sluis::crypto {

/// What one guess costs whoever guesses, and what opening costs us.
struct PassphraseCost {
  std::uint64_t operations;    // passes over the memory
  std::uint64_t memory_bytes;  // held while it runs

  /// libsodium's MODERATE: three passes over 256 MiB, some 0.7 s.
  [[nodiscard]] static PassphraseCost moderate() noexcept;
  /// The least that Argon2id takes. For tests: it protects nothing.
  [[nodiscard]] static PassphraseCost least() noexcept;
  /// Between the least and sixteen passes, 2 GiB: a file may not ask this machine for more.
  [[nodiscard]] bool is_allowed() const noexcept;
  bool operator==(const PassphraseCost&) const = default;
};

using PassphraseKey = Secret<struct PassphraseKeyTag, 32>;
inline constexpr std::size_t passphrase_salt_bytes = 16;

/// Nothing for a cost that is not allowed, or when the system has not that much memory now.
[[nodiscard]] std::optional<PassphraseKey> key_of_passphrase(View passphrase,
                                                             FixedView<passphrase_salt_bytes> salt,
                                                             PassphraseCost cost);

}  // namespace sluis::crypto
