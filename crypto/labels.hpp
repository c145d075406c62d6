// The byte strings that are hashed to a group element or signed (protocol.md §2, §1, §5). Those
// that belong to one calculation stand with it: lock.hpp, content.hpp, dealing.hpp.
#pragma once

#include <string_view>

#include "crypto/bytes.hpp"

namespace sluis::crypto {

/// x, the OPRF's input. It holds a linkage key: the caller wipes it.
[[nodiscard]] Bytes oprf_input(std::string_view domain, std::string_view epoch,
                               std::string_view use, std::string_view kind, std::string_view value);

/// What the sender's signKey signs of an envelope.
[[nodiscard]] Bytes envelope_signed(std::string_view id, std::string_view from, std::string_view to,
                                    FixedView<32> seal_key, View sealed);

/// What the recipient's signKey signs: the RFC 8785 form of the receipt without "signature".
[[nodiscard]] Bytes receipt_signed(std::string_view jcs);

/// What authorities sign: the RFC 8785 form of the directory without "signatures".
[[nodiscard]] Bytes directory_signed(std::string_view jcs);

}  // namespace sluis::crypto
