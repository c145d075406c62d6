// Proofs that one state of a log grew out of another (RFC 6962 §2.1.2).
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "gateway/audit/merkle.hpp"

namespace sluis::gateway::audit {

/// The root of the full subtree of 2^level leaves, the index-th of its level; nothing where it
/// cannot be read.
using Subtree = std::function<std::optional<Hash>(unsigned level, std::uint64_t index)>;

/// PROOF(old, D[size]) for 0 <= old <= size; empty for 0 and for size itself. Nothing where a
/// subtree cannot be read.
[[nodiscard]] std::optional<std::vector<Hash>> consistency_proof(std::uint64_t old_size,
                                                                 std::uint64_t size,
                                                                 const Subtree& subtree);
/// True when the proof shows that the tree of `size` begins with that of `old_size`. An empty tree
/// is the beginning of each, and takes an empty proof.
[[nodiscard]] bool verify_consistency(std::uint64_t old_size, const Hash& old_root,
                                      std::uint64_t size, const Hash& root,
                                      std::span<const Hash> proof);

}  // namespace sluis::gateway::audit
