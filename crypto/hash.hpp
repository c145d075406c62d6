// SHA-2 and HMAC over the parts of a byte string, without joining them first.
#pragma once

#include <initializer_list>
#include <string_view>

#include "crypto/bytes.hpp"

namespace sluis::crypto {

/// H of protocol.md. The hash state is wiped.
[[nodiscard]] Array<64> sha512(std::initializer_list<View> parts);

/// H32 of protocol.md: the first 32 bytes of SHA-512 (not SHA-512/256).
[[nodiscard]] Array<32> sha512_32(std::initializer_list<View> parts);

/// For public bytes (Merkle leaves, `sealed`): the state is reused on its thread, not wiped.
/// Throws std::runtime_error when OpenSSL has no SHA-256.
[[nodiscard]] Array<32> sha256(std::initializer_list<View> parts);

/// HMAC-SHA-256 (RFC 2104). A key of any length.
[[nodiscard]] Array<32> hmac_sha256(View key, std::initializer_list<View> parts);

/// A key for one purpose from another key: HKDF-SHA-256 (RFC 5869) without salt, one block.
/// `purpose` is its info. What is on the stack on the way is wiped; the caller wipes the answer.
[[nodiscard]] Array<32> hkdf_sha256(View key, std::string_view purpose);

}  // namespace sluis::crypto
