// What a gateway keeps in its own store under its own key: `local` encryption.
#pragma once

#include <optional>

#include "crypto/bytes.hpp"
#include "crypto/secret.hpp"

namespace sluis::crypto {

/// What a box is longer than what is in it: 24 bytes of nonce in front, 16 of tag behind.
inline constexpr std::size_t box_overhead_bytes = 40;

/// XChaCha20-Poly1305 under a random nonce. `associated` says where the box belongs (a table, a
/// row): it is not in the box, and opening asks for the same.
[[nodiscard]] Bytes seal(FixedView<32> key, View associated, View plain);
/// Nothing where the key, `associated` or a bit of the box is another.
[[nodiscard]] std::optional<Bytes> open(FixedView<32> key, View associated, View box);
/// The same, for what is a secret itself: into locked memory.
[[nodiscard]] std::optional<SecretBytes> open_secret(FixedView<32> key, View associated, View box);

}  // namespace sluis::crypto
