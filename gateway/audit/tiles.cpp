#include "gateway/audit/tiles.hpp"

#include <stdexcept>

namespace sluis::gateway::audit {
namespace {

/// Three digits to a folder, each but the last with an `x` in front.
std::string number_path(std::uint64_t index) {
  std::string path;
  for (bool last = true; last || index > 0; last = false, index /= 1000) {
    auto number = std::to_string(index % 1000);
    number.insert(0, 3 - number.size(), '0');
    path.insert(0, last ? number : "x" + number + "/");
  }
  return path;
}

std::string with_width(const std::string& path, std::uint64_t width) {
  return width == tile_width ? path : path + ".p/" + std::to_string(width);
}

bool all_of(std::string_view text, std::string_view allowed) {
  return text.find_first_not_of(allowed) == std::string_view::npos;
}

constexpr std::string_view digits = "0123456789";

/// `x001/x234/067`, and `.p/5` behind it.
bool is_number_path(std::string_view path) {
  while (path.starts_with('x')) {
    if (path.size() < 5 || !all_of(path.substr(1, 3), digits) || path[4] != '/') return false;
    path.remove_prefix(5);
  }
  if (path.size() < 3 || !all_of(path.substr(0, 3), digits)) return false;
  path.remove_prefix(3);
  if (path.empty()) return true;
  if (!path.starts_with(".p/")) return false;
  path.remove_prefix(3);
  return !path.empty() && path.size() <= 3 && all_of(path, digits);
}

}  // namespace

bool is_hash_tile(std::string_view path) {
  if (!path.starts_with("tile/")) return false;
  path.remove_prefix(5);
  const auto slash = path.find('/');
  if (slash == 0 || slash > 2 || !all_of(path.substr(0, slash), digits)) return false;
  return is_number_path(path.substr(slash + 1));
}

bool is_bundle(std::string_view path) {
  constexpr std::string_view start = "tile/entries/";
  return path.starts_with(start) && is_number_path(path.substr(start.size()));
}

bool is_log_name(std::string_view name) {
  if (name.size() != 4 && name.size() != 13) return false;
  if (!all_of(name.substr(0, 4), digits)) return false;
  return name.size() == 4 || (name[4] == '-' && all_of(name.substr(5), "0123456789abcdef"));
}

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
