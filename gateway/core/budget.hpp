// How much somebody may use in 24 hours, counted so that no 24 hours pass it; and what of that rate
// is worth a warning.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "config/result.hpp"
#include "config/time.hpp"
#include "gateway/store/store.hpp"

namespace sluis::gateway {

/// What is counted together: ten minutes of UTC, from :00, :10, … on.
inline constexpr std::chrono::minutes slot_length{10};

/// An amount under a name. What was counted in a slot counts until 24 hours after that slot's end:
/// no stretch of 24 hours, wherever it begins, passes the amount. Counted in the caller's act, so
/// requests side by side cannot pass it together, and a restart forgets nothing.
///
/// A clock that is put back frees nothing: slots that then lie ahead go on counting, and the next
/// count moves them into the slot of now. One that ran ahead has freed what it would have freed
/// later; when it is put right, what was counted before counts again.
class Budget {
 public:
  Budget(std::string name, std::uint64_t per_day) : name_(std::move(name)), per_day_(per_day) {}

  /// What the slot of now had before this and has with it.
  struct Spent {
    std::uint64_t before = 0, after = 0;
  };

  /// `over_budget` where `n` more do not fit now, with the seconds after which they do (none where
  /// they never would).
  [[nodiscard]] config::Result<void> check(store::Transaction& tx, std::uint64_t n,
                                           config::Timestamp now) const;
  /// The same, and counts `n` where they fit.
  [[nodiscard]] config::Result<Spent> spend(store::Transaction& tx, std::uint64_t n,
                                            config::Timestamp now) const;

  /// The most that any slot of the seven days before now's has; nothing while the first of them is
  /// less than a day old: there is no habit yet.
  [[nodiscard]] std::optional<std::uint64_t> busiest_slot(store::Transaction& tx,
                                                          config::Timestamp now) const;

  [[nodiscard]] std::uint64_t per_day() const noexcept { return per_day_; }

 private:
  std::string name_;
  std::uint64_t per_day_;
};

/// Many persons in a short time cannot be told from blinded elements; how many elements can.
struct RateLimits {
  /// Elements in one slot; half of the partner's own day's amount where that is less. 0: no alarm.
  std::uint64_t elements = 5'000;
  /// How many times the busiest slot of the last seven days. 0: no alarm.
  std::uint64_t times_habit = 10;
};

/// Below this many elements in a slot nothing is said.
inline constexpr std::uint64_t rate_floor = 100;

/// The rules that this count is the first of its slot to pass: "bound/5000/PT10M",
/// "habit/400/PT10M", with the number of elements that was passed.
[[nodiscard]] std::vector<std::string> rate_alarms(store::Transaction& tx, const Budget& budget,
                                                   const Budget::Spent& spent,
                                                   config::Timestamp now, const RateLimits& limits);

}  // namespace sluis::gateway
