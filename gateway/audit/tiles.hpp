// The log as a folder of files (c2sp.org/tlog-tiles): hash tiles of 256 hashes, bundles of records.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/audit/merkle.hpp"

namespace sluis::gateway::audit {

/// Hashes in a full tile, records in a full bundle.
inline constexpr std::uint64_t tile_width = 256;
/// A bundle has two bytes for the length of a record.
inline constexpr std::size_t max_bundled_bytes = 65535;

/// `tile/<level>/x001/x234/067`, with `.p/<width>` behind it for a partial one (width < 256).
[[nodiscard]] std::string tile_path(unsigned level, std::uint64_t index, std::uint64_t width);
/// `tile/entries/x001/x234/067`, partial in the same way.
[[nodiscard]] std::string bundle_path(std::uint64_t index, std::uint64_t width);

/// True for what `tile_path` and `bundle_path` may give: a name that may be read from the folder.
[[nodiscard]] bool is_hash_tile(std::string_view path);
[[nodiscard]] bool is_bundle(std::string_view path);
/// `2026`, or `2026-` and eight hex digits: the last part of an origin, and a log's folder.
[[nodiscard]] bool is_log_name(std::string_view name);

/// A record in a bundle: its length, two bytes big-endian, and the record.
void append_to_bundle(std::string& bundle, std::string_view record);
/// Takes the first record off `bundle`; nothing where it is cut short.
[[nodiscard]] std::optional<std::string_view> take_from_bundle(std::string_view& bundle);

[[nodiscard]] std::string tile_bytes(std::span<const Hash> hashes);

/// The tree by its tiles: of each level only the last one, which still grows, is kept.
class TileEdge {
 public:
  /// A tile that has just become full.
  using Full = std::function<void(unsigned level, std::uint64_t index, std::span<const Hash>)>;

  void append(const Hash& leaf, const Full& full);
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
  [[nodiscard]] Hash root() const;
  [[nodiscard]] unsigned levels() const noexcept { return static_cast<unsigned>(edge_.size()); }
  /// The tile of this level that is not full yet; it may be empty.
  [[nodiscard]] const std::vector<Hash>& growing(unsigned level) const { return edge_[level]; }
  /// Its index.
  [[nodiscard]] std::uint64_t index(unsigned level) const noexcept;

 private:
  std::uint64_t size_ = 0;
  std::vector<std::vector<Hash>> edge_;
};

}  // namespace sluis::gateway::audit
