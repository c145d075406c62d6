#include "gateway/audit/proof.hpp"

#include <bit>
#include <stdexcept>

namespace sluis::gateway::audit {
namespace {

struct Unreadable : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The largest power of two below n, for n > 1.
std::uint64_t split(std::uint64_t n) {
  return std::bit_floor(n - 1);
}

/// MTH(D[begin:end])
Hash range_hash(std::uint64_t begin, std::uint64_t end, const Subtree& subtree) {
  const auto n = end - begin;
  if (std::has_single_bit(n)) {
    const auto level = static_cast<unsigned>(std::countr_zero(n));
    const auto hash = subtree(level, begin >> level);
    if (!hash) throw Unreadable("a subtree");
    return *hash;
  }
  const auto middle = begin + split(n);
  return node_hash(range_hash(begin, middle, subtree), range_hash(middle, end, subtree));
}

/// SUBPROOF(m, D[begin:end], whole)
void subproof(std::uint64_t m, std::uint64_t begin, std::uint64_t end, bool whole,
              const Subtree& subtree, std::vector<Hash>& proof) {
  if (m == end - begin) {
    if (!whole) proof.push_back(range_hash(begin, end, subtree));
    return;
  }
  const auto k = split(end - begin);
  if (m <= k) {
    subproof(m, begin, begin + k, whole, subtree, proof);
    proof.push_back(range_hash(begin + k, end, subtree));
  } else {
    subproof(m - k, begin + k, end, false, subtree, proof);
    proof.push_back(range_hash(begin, begin + k, subtree));
  }
}

}  // namespace

std::optional<std::vector<Hash>> consistency_proof(std::uint64_t old_size, std::uint64_t size,
                                                   const Subtree& subtree) try {
  std::vector<Hash> proof;
  if (old_size > 0 && old_size < size) subproof(old_size, 0, size, true, subtree, proof);
  return proof;
} catch (const Unreadable&) {
  return std::nullopt;
}

bool verify_consistency(std::uint64_t old_size, const Hash& old_root, std::uint64_t size,
                        const Hash& root, std::span<const Hash> proof) {
  if (old_size > size) return false;
  if (old_size == 0) return proof.empty();
  if (old_size == size) return proof.empty() && old_root == root;
  // RFC 9162 §2.1.4.2. An old tree that is one full subtree is its own first hash.
  const bool full = std::has_single_bit(old_size);
  if (proof.empty()) return false;
  auto from = old_size - 1, to = size - 1;
  while ((from & 1) != 0) {
    from >>= 1;
    to >>= 1;
  }
  Hash old_hash = full ? old_root : proof.front();
  Hash hash = old_hash;
  for (const auto& next : proof.subspan(full ? 0 : 1)) {
    if (to == 0) return false;
    if ((from & 1) != 0 || from == to) {
      old_hash = node_hash(next, old_hash);
      hash = node_hash(next, hash);
      while ((from & 1) == 0 && from != 0) {
        from >>= 1;
        to >>= 1;
      }
    } else {
      hash = node_hash(hash, next);
    }
    from >>= 1;
    to >>= 1;
  }
  return to == 0 && old_hash == old_root && hash == root;
}

}  // namespace sluis::gateway::audit
