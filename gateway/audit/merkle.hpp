// The hash tree of the audit log (RFC 6962 §2.1, SHA-256).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "crypto/bytes.hpp"

namespace sluis::gateway::audit {

using Hash = crypto::Array<32>;

/// SHA-256(00 || record)
[[nodiscard]] Hash leaf_hash(crypto::View record);
/// SHA-256(01 || left || right)
[[nodiscard]] Hash node_hash(const Hash& left, const Hash& right);

/// A tree without its leaves: the roots of the full subtrees that it consists of, at most 64. So
/// much is needed to append a leaf and to know the root.
class CompactRange {
 public:
  CompactRange() = default;
  /// A tree of hashes that all stand at the same height.
  explicit CompactRange(std::span<const Hash> hashes) {
    for (const auto& hash : hashes) append(hash);
  }

  void append(const Hash& hash);
  /// SHA-256 of nothing for the empty tree.
  [[nodiscard]] Hash root() const;
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
  /// The full subtrees' roots, the largest (oldest) first.
  [[nodiscard]] const std::vector<Hash>& peaks() const noexcept { return peaks_; }

 private:
  std::uint64_t size_ = 0;
  std::vector<Hash> peaks_;
};

/// The root over full subtrees of falling size.
[[nodiscard]] Hash root_of_peaks(std::span<const Hash> peaks);

}  // namespace sluis::gateway::audit
