#include "gateway/audit/diagnosis.hpp"

#include <algorithm>

#include "gateway/audit/tiles.hpp"

namespace sluis::gateway::audit {
namespace {

std::string number(std::uint64_t index) {
  return "record " + std::to_string(index);
}

bool same(const std::vector<Hash>& a, std::uint64_t i, const std::vector<Hash>& b,
          std::uint64_t j) {
  return i < a.size() && j < b.size() && a[i] == b[j];
}

/// The records stand as `are`, of `size` that were signed; the tiles say `signed_leaves`.
Fault compare(const std::vector<Hash>& are, const std::vector<Hash>& signed_leaves,
              std::uint64_t size, std::uint64_t i) {
  if (i >= size) return {i, number(i) + " was added: it is not in the tree that was signed"};
  if (i >= are.size()) {
    const bool last = i + 1 == size;
    return {i, number(i) + (last ? " is" : " and those after it are") +
                   " missing: the log is cut short"};
  }
  if (i >= signed_leaves.size()) {
    return {i, number(i) + " has no hash: its tile is missing or cut short"};
  }
  const auto from = signed_leaves.begin() + static_cast<std::ptrdiff_t>(i);
  const auto origin = std::find(from, signed_leaves.end(), are[i]);
  const auto other = static_cast<std::uint64_t>(origin - signed_leaves.begin());
  if (other < signed_leaves.size() && same(are, other, signed_leaves, i)) {
    return {i, number(i) + " and " + number(other) + " are swapped"};
  }
  if (other == i + 1) return {i, number(i) + " is missing: those after it have moved up"};
  if (other < signed_leaves.size()) {
    return {i, number(i) + " is missing: " + number(other) + " stands in its place"};
  }
  if (same(are, i + 1, signed_leaves, i)) {
    return {i, "a record was slipped in before " + number(i)};
  }
  return {i, number(i) + " was changed"};
}

}  // namespace

Fault diagnose(const LogReader& reader, const Checkpoint& checkpoint, std::uint64_t index) {
  const auto are = reader.record_leaves(checkpoint.size);
  const auto tile_leaves = reader.tile_leaves(checkpoint.size);
  const bool records_fit =
      are.size() == checkpoint.size && CompactRange(are).root() == checkpoint.root;
  if (records_fit) {
    const auto tile = index / tile_width;
    const auto width = std::min(checkpoint.size - tile * tile_width, tile_width);
    const auto file = tile_path(0, tile, width);
    const bool there = reader.tile(0, tile, width).has_value();
    return {index, there ? file + " is forged: its hash of " + number(index) +
                               " is not that of the record, which is as it was signed"
                         : file + " is missing; " + number(index) + " is as it was signed"};
  }
  auto fault = compare(are, tile_leaves, checkpoint.size, index);
  if (CompactRange(tile_leaves).root() != checkpoint.root) {
    fault.what += "; the tiles are not as they were signed either";
  }
  return fault;
}

}  // namespace sluis::gateway::audit
