#include "config/time.hpp"

#include <catch2/catch.hpp>

namespace sluis::config {
namespace {

std::string utc(std::string_view text) {
  const auto time = parse_time(text);
  return time.ok() ? format_time_millis(*time) : "refused";
}

std::string with_offset(std::string_view text) {
  const auto time = parse_time_with_offset(text);
  return time.ok() ? format_time_millis(*time) : "refused";
}

Timestamp at(std::string_view text) {
  return parse_time(text).value();
}
Day day(std::string_view text) {
  return parse_day(text).value();
}

TEST_CASE("parse_time: UTC alone", "[time]") {
  CHECK(utc("2026-11-01T09:08:07Z") == "2026-11-01T09:08:07.000Z");
  CHECK(utc("1969-12-31T23:59:59.5Z") == "1969-12-31T23:59:59.500Z");
  CHECK(utc("2026-11-01T09:08:07.123456789Z") == "2026-11-01T09:08:07.123Z");
  CHECK(utc("2000-02-29T00:00:00Z") == "2000-02-29T00:00:00.000Z");
  for (const auto* bad :
       {"", "2026-11-01", "2026-11-01T09:08:07", "2026-11-01T09:08:07+00:00",
        "2026-11-01t09:08:07Z", "2026-11-01T09:08:07z", "2026-11-01 09:08:07Z",
        "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-11-01T24:00:00Z",
        "2026-11-01T09:60:00Z", "2016-12-31T23:59:60Z", "2026-11-01T09:08Z",
        "2026-11-01T09:08:07.Z", "2026-11-01T09:08:07.1234567890Z", "2026-11-01T09:08:07Z ",
        "0000-01-01T00:00:00Z", "+2026-11-01T09:08:07Z"}) {
    INFO(bad);
    CHECK(utc(bad) == "refused");
  }
}

TEST_CASE("parse_time_with_offset: any of RFC 3339's", "[time]") {
  CHECK(with_offset("2026-11-01T00:30:00+01:00") == "2026-10-31T23:30:00.000Z");
  CHECK(with_offset("2026-11-01t00:30:00.25-05:30") == "2026-11-01T06:00:00.250Z");
  CHECK(with_offset("2026-11-01T00:30:00z") == "2026-11-01T00:30:00.000Z");
  CHECK(with_offset("2026-11-01T00:30:00-00:00") == "2026-11-01T00:30:00.000Z");
  for (const auto* bad :
       {"2026-11-01T00:30:00", "2026-11-01T00:30:00+0100", "2026-11-01T00:30:00+24:00",
        "2026-11-01T00:30:00+01:60", "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00"}) {
    INFO(bad);
    CHECK(with_offset(bad) == "refused");
  }
}

TEST_CASE("format_time: seconds, rounded down", "[time]") {
  CHECK(format_time(at("2026-11-01T09:08:07.999Z")) == "2026-11-01T09:08:07Z");
  CHECK(format_time(at("1969-12-31T23:59:59.999Z")) == "1969-12-31T23:59:59Z");
}

TEST_CASE("days", "[time]") {
  CHECK(format_day(day("2026-02-28")) == "2026-02-28");
  CHECK(format_day(day("0001-01-01")) == "0001-01-01");
  for (const auto* bad : {"2026-02-29", "2026-2-1", "26-02-01", "2026-02-01 ", "2026/02/01", ""}) {
    CHECK_FALSE(parse_day(bad).ok());
  }
}

TEST_CASE("durations: read and written", "[time]") {
  struct Case {
    std::string text;
    Duration duration;
    std::string canonical;
  };
  const auto c = GENERATE(values<Case>({{"P180D", {0, 180, 0}, "P180D"},
                                        {"P1Y6M", {18, 0, 0}, "P1Y6M"},
                                        {"P12M", {12, 0, 0}, "P1Y"},
                                        {"P2W", {0, 14, 0}, "P14D"},
                                        {"PT36H", {0, 0, 129'600}, "PT36H"},
                                        {"P1M2DT3H4M5S", {1, 2, 11'045}, "P1M2DT3H4M5S"},
                                        {"PT90S", {0, 0, 90}, "PT1M30S"},
                                        {"P0D", {0, 0, 0}, "P0D"}}));
  DYNAMIC_SECTION(c.text) {
    const auto parsed = parse_duration(c.text);
    REQUIRE(parsed.ok());
    CHECK(*parsed == c.duration);
    CHECK(format_duration(*parsed) == c.canonical);
  }
}

TEST_CASE("durations: refused", "[time]") {
  for (const auto* bad : {"", "P", "PT", "P1", "1D", "P1DT", "P1D1M", "P1.5D", "-P1D", "P-1D",
                          "P1H", "PT1D", "P1D ", "P1234567D", "p1d", "PT1H1H", "P1YT"}) {
    INFO(bad);
    CHECK_FALSE(parse_duration(bad).ok());
  }
}

TEST_CASE("add: calendar months in UTC, then days and seconds", "[time]") {
  struct Case {
    std::string start, term, end;
  };
  const auto c = GENERATE(values<Case>({
      {"2026-01-31T10:00:00Z", "P1M", "2026-02-28T10:00:00Z"},
      {"2024-02-29T10:00:00Z", "P1Y", "2025-02-28T10:00:00Z"},
      {"2026-01-31T10:00:00Z", "P1M1DT1H", "2026-03-01T11:00:00Z"},
      {"2026-11-01T23:59:59Z", "P180D", "2027-04-30T23:59:59Z"},
      {"2026-11-01T00:00:00Z", "P999999M", "9999-12-31T00:00:00Z"},
      {"9999-12-30T00:00:00Z", "P999999D", "9999-12-31T00:00:00Z"},
  }));
  DYNAMIC_SECTION(c.start + " " + c.term) {
    CHECK(format_time(add(at(c.start), parse_duration(c.term).value())) == c.end);
  }
}

TEST_CASE("durations: order", "[time]") {
  const auto nominal = [](std::string_view text) {
    return parse_duration(text).value().nominal_seconds();
  };
  CHECK(nominal("P30D") < nominal("P1M"));
  CHECK(nominal("P1M") < nominal("P31D"));
  CHECK(nominal("P1Y") < nominal("P366D"));
  CHECK(nominal("PT23H") < nominal("P1D"));
}

TEST_CASE("TimeZone: days as the wall calendar has them", "[time]") {
  const auto zone = TimeZone::load("Europe/Amsterdam").value();
  CHECK(zone.name() == "Europe/Amsterdam");
  CHECK(format_day(zone.local_day(at("2026-11-01T22:59:59Z"))) == "2026-11-01");
  CHECK(format_day(zone.local_day(at("2026-11-01T23:00:00Z"))) == "2026-11-02");
  CHECK(format_day(zone.local_day(at("2026-07-01T22:00:00Z"))) == "2026-07-02");
  CHECK(format_time(zone.start_of(day("2026-07-02"))) == "2026-07-01T22:00:00Z");
  CHECK(format_time(zone.start_of(day("2026-03-29"))) == "2026-03-28T23:00:00Z");
  CHECK(format_time(zone.start_of(day("2026-03-30"))) == "2026-03-29T22:00:00Z");
}

TEST_CASE("TimeZone: a midnight that is skipped, and one that comes twice", "[time]") {
  struct Case {
    std::string zone, day, start;
  };
  const auto c = GENERATE(values<Case>({
      {"America/Santiago", "2026-09-06", "2026-09-06T04:00:00Z"},  // 24:00 became 01:00
      {"America/Santiago", "2026-04-05", "2026-04-05T04:00:00Z"},  // 24:00 became 23:00
      {"UTC", "2026-04-05", "2026-04-05T00:00:00Z"},
  }));
  DYNAMIC_SECTION(c.zone + " " + c.day) {
    const auto zone = TimeZone::load(c.zone).value();
    const Timestamp start = zone.start_of(day(c.day));
    CHECK(format_time(start) == c.start);
    CHECK(zone.local_day(start) == day(c.day));
    CHECK(zone.local_day(start - std::chrono::milliseconds(1)) ==
          day(c.day) - std::chrono::days(1));
  }
}

TEST_CASE("TimeZone: unknown names", "[time]") {
  for (const auto* bad :
       {"", "Europe/Nergens", "Etc/Unknown", "GMT+1:30", "Europe/Amsterdam\xff"}) {
    INFO(bad);
    CHECK_FALSE(TimeZone::load(bad).ok());
  }
}

TEST_CASE("SystemClock: is near the system's time", "[time]") {
  const auto apart = std::chrono::system_clock::now() - SystemClock().now();
  CHECK(std::chrono::abs(apart) < std::chrono::minutes(1));
}

}  // namespace
}  // namespace sluis::config
