#include "gateway/audit/tiles.hpp"

#include <stdexcept>

namespace sluis::gateway::audit {
namespace {

/// Three digits to a folder, each but the last with an `x` in front.
std::string number_path(std::uint64_t index) {
  std::string path;
  for (bool last = true; last || index > 0; last = false, index /= 1000) {
    auto digits = std::to_string(index % 1000);
    digits.insert(0, 3 - digits.size(), '0');
    path.insert(0, last ? digits : "x" + digits + "/");
  }
  return path;
}

std::string with_width(std::string path, std::uint64_t width) {
  return width == tile_width ? path : path + ".p/" + std::to_string(width);
}

}  // namespace

std::string tile_path(unsigned level, std::uint64_t index, std::uint64_t width) {
  return with_width("tile/" + std::to_string(level) + "/" + number_path(index), width);
}

std::string bundle_path(std::uint64_t index, std::uint64_t width) {
  return with_width("tile/entries/" + number_path(index), width);
}

void append_to_bundle(std::string& bundle, std::string_view record) {
  if (record.size() > max_bundled_bytes)
    throw std::logic_error("audit: a record of more than 65,535 bytes");
  bundle += static_cast<char>(record.size() >> 8);
  bundle += static_cast<char>(record.size() & 0xff);
  bundle += record;
}

std::optional<std::string_view> take_from_bundle(std::string_view& bundle) {
  if (bundle.size() < 2) return std::nullopt;
  const std::size_t size = static_cast<unsigned char>(bundle[0]) * std::size_t{256} +
                           static_cast<unsigned char>(bundle[1]);
  if (bundle.size() - 2 < size) return std::nullopt;
  const auto record = bundle.substr(2, size);
  bundle.remove_prefix(2 + size);
  return record;
}

std::string tile_bytes(std::span<const Hash> hashes) {
  std::string bytes;
  bytes.reserve(hashes.size() * 32);
  for (const auto& hash : hashes) bytes += crypto::as_text(hash);
  return bytes;
}

void TileEdge::append(const Hash& leaf, const Full& full) {
  Hash hash = leaf;
  for (unsigned level = 0;; ++level) {
    if (level == edge_.size()) edge_.emplace_back().reserve(tile_width);
    auto& tile = edge_[level];
    tile.push_back(hash);
    if (tile.size() < tile_width) break;
    full(level, index(level), tile);
    hash = CompactRange(tile).root();
    tile.clear();
  }
  ++size_;
}

Hash TileEdge::root() const {
  std::vector<Hash> peaks;
  for (auto tile = edge_.rbegin(); tile != edge_.rend(); ++tile) {
    const CompactRange range(*tile);
    peaks.insert(peaks.end(), range.peaks().begin(), range.peaks().end());
  }
  return root_of_peaks(peaks);
}

std::uint64_t TileEdge::index(unsigned level) const noexcept {
  const unsigned shift = 8 * (level + 1);
  return shift < 64 ? size_ >> shift : 0;
}

}  // namespace sluis::gateway::audit
