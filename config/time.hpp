// Moments, days and terms: RFC 3339 and ISO 8601 durations, and days in the region's time zone.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "config/result.hpp"

namespace sluis::config {

using Timestamp = std::chrono::sys_time<std::chrono::milliseconds>;
/// A calendar day. In the region's time zone unless it says otherwise.
using Day = std::chrono::sys_days;

/// RFC 3339 in UTC, `2026-11-01T09:00:00Z`, with up to nine decimals of which three are kept. As
/// protocol documents have it: another offset, lower case and a leap second are `invalid`.
[[nodiscard]] Result<Timestamp> parse_time(std::string_view text);
/// The same, with any RFC 3339 offset and letter case: as callers of the API write it.
[[nodiscard]] Result<Timestamp> parse_time_with_offset(std::string_view text);
/// To the second, rounded down, with `Z`.
[[nodiscard]] std::string format_time(Timestamp time);
/// To the millisecond.
[[nodiscard]] std::string format_time_millis(Timestamp time);

/// `2026-11-01`; `invalid` for a day that the calendar does not have. Years 0001 to 9999.
[[nodiscard]] Result<Day> parse_day(std::string_view text);
[[nodiscard]] std::string format_day(Day day);

/// A term. Months, days and seconds are apart, since none is a fixed number of the next.
struct Duration {
  std::uint32_t months = 0;
  std::uint32_t days = 0;
  std::uint64_t seconds = 0;
  bool operator==(const Duration&) const = default;

  /// For putting terms in order: a month counts as its average, 30.436875 days.
  [[nodiscard]] std::uint64_t nominal_seconds() const noexcept;
};
/// ISO 8601, whole numbers of at most six digits: `P180D`, `P1Y6M`, `PT36H`, `P2W`.
[[nodiscard]] Result<Duration> parse_duration(std::string_view text);
[[nodiscard]] std::string format_duration(const Duration& duration);
/// Months first, in UTC, to the last day of the month where that day is missing; then the days
/// and the seconds. Not later than the year 9999.
[[nodiscard]] Timestamp add(Timestamp start, const Duration& duration);

/// A zone of the tz database, as ICU has it. Cheap to copy; safe to use from several threads.
class TimeZone {
 public:
  /// `invalid` for a name that the database does not have.
  [[nodiscard]] static Result<TimeZone> load(const std::string& name);

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  /// The day that the calendar on the wall shows.
  [[nodiscard]] Day local_day(Timestamp time) const;
  /// The first moment of that day there.
  [[nodiscard]] Timestamp start_of(Day day) const;

 private:
  struct Zone;
  TimeZone(std::string name, std::shared_ptr<const Zone> zone);
  std::string name_;
  std::shared_ptr<const Zone> zone_;
};

/// What time it is: the system's in service, a chosen one in tests. Safe to use from several
/// threads.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Timestamp now() const = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] Timestamp now() const override;
};

}  // namespace sluis::config
