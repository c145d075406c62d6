// Bytes of a known number as they stand in JSON: base64url without padding (protocol.md, Notation).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "config/result.hpp"
#include "crypto/encoding.hpp"

namespace sluis::config {

/// For ObjectReader: `in.parsed("tag", config::parse_bytes<32>)`. `invalid` for another length, and
/// for a text that is not the one encoding of its bytes.
template <std::size_t N>
[[nodiscard]] Result<crypto::Array<N>> parse_bytes(std::string_view text) {
  if (auto bytes = crypto::array_from_base64url<N>(text)) return *bytes;
  return error(Code::invalid, "must be " + std::to_string(N) + " bytes, base64url without padding");
}

}  // namespace sluis::config
