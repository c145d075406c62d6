#include "gateway/core/anomalies.hpp"

#include <algorithm>

#include "crypto/encoding.hpp"
#include "gateway/core/budget.hpp"

namespace sluis::gateway {

using std::chrono::hours;

namespace {

constexpr std::int64_t slots_a_day = hours(24) / slot_length;
constexpr std::int64_t days_of_habit = 6;  // with today a week: so long budgets keep counts

std::int64_t slot_of(config::Timestamp now) {
  return now.time_since_epoch() / slot_length;
}

}  // namespace

Anomalies::Habit Anomalies::count(store::Transaction& tx, const std::string& caller) const {
  const auto name = "asked/" + caller;
  const auto now = slot_of(region_.now());
  const auto list = tx.counted(name, now - (days_of_habit + 1) * slots_a_day + 1);
  Habit habit;
  std::vector<std::uint64_t> days(static_cast<std::size_t>(days_of_habit + 1));
  std::uint64_t this_slot = 0;
  for (const auto& [slot, n] : list) {
    if (slot > now) continue;  // the clock was put back
    if (slot == now) this_slot = n;
    days[static_cast<std::size_t>((now - slot) / slots_a_day)] += n;
    habit.known = habit.known || now - slot >= slots_a_day;
  }
  tx.put_counted(name, {now, this_slot + 1});
  if (this_slot == 0) tx.forget_counted(now - (days_of_habit + 1) * slots_a_day);
  habit.today = days.front() + 1;
  habit.busiest = *std::max_element(days.begin() + 1, days.end());
  return habit;
}

/// How often this person was asked for in 24 hours, with this time: by the strongest key alone.
std::uint64_t Anomalies::asked_before(const std::vector<LinkageKey>& person) {
  if (person.empty()) return 0;
  const auto now = region_.now();
  const auto old = [now](config::Timestamp at) { return now - at >= hours(24) || at > now; };
  if (now - swept_ >= slot_length || swept_ > now) {  // not for every question: it goes over all
    for (auto& [reference, list] : asked_) std::erase_if(list, old);
    std::erase_if(asked_, [](const auto& each) { return each.second.empty(); });
    swept_ = now;
  }
  auto& times = asked_[audit::reference_of_linkage(region_.keys()->reference_key.reveal(),
                                                   person.front().kind, person.front().value)];
  std::erase_if(times, old);
  times.push_back(now);
  return times.size();
}

bool Anomalies::outside_hours() const {
  const auto zone = region_.standing()->directory->time_zone();
  const auto now = region_.now();
  const auto day = zone.local_day(now);
  const std::chrono::weekday weekday(day);
  if (weekday == std::chrono::Saturday || weekday == std::chrono::Sunday) return true;
  const auto hour = std::chrono::floor<hours>(now - zone.start_of(day)).count();
  return hour < limits_.day_begins || hour >= limits_.day_ends;
}

void Anomalies::say(store::Transaction& tx, const audit::Record& about, std::string_view rule,
                    std::uint64_t count, const std::vector<LinkageKey>& person,
                    const std::string& key) {
  const auto now = region_.now();
  std::erase_if(said_, [now](const auto& each) {
    return now - each.second >= hours(1) || each.second > now;  // the clock was put back
  });
  if (!said_.try_emplace(std::string(rule) + "/" + key, now).second) return;
  auto record = about;
  record.id = config::random_uuid();
  record.action = "anomaly";
  record.outcome = audit::Outcome::error;
  record.rule = rule;
  record.count = count;
  record.object = {"record", about.id};
  recorder_.append(tx, std::move(record), person);
}

void Anomalies::after_query(store::Transaction& tx, const audit::Record& query,
                            const std::vector<LinkageKey>& person, bool has_case) {
  const auto& caller = query.actor.id;
  const std::vector<LinkageKey> nobody;
  if (!has_case) say(tx, query, "no-case", 1, nobody, caller);
  const auto habit = count(tx, caller);
  if (habit.known && habit.today >= limits_.habit_floor &&
      habit.today > habit.busiest * limits_.times_habit) {
    say(tx, query, "above-habit", habit.today, nobody, caller);
  }
  if (const auto times = asked_before(person); times > limits_.same_person) {
    const auto reference = audit::reference_of_linkage(region_.keys()->reference_key.reveal(),
                                                       person.front().kind, person.front().value);
    say(tx, query, "same-person", times, person, crypto::base64url(reference));
  }
  if (outside_hours()) say(tx, query, "outside-hours", 1, nobody, caller);
}

Task<void> Anomalies::look_at_clock(std::chrono::steady_clock::time_point steady) {
  const auto now = region_.now();
  const auto before = clocks_;
  clocks_.emplace(now, steady);
  if (!before) co_return;
  const auto moved = std::chrono::floor<std::chrono::seconds>(now - before->first);
  const auto passed = std::chrono::floor<std::chrono::seconds>(steady - before->second);
  const auto jump = moved - passed;
  if (jump < limits_.clock && jump > -limits_.clock) co_return;
  auto record = recorder_.start("anomaly", audit::Outcome::error, this_gateway(region_.self()),
                                Trace::fresh());
  record.rule = "clock-jump";
  record.object = {"clock", jump.count() > 0 ? "ahead" : "back"};
  record.count = static_cast<std::uint64_t>(std::abs(jump.count()));
  auto act = [this, record](store::Transaction& tx) {
    recorder_.append(tx, record);
    return Nothing{};
  };
  co_await write(store_, std::move(act));
}

}  // namespace sluis::gateway
