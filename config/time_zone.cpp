#include <unicode/basictz.h>
#include <unicode/timezone.h>

#include "config/time.hpp"

namespace sluis::config {
namespace {

Timestamp shifted(Timestamp time, std::int32_t offset_ms) {
  return time + std::chrono::milliseconds(offset_ms);
}

}  // namespace

struct TimeZone::Zone {
  std::unique_ptr<icu::BasicTimeZone> rules;
};

TimeZone::TimeZone(std::string name, std::shared_ptr<const Zone> zone)
    : name_(std::move(name)), zone_(std::move(zone)) {}

Result<TimeZone> TimeZone::load(const std::string& name) {
  std::unique_ptr<icu::TimeZone> found(
      icu::TimeZone::createTimeZone(icu::UnicodeString::fromUTF8(name)));
  // createTimeZone also makes zones of texts such as GMT+1, which the tz database does not name.
  icu::UnicodeString canonical;
  UErrorCode status = U_ZERO_ERROR;
  UBool known = 0;
  icu::TimeZone::getCanonicalID(icu::UnicodeString::fromUTF8(name), canonical, known, status);
  auto* rules = dynamic_cast<icu::BasicTimeZone*>(found.get());
  if (U_FAILURE(status) != 0 || known == 0 || rules == nullptr || name == UCAL_UNKNOWN_ZONE_ID) {
    return error(Code::invalid, "must be a time zone such as Europe/Amsterdam");
  }
  (void)found.release();
  auto zone = std::make_shared<Zone>();
  zone->rules.reset(rules);
  return TimeZone(name, std::move(zone));
}

Day TimeZone::local_day(Timestamp time) const {
  std::int32_t raw = 0, saving = 0;
  UErrorCode status = U_ZERO_ERROR;
  zone_->rules->getOffset(static_cast<UDate>(time.time_since_epoch().count()), /*local=*/0, raw,
                          saving, status);
  if (U_FAILURE(status) != 0) throw std::runtime_error("ICU: no offset of a time zone");
  return std::chrono::floor<std::chrono::days>(shifted(time, raw + saving));
}

Timestamp TimeZone::start_of(Day day) const {
  const Timestamp midnight = day;
  std::int32_t raw = 0, saving = 0;
  UErrorCode status = U_ZERO_ERROR;
  // A midnight that the clocks skip is the moment at which they do; of a midnight that comes
  // twice the second one begins the day, since the first was followed by the day before.
  zone_->rules->getOffsetFromLocal(static_cast<UDate>(midnight.time_since_epoch().count()),
                                   UCAL_TZ_LOCAL_FORMER, UCAL_TZ_LOCAL_LATTER, raw, saving, status);
  if (U_FAILURE(status) != 0) throw std::runtime_error("ICU: no offset of a time zone");
  return shifted(midnight, -(raw + saving));
}

}  // namespace sluis::config
