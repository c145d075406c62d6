// What a privacy officer should look at: rules that say why, and no scores (audit.md).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "gateway/core/recorder.hpp"

namespace sluis::gateway {

/// The bounds of the rules, in questions and in hours of the region's time zone.
struct AnomalyLimits {
  std::uint64_t same_person = 5;   // about one person in 24 hours
  std::uint64_t times_habit = 5;   // a caller's 24 hours, against the busiest of the six before
  std::uint64_t habit_floor = 20;  // fewer are never above a habit
  unsigned day_begins = 7, day_ends = 20;
  std::chrono::seconds clock{60};  // so far may it jump
};

/// Each finding is a record `anomaly` beside that of the act, in the same act: its rule says which,
/// its count how much, its object which record it is about. The rules: `no-case`, `above-habit`,
/// `same-person`, `outside-hours`, `clock-jump`. One rule speaks once an hour for each caller (or
/// person). Who asked for whom is counted in memory alone, for 24 hours: a counter on disk would be
/// one more thing that finds a person again.
class Anomalies {
 public:
  Anomalies(const Region& region, store::Store& store, const Recorder& recorder,
            AnomalyLimits limits = {})
      : region_(region), store_(store), recorder_(recorder), limits_(limits) {}

  /// After the record of a question that was answered, in its act; on the store's thread alone.
  void after_query(store::Transaction& tx, const audit::Record& query,
                   const std::vector<LinkageKey>& person, bool has_case);
  /// Compares the clock with one that nobody can set; called every now and then, on one executor.
  Task<void> look_at_clock(std::chrono::steady_clock::time_point steady);

 private:
  /// How many this caller asked in the 24 hours up to now, and in the busiest of the six before.
  struct Habit {
    std::uint64_t today = 0, busiest = 0;
    bool known = false;  // older than a day
  };
  Habit count(store::Transaction& tx, const std::string& caller) const;
  std::uint64_t asked_before(const std::vector<LinkageKey>& person);
  [[nodiscard]] bool outside_hours() const;
  void say(store::Transaction& tx, const audit::Record& about, std::string_view rule,
           std::uint64_t count, const std::vector<LinkageKey>& person, const std::string& key);

  const Region& region_;
  store::Store& store_;
  const Recorder& recorder_;
  const AnomalyLimits limits_;

  // On the store's thread.
  std::map<crypto::Array<32>, std::vector<config::Timestamp>> asked_;  // by a person's reference
  config::Timestamp swept_{};
  std::map<std::string, config::Timestamp> said_;  // rule and whom it is about
  // On the executor.
  std::optional<std::pair<config::Timestamp, std::chrono::steady_clock::time_point>> clocks_;
};

}  // namespace sluis::gateway
