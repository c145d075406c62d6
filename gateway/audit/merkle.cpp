#include "gateway/audit/merkle.hpp"

#include "crypto/hash.hpp"

namespace sluis::gateway::audit {
namespace {

constexpr crypto::Array<1> leaf_prefix{0};
constexpr crypto::Array<1> node_prefix{1};

}  // namespace

Hash leaf_hash(crypto::View record) {
  return crypto::sha256({leaf_prefix, record});
}

Hash node_hash(const Hash& left, const Hash& right) {
  return crypto::sha256({node_prefix, left, right});
}

void CompactRange::append(const Hash& hash) {
  Hash node = hash;
  // As in counting: every low bit that is one is a subtree that this one completes.
  for (auto bits = size_; (bits & 1) != 0; bits >>= 1) {
    node = node_hash(peaks_.back(), node);
    peaks_.pop_back();
  }
  peaks_.push_back(node);
  ++size_;
}

Hash CompactRange::root() const {
  return root_of_peaks(peaks_);
}

Hash root_of_peaks(std::span<const Hash> peaks) {
  if (peaks.empty()) return crypto::sha256({});
  Hash root = peaks.back();
  for (auto left = peaks.rbegin() + 1; left != peaks.rend(); ++left) root = node_hash(*left, root);
  return root;
}

}  // namespace sluis::gateway::audit
