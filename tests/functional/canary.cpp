#include "tests/functional/canary.hpp"

#include <algorithm>

#include "config/ids.hpp"
#include "config/time.hpp"

namespace sluis::test {

namespace {

std::uint64_t below(std::mt19937_64& random, std::uint64_t bound) {
  return std::uniform_int_distribution<std::uint64_t>(0, bound - 1)(random);
}

std::string letters(std::mt19937_64& random, std::size_t count) {
  constexpr std::string_view consonants = "BCDFGHJKLMNPQRSTVWXZ";
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += consonants[below(random, consonants.size())];
  return text;
}

std::string in_small_letters(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return text;
}
std::string in_capitals(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  });
  return text;
}

/// One capital, then small letters.
std::string titled(const std::string& text) {
  return text.substr(0, 1) + in_small_letters(text.substr(1));
}

/// A letter with an accent, as names have them, and what linkage makes of it.
constexpr std::string_view accented = "ë", plain = "E";

std::string two_digits(std::uint64_t number) {
  return (number < 10 ? "0" : "") + std::to_string(number);
}

std::string digits_of(std::mt19937_64& random, bool valid) {
  while (true) {
    std::string digits = "9";
    unsigned sum = 9 * 9;
    for (unsigned weight = 8; weight >= 2; --weight) {
      const auto digit = static_cast<unsigned>(below(random, 10));
      digits += static_cast<char>('0' + digit);
      sum += weight * digit;
    }
    const unsigned last = sum % 11;
    if (last > 9) continue;
    return digits + static_cast<char>('0' + (valid ? last : (last + 1) % 10));
  }
}

}  // namespace

std::string made_up_bsn(std::mt19937_64& random) {
  return digits_of(random, true);
}
std::string wrong_bsn(std::mt19937_64& random) {
  return digits_of(random, false);
}

Json Canary::json() const {
  return {{"bsn", bsn},
          {"givenNames", given_names},
          {"familyName", family_name},
          {"birthDate", birth_date},
          {"postalCode", postal_code},
          {"houseNumber", house_number}};
}

std::vector<std::string> Canary::needles() const {
  std::string linkage = family_name;
  linkage.replace(linkage.find(accented), accented.size(), plain);
  linkage = in_capitals(linkage);
  std::string no_space = postal_code;
  std::erase(no_space, ' ');
  return {bsn,
          given_names,
          in_capitals(given_names),
          in_small_letters(given_names),
          family_name,
          linkage,
          in_small_letters(linkage),
          birth_date,
          house_number,
          linkage + "|" + in_capitals(given_names.substr(0, 1)) + "|" + birth_date,
          birth_date + "|" + no_space + "|" + house_number};
}

std::string Aviary::word() {
  auto text = titled(letters(random_, 18));
  remember(text);
  return text;
}

void Aviary::remember(const std::string& text) {
  needles_.push_back(text);
  needles_.push_back(in_capitals(text));
  needles_.push_back(in_small_letters(text));
}

std::string Aviary::bsn(bool valid) {
  needles_.push_back(digits_of(random_, valid));
  return needles_.back();
}

Canary Aviary::person() {
  Canary person;
  person.bsn = made_up_bsn(random_);
  person.given_names = titled(letters(random_, 13));
  auto family = titled(letters(random_, 14));
  person.family_name = family.insert(7, accented);
  person.birth_date = std::to_string(1930 + below(random_, 70)) + "-" +
                      two_digits(1 + below(random_, 12)) + "-" + two_digits(1 + below(random_, 28));
  person.postal_code = std::to_string(6100 + below(random_, 380)) + " " + letters(random_, 2);
  person.house_number = std::to_string(1'000'000'000'000 + below(random_, 9'000'000'000'000));
  for (auto& needle : person.needles()) needles_.push_back(std::move(needle));
  return person;
}

Json Aviary::signal(const Canary& person, std::string_view theme) {
  const auto phone = std::to_string(310'000'000'000'000 + below(random_, 9'000'000'000'000));
  needles_.push_back(phone);
  return {{"id", config::random_uuid()},
          {"person", person.json()},
          {"theme", theme},
          {"severity", "hoog"},
          {"observedAt", observed_lately()},
          {"purpose", "persoonsgerichte-aanpak"},
          {"contact",
           {{"name", word()}, {"phone", "+" + phone}, {"email", word() + "@dienst.example"}}},
          {"payload", {{"summary", word() + " " + word()}, {"nested", {{"note", word()}}}}}};
}

std::string observed_lately() {
  return config::format_time(config::SystemClock().now() - std::chrono::hours(2));
}

}  // namespace sluis::test
