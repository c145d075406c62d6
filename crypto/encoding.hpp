// Bytes as text: base64url (RFC 4648 §5) in JSON, base64 (§4) in signed notes, hex (§8) in logs.
// Every decoder accepts exactly one text for each byte string, hex's letter case apart.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/bytes.hpp"

namespace sluis::crypto {

/// Without padding, as all bytes in JSON are (protocol.md, Notation).
[[nodiscard]] std::string base64url(View bytes);
/// Nothing for padding, white space, a character outside the alphabet, a length that no byte
/// string has, or trailing bits that are not zero.
[[nodiscard]] std::optional<Bytes> from_base64url(std::string_view text);

/// With padding, as signed notes have it. Decoding is as strict as above.
[[nodiscard]] std::string base64(View bytes);
[[nodiscard]] std::optional<Bytes> from_base64(std::string_view text);

/// Lower case. Decoding takes upper case too, and nothing between the digits.
[[nodiscard]] std::string hex(View bytes);
[[nodiscard]] std::optional<Bytes> from_hex(std::string_view text);

/// Decodes into exactly `target.size()` bytes; false, with `target` wiped, for anything else.
/// For secrets: no other copy is made.
[[nodiscard]] bool base64url_into(std::string_view text, std::span<std::uint8_t> target);

/// N bytes exactly.
template <std::size_t N>
[[nodiscard]] std::optional<Array<N>> array_from_base64url(std::string_view text) {
  Array<N> bytes;
  if (!base64url_into(text, bytes)) return std::nullopt;
  return bytes;
}

template <std::size_t N>
[[nodiscard]] std::optional<Array<N>> array_from_hex(std::string_view text) {
  const auto decoded = from_hex(text);
  if (!decoded || decoded->size() != N) return std::nullopt;
  Array<N> bytes;
  std::copy(decoded->begin(), decoded->end(), bytes.begin());
  return bytes;
}

}  // namespace sluis::crypto
