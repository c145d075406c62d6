#include "gateway/core/budget.hpp"

#include <algorithm>

namespace sluis::gateway {

using config::Code;
using config::error;
using config::Result;
using config::Timestamp;
using std::chrono::seconds;

namespace {

constexpr std::int64_t slots_a_day = std::chrono::hours(24) / slot_length;
/// How long a slot is kept: for the habit, and for a clock that ran ahead and is put right.
constexpr std::int64_t slots_kept = 7 * slots_a_day;

std::int64_t slot_of(Timestamp time) {
  return std::chrono::floor<seconds>(time.time_since_epoch()) / slot_length;
}

/// What counts at `now`: of the last 24 hours, and of whatever a clock put back left ahead.
std::vector<store::Counted> in_force(store::Transaction& tx, const std::string& name,
                                     Timestamp now) {
  return tx.counted(name, slot_of(now) - slots_a_day);
}

std::uint64_t sum(const std::vector<store::Counted>& slots) {
  std::uint64_t total = 0;
  for (const auto& slot : slots) total += slot.n;
  return total;
}

/// Until enough of the oldest slots stop counting for `missing` to be free.
std::uint32_t seconds_until_free(const std::vector<store::Counted>& slots, std::uint64_t missing,
                                 Timestamp now) {
  auto last = slot_of(now);
  std::uint64_t freed = 0;
  for (const auto& slot : slots) {
    freed += slot.n;
    if (freed < missing) continue;
    last = std::min(slot.slot, last);
    break;
  }
  const Timestamp free_at{seconds(slot_length) * (last + slots_a_day + 1)};
  return static_cast<std::uint32_t>(std::chrono::ceil<seconds>(free_at - now).count());
}

}  // namespace

Result<void> Budget::check(store::Transaction& tx, std::uint64_t n, Timestamp now) const {
  if (n > per_day_) return error(Code::over_budget, "more than a whole day's budget");
  const auto slots = in_force(tx, name_, now);
  const auto used = sum(slots);
  if (used <= per_day_ - n) return {};
  auto why = error(Code::over_budget, "the budget of 24 hours is used up");
  why.retry_after_seconds = seconds_until_free(slots, used - (per_day_ - n), now);
  return why;
}

Result<Budget::Spent> Budget::spend(store::Transaction& tx, std::uint64_t n, Timestamp now) const {
  if (auto fits = check(tx, n, now); !fits) return fits.failure();
  const auto current = slot_of(now);
  Spent spent;
  for (const auto& slot : tx.counted(name_, current)) {
    spent.before += slot.n;
    if (slot.slot > current) tx.put_counted(name_, {slot.slot, 0});
  }
  spent.after = spent.before + n;
  tx.put_counted(name_, {current, spent.after});
  if (spent.before == 0) tx.forget_counted(current - slots_kept);
  return spent;
}

std::optional<std::uint64_t> Budget::busiest_slot(store::Transaction& tx, Timestamp now) const {
  const auto current = slot_of(now);
  const auto slots = tx.counted(name_, current - slots_kept);
  if (slots.empty() || slots.front().slot > current - slots_a_day) return std::nullopt;
  std::uint64_t most = 0;
  for (const auto& slot : slots)
    if (slot.slot < current) most = std::max(most, slot.n);
  return most;
}

std::vector<std::string> rate_alarms(store::Transaction& tx, const Budget& budget,
                                     const Budget::Spent& spent, Timestamp now,
                                     const RateLimits& limits) {
  std::vector<std::string> alarms;
  const auto look = [&](const std::string& rule, std::uint64_t bound) {
    bound = std::max(bound, rate_floor);
    if (spent.before <= bound && spent.after > bound)
      alarms.push_back(rule + "/" + std::to_string(bound) + "/PT10M");
  };
  if (spent.after <= rate_floor) return alarms;
  if (limits.elements > 0) look("bound", std::min(limits.elements, budget.per_day() / 2));
  if (limits.times_habit > 0)
    if (const auto habit = budget.busiest_slot(tx, now)) look("habit", *habit * limits.times_habit);
  return alarms;
}

}  // namespace sluis::gateway
