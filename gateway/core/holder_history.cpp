#include "gateway/core/holder_history.hpp"

#include <algorithm>
#include <vector>

namespace sluis::gateway {
namespace {

constexpr std::size_t answers_kept = 128;
/// With fewer, a percentile says nothing.
constexpr std::size_t answers_known = 16;

/// Nearest rank: of 128 answers the one before the slowest.
HolderHistory::Clock::duration percentile_99(const std::deque<HolderHistory::Clock::duration>& of) {
  std::vector<HolderHistory::Clock::duration> sorted(of.begin(), of.end());
  const auto rank = (sorted.size() * 99 + 99) / 100;
  const auto at = sorted.begin() + static_cast<std::ptrdiff_t>(rank - 1);
  std::nth_element(sorted.begin(), at, sorted.end());
  return *at;
}

}  // namespace

void HolderHistory::answered(const config::PartnerId& holder, Clock::duration took) {
  auto& known = holders_[holder];
  known.failures = 0;
  known.doubtful_until = {};
  known.recent.push_back(took);
  if (known.recent.size() > answers_kept) known.recent.pop_front();
}

void HolderHistory::failed(const config::PartnerId& holder, Clock::time_point now) {
  auto& known = holders_[holder];
  if (now < known.doubtful_until) return;
  const auto grown = limits_.doubt_first * (std::int64_t{1} << std::min(known.failures, 16U));
  known.doubtful_until = now + std::min(limits_.doubt_most, grown);
  ++known.failures;
}

bool HolderHistory::doubtful(const config::PartnerId& holder, Clock::time_point now) const {
  const auto known = holders_.find(holder);
  return known != holders_.end() && now < known->second.doubtful_until;
}

HolderHistory::Clock::duration HolderHistory::patience(const config::PartnerId& holder,
                                                       std::size_t elements) const {
  const auto known = holders_.find(holder);
  const auto arithmetic = limits_.each_element * static_cast<std::int64_t>(elements);
  if (known == holders_.end() || known->second.recent.size() < answers_known)
    return std::min(limits_.most, limits_.unknown + arithmetic);
  const Clock::duration least = limits_.least + arithmetic, most = limits_.most;
  return std::min(most, std::max(least, percentile_99(known->second.recent)));
}

}  // namespace sluis::gateway
