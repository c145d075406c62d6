#include "gateway/audit/log_reader.hpp"

#include <algorithm>

#include "gateway/audit/tiles.hpp"

namespace sluis::gateway::audit {
namespace {

std::string entries_path(unsigned, std::uint64_t index, std::uint64_t width) {
  return bundle_path(index, width);
}

}  // namespace

std::optional<LogFile> LogReader::find(Path path, unsigned level, std::uint64_t index,
                                       std::uint64_t width) const {
  if (auto exact = folder_.read(path(level, index, width))) return LogFile{std::move(*exact), true};
  // The tile may have grown since the checkpoint was written: the full one first, as it stays.
  for (auto wider = tile_width; wider > width; --wider) {
    if (auto found = folder_.read(path(level, index, wider))) {
      return LogFile{std::move(*found), false};
    }
  }
  for (auto narrower = width - 1; narrower > 0; --narrower) {
    if (auto found = folder_.read(path(level, index, narrower))) {
      return LogFile{std::move(*found), false};
    }
  }
  return std::nullopt;
}

std::vector<std::string> LogReader::witnessed() const {
  std::vector<std::string> notes;
  std::error_code none;
  for (const auto& entry :
       std::filesystem::directory_iterator(folder_.root() / "witnessed", none)) {
    const auto name = entry.path().filename().string();
    if (name.ends_with(Folder::unfinished)) continue;
    if (auto note = folder_.read("witnessed/" + name)) notes.push_back(std::move(*note));
  }
  return notes;
}

std::optional<LogFile> LogReader::bundle(std::uint64_t index, std::uint64_t width) const {
  return find(entries_path, 0, index, width);
}

std::optional<LogFile> LogReader::tile(unsigned level, std::uint64_t index,
                                       std::uint64_t width) const {
  return find(tile_path, level, index, width);
}

std::optional<Hash> LogReader::subtree(unsigned level, std::uint64_t index,
                                       std::uint64_t size) const {
  const unsigned height = level / 8;  // of the tiles that have its parts
  const auto parts = std::uint64_t{1} << (level % 8);
  const auto first = index * parts, place = first % tile_width;
  const auto in_tile = (size >> (8 * height)) - first / tile_width * tile_width;
  const auto file = tile(height, first / tile_width, std::min(in_tile, tile_width));
  if (!file || file->bytes.size() < (place + parts) * 32) return std::nullopt;
  CompactRange range;
  const auto bytes = crypto::as_view(file->bytes);
  for (auto i = place; i < place + parts; ++i) {
    Hash hash;
    std::ranges::copy(bytes.subspan(i * 32, 32), hash.begin());
    range.append(hash);
  }
  return range.root();
}

std::vector<Hash> LogReader::tile_leaves(std::uint64_t size) const {
  std::vector<Hash> leaves;
  for (std::uint64_t first = 0; first < size; first += tile_width) {
    const auto width = std::min(size - first, tile_width);
    const auto file = tile(0, first / tile_width, width);
    if (!file) break;
    const auto bytes = crypto::as_view(file->bytes);
    const auto there = std::min<std::uint64_t>(width, bytes.size() / 32);
    for (std::uint64_t i = 0; i < there; ++i) {
      std::ranges::copy(bytes.subspan(i * 32, 32), leaves.emplace_back().begin());
    }
    if (there < width) break;
  }
  return leaves;
}

std::vector<Hash> LogReader::record_leaves(std::uint64_t size) const {
  std::vector<Hash> leaves;
  for (std::uint64_t first = 0; first < size; first += tile_width) {
    const auto width = std::min(size - first, tile_width);
    const auto file = bundle(first / tile_width, width);
    if (!file) continue;
    auto rest = std::string_view(file->bytes);
    for (std::uint64_t i = 0; file->exact || i < width; ++i) {
      const auto record = take_from_bundle(rest);
      if (!record) break;
      leaves.push_back(leaf_hash(crypto::as_view(*record)));
    }
  }
  return leaves;
}

}  // namespace sluis::gateway::audit
