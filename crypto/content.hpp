// Sealing a signal's content, and wrapping the key that opens it (protocol.md §4).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "crypto/bytes.hpp"
#include "crypto/lock.hpp"
#include "crypto/secret.hpp"

namespace sluis::crypto {

/// CK: `ContentKey::random()` for each recipient of each signal, never twice.
using ContentKey = Secret<struct ContentKeyTag, 32>;

/// Contents are padded to a multiple of this, so that their size tells little.
inline constexpr std::size_t content_block_bytes = 1024;

/// Which signal of whom to whom: what a content is bound to. Partner ids and a UUID.
struct ContentPlace {
  std::string_view from;
  std::string_view to;
  std::string_view signal;
};
/// Which link of that signal: what a wrapped key is bound to.
struct WrapPlace {
  ContentPlace content;
  std::string_view domain;
  std::string_view epoch;
  std::string_view kind;
  std::uint8_t k = 0;
};

/// XChaCha20-Poly1305 with a random nonce; the box is padded content and 16 bytes.
struct SealedContent {
  Array<24> nonce{};
  Bytes box;
};
struct WrappedKey {
  Array<24> nonce{};
  Array<48> box{};
};

[[nodiscard]] SealedContent seal_content(const ContentKey& key, View content,
                                         const ContentPlace& place);
/// Nothing where the key, the place, the nonce or a bit of the box is another, or the padding is
/// not that of §4. The content is a person's: the caller wipes it.
[[nodiscard]] std::optional<Bytes> open_content(const ContentKey& key, const SealedContent& sealed,
                                                const ContentPlace& place);

[[nodiscard]] WrappedKey wrap(const WrapKey& key, const ContentKey& content_key,
                              const WrapPlace& place);
[[nodiscard]] std::optional<ContentKey> unwrap(const WrapKey& key, const WrappedKey& wrapped,
                                               const WrapPlace& place);

/// Stands in the signal, so that every link opens to the same key. Check it after every unwrap,
/// with `equal`.
[[nodiscard]] Array<32> commitment(std::string_view signal, const ContentKey& key);

/// The associated data of the two.
[[nodiscard]] Bytes content_associated(const ContentPlace& place);
[[nodiscard]] Bytes wrap_associated(const WrapPlace& place);

/// With a nonce that is given, for tests alone: a nonce used twice under a key opens both boxes.
namespace known_answers {
[[nodiscard]] SealedContent seal_content(const ContentKey& key, View content,
                                         const ContentPlace& place, const Array<24>& nonce);
[[nodiscard]] WrappedKey wrap(const WrapKey& key, const ContentKey& content_key,
                              const WrapPlace& place, const Array<24>& nonce);
}  // namespace known_answers

}  // namespace sluis::crypto
