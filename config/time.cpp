#include "config/time.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>

namespace sluis::config {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using std::chrono::floor;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::year_month_day;

/// Takes a text apart from the left.
class Scanner {
 public:
  explicit Scanner(std::string_view rest) : rest_(rest) {}

  [[nodiscard]] bool done() const noexcept { return rest_.empty(); }
  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  /// Between `least` and `most` digits, as many as there are.
  std::optional<unsigned> number(std::size_t least, std::size_t most) {
    std::size_t size = 0;
    unsigned value = 0;
    while (size < most && size < rest_.size() && rest_[size] >= '0' && rest_[size] <= '9') {
      value = value * 10 + static_cast<unsigned>(rest_[size++] - '0');
    }
    if (size < least) return std::nullopt;
    rest_.remove_prefix(size);
    return value;
  }
  std::optional<unsigned> number(std::size_t digits) { return number(digits, digits); }

 private:
  std::string_view rest_;
};

std::optional<Day> take_day(Scanner& scanner) {
  const auto year = scanner.number(4);
  if (!year || *year == 0 || !scanner.take('-')) return std::nullopt;
  const auto month = scanner.number(2);
  if (!month || !scanner.take('-')) return std::nullopt;
  const auto day = scanner.number(2);
  if (!day) return std::nullopt;
  const year_month_day date{std::chrono::year(static_cast<int>(*year)), std::chrono::month(*month),
                            std::chrono::day(*day)};
  if (!date.ok()) return std::nullopt;
  return Day(date);
}

std::optional<milliseconds> take_clock_time(Scanner& scanner) {
  const auto hour = scanner.number(2);
  if (!hour || *hour > 23 || !scanner.take(':')) return std::nullopt;
  const auto minute = scanner.number(2);
  if (!minute || *minute > 59 || !scanner.take(':')) return std::nullopt;
  const auto second = scanner.number(2);
  if (!second || *second > 59) return std::nullopt;
  milliseconds time = std::chrono::hours(*hour) + std::chrono::minutes(*minute) + seconds(*second);
  if (!scanner.take('.')) return time;
  unsigned unit = 100;
  std::size_t digits = 0;
  for (; const auto digit = scanner.number(1); ++digits, unit /= 10) {
    time += milliseconds(*digit * unit);
  }
  if (digits == 0 || digits > 9) return std::nullopt;
  return time;
}

std::optional<std::chrono::minutes> take_offset(Scanner& scanner) {
  if (scanner.take('Z') || scanner.take('z')) return 0min;
  const bool west = scanner.take('-');
  if (!west && !scanner.take('+')) return std::nullopt;
  const auto hour = scanner.number(2);
  if (!hour || *hour > 23 || !scanner.take(':')) return std::nullopt;
  const auto minute = scanner.number(2);
  if (!minute || *minute > 59) return std::nullopt;
  const std::chrono::minutes offset = std::chrono::hours(*hour) + std::chrono::minutes(*minute);
  return west ? -offset : offset;
}

constexpr Day first_day = Day(std::chrono::year(1) / 1 / 1);
constexpr Day last_day = Day(std::chrono::year(9999) / 12 / 31);

bool within_calendar(Timestamp time) {
  return time >= first_day && time < last_day + days(1);
}

std::string format(const char* pattern, auto... values) {
  std::array<char, 64> buffer;
  const int size = std::snprintf(buffer.data(), buffer.size(), pattern, values...);
  return {buffer.data(), static_cast<std::size_t>(size)};
}

}  // namespace

Result<Timestamp> parse_time(std::string_view text) {
  Scanner scanner(text);
  const auto day = take_day(scanner);
  if (day && scanner.take('T')) {
    const auto time = take_clock_time(scanner);
    if (time && scanner.take('Z') && scanner.done()) return Timestamp(*day + *time);
  }
  return error(Code::invalid, "must be a time in UTC such as 2026-11-01T09:00:00Z");
}

Result<Timestamp> parse_time_with_offset(std::string_view text) {
  Scanner scanner(text);
  const auto day = take_day(scanner);
  if (day && (scanner.take('T') || scanner.take('t'))) {
    const auto time = take_clock_time(scanner);
    const auto offset = time ? take_offset(scanner) : std::nullopt;
    if (offset && scanner.done()) {
      const Timestamp moment = *day + *time - *offset;
      if (within_calendar(moment)) return moment;
    }
  }
  return error(Code::invalid, "must be a time such as 2026-11-01T10:00:00+01:00 (RFC 3339)");
}

std::string format_time(Timestamp time) {
  const Day day = floor<days>(time);
  const std::chrono::hh_mm_ss clock(floor<seconds>(time) - day);
  return format_day(day) + format("T%02d:%02d:%02dZ", static_cast<int>(clock.hours().count()),
                                  static_cast<int>(clock.minutes().count()),
                                  static_cast<int>(clock.seconds().count()));
}

std::string format_time_millis(Timestamp time) {
  const auto millis = static_cast<int>((time - floor<seconds>(time)).count());
  std::string text = format_time(time);
  text.insert(text.size() - 1, format(".%03d", millis));
  return text;
}

Result<Day> parse_day(std::string_view text) {
  Scanner scanner(text);
  const auto day = take_day(scanner);
  if (day && scanner.done()) return *day;
  return error(Code::invalid, "must be a day such as 2026-11-01");
}

std::string format_day(Day day) {
  const year_month_day date(day);
  return format("%04d-%02u-%02u", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

std::uint64_t Duration::nominal_seconds() const noexcept {
  constexpr std::uint64_t month = 2'629'746, day = 86'400;
  return months * month + days * day + seconds;
}

Result<Duration> parse_duration(std::string_view text) {
  struct Unit {
    char letter;
    bool clock;  // stands after the T
    std::uint32_t months, days;
    std::uint64_t seconds;
  };
  static constexpr Unit units[] = {
      {'Y', false, 12, 0, 0},  {'M', false, 1, 0, 0}, {'W', false, 0, 7, 0}, {'D', false, 0, 1, 0},
      {'H', true, 0, 0, 3600}, {'M', true, 0, 0, 60}, {'S', true, 0, 0, 1}};
  const auto refusal =
      error(Code::invalid, "must be a term such as P180D, P6M or PT36H (ISO 8601)");
  Scanner scanner(text);
  if (!scanner.take('P')) return refusal;
  Duration duration;
  bool clock = false;
  const Unit* next = std::begin(units);
  do {
    if (!clock && scanner.take('T')) clock = true;  // a number must follow
    const auto value = scanner.number(1, 6);
    if (!value) return refusal;
    next = std::find_if(next, std::end(units), [&](const Unit& unit) {
      return unit.clock == clock && scanner.take(unit.letter);
    });
    if (next == std::end(units)) return refusal;
    duration.months += *value * next->months;
    duration.days += *value * next->days;
    duration.seconds += *value * next->seconds;
    ++next;
  } while (!scanner.done());
  return duration;
}

std::string format_duration(const Duration& duration) {
  std::string text = "P";
  const auto put = [&text](std::uint64_t value, char letter) {
    if (value != 0) text += std::to_string(value) + letter;
  };
  put(duration.months / 12, 'Y');
  put(duration.months % 12, 'M');
  put(duration.days, 'D');
  if (duration.seconds != 0) {
    text += 'T';
    put(duration.seconds / 3600, 'H');
    put(duration.seconds / 60 % 60, 'M');
    put(duration.seconds % 60, 'S');
  }
  return text == "P" ? "P0D" : text;
}

Timestamp add(Timestamp start, const Duration& duration) {
  const Day day = floor<days>(start);
  year_month_day date = year_month_day(day) + std::chrono::months(duration.months);
  if (date.year() > std::chrono::year(9999)) return last_day;
  if (!date.ok()) date = date.year() / date.month() / std::chrono::last;
  const Timestamp end = Day(date) + (start - day) + days(duration.days) + seconds(duration.seconds);
  return std::min<Timestamp>(end, last_day);
}

Timestamp SystemClock::now() const {
  return floor<milliseconds>(std::chrono::system_clock::now());
}

}  // namespace sluis::config
