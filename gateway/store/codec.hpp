// How values lie in columns.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/store/rows.hpp"

namespace sluis::gateway::store {

/// Milliseconds since 1970, UTC.
[[nodiscard]] std::int64_t millis(Timestamp time) noexcept;
[[nodiscard]] std::optional<std::int64_t> millis(const std::optional<Timestamp>& time) noexcept;
[[nodiscard]] Timestamp from_millis(std::int64_t value) noexcept;

/// A lower-case UUID as its 16 bytes. Throws std::invalid_argument for another text.
[[nodiscard]] crypto::Array<16> uuid_bytes(std::string_view text);
[[nodiscard]] std::string uuid_text(const crypto::Array<16>& bytes);
template <class Tag>
[[nodiscard]] crypto::Array<16> uuid_bytes(const config::Id<Tag>& id) {
  return uuid_bytes(id.str());
}
template <class Id>
[[nodiscard]] Id uuid_id(const crypto::Array<16>& bytes) {
  return Id::parse(uuid_text(bytes)).value();
}

/// k || y || check for each share, 65 bytes.
[[nodiscard]] crypto::Bytes pack_shares(const std::vector<Share>& shares);
[[nodiscard]] std::vector<Share> unpack_shares(crypto::View bytes);

/// k || nonce || box, 73 bytes.
[[nodiscard]] std::optional<crypto::Array<73>> pack_wrapped(const std::optional<Wrapped>& wrapped);
[[nodiscard]] Wrapped unpack_wrapped(const crypto::Array<73>& bytes);

/// A place in the list of matches: everything after it in the order (updated_at, id), descending.
struct MatchPlace {
  std::int64_t updated_at, id;
};
[[nodiscard]] std::string pack_cursor(const MatchPlace& place);
/// Throws InvalidCursor.
[[nodiscard]] MatchPlace unpack_cursor(std::string_view cursor);

}  // namespace sluis::gateway::store
