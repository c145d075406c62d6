#include "gateway/core/linkage.hpp"

#include <unicode/locid.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "config/time.hpp"

namespace sluis::gateway {
namespace {

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}
bool is_capital(char c) noexcept {
  return c >= 'A' && c <= 'Z';
}

/// An ICU string about a person: wiped when it goes.
struct WipedUnicode {
  WipedUnicode() = default;
  explicit WipedUnicode(std::string_view utf8)
      : text(icu::UnicodeString::fromUTF8(
            icu::StringPiece(utf8.data(), static_cast<std::int32_t>(utf8.size())))) {}
  WipedUnicode(const WipedUnicode&) = delete;
  WipedUnicode& operator=(const WipedUnicode&) = delete;
  ~WipedUnicode() {
    const auto capacity = static_cast<std::size_t>(text.getCapacity());
    char16_t* units = text.getBuffer(-1);
    if (units == nullptr) return;
    crypto::wipe({reinterpret_cast<std::uint8_t*>(units), capacity * sizeof(char16_t)});
    text.releaseBuffer(0);
  }
  icu::UnicodeString text;
};

/// What full upper case leaves and NFKD does not take apart, as A–Z; empty for anything else.
std::string_view spelled_out(char16_t unit) noexcept {
  switch (unit) {
    case u'Ø':
      return "O";
    case u'Æ':
      return "AE";
    case u'Œ':
      return "OE";
    case u'Ł':
      return "L";
    case u'Đ':
    case u'Ð':
      return "D";
    case u'Þ':
      return "TH";
    case u'ẞ':
      return "SS";
    default:
      return {};
  }
}

void decompose(std::string_view utf8, WipedUnicode& decomposed) {
  const WipedUnicode given(utf8);
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* nfkd = icu::Normalizer2::getNFKDInstance(status);
  if (U_SUCCESS(status) != 0) nfkd->normalize(given.text, decomposed.text, status);
  if (U_FAILURE(status) != 0) throw std::runtime_error("ICU: no NFKD");
}

bool is_date(std::string_view text) {
  return config::parse_day(text).ok();
}

/// [1-9][0-9]{3}[A-Z]{2}, or empty.
WipedText postal_code_form(std::string_view text) {
  WipedUnicode raised(text);
  raised.text.toUpper(icu::Locale::getRoot());
  std::string code;
  const WipeAtEnd wiped(code);
  code.reserve(8);  // never moved, so wiped whole
  for (std::int32_t i = 0; i < raised.text.length(); ++i) {
    const char16_t unit = raised.text[i];
    if (u_isUWhiteSpace(unit) != 0) continue;
    if (unit > 0x7f || code.size() == 6) return {};
    code += static_cast<char>(unit);
  }
  const bool fits = code.size() == 6 && code[0] != '0' &&
                    std::all_of(code.begin(), code.begin() + 4, is_digit) &&
                    std::all_of(code.begin() + 4, code.end(), is_capital);
  return fits ? WipedText(code) : WipedText();
}

/// The leading digits without leading zeros; perhaps none.
std::string_view house_number_form(std::string_view text) noexcept {
  text = text.substr(
      0, static_cast<std::size_t>(std::ranges::find_if_not(text, is_digit) - text.begin()));
  return text.substr(std::min(text.find_first_not_of('0'), text.size()));
}

WipedText joined(std::initializer_list<std::string_view> parts, std::string_view separator) {
  std::size_t size = 0;
  for (const auto part : parts) size += separator.size() + part.size();
  std::string text;
  const WipeAtEnd wiped(text);
  text.reserve(size);  // never moved, so wiped whole
  for (const auto part : parts) {
    if (!text.empty()) text += separator;
    text += part;
  }
  return WipedText(text);
}

std::string_view field(const std::optional<WipedText>& text) noexcept {
  return text ? text->view() : std::string_view();
}

}  // namespace

bool valid_bsn(std::string_view text) noexcept {
  if (text.size() != 8 && text.size() != 9) return false;
  if (!std::ranges::all_of(text, is_digit)) return false;
  if (std::ranges::all_of(text, [](char c) { return c == '0'; })) return false;
  // Weights 9 8 7 6 5 4 3 2 −1; the zero in front of eight digits adds nothing.
  int sum = 0;
  auto weight = static_cast<int>(text.size());
  for (const char c : text) {
    sum += (c - '0') * (weight == 1 ? -1 : weight);
    --weight;
  }
  return sum % 11 == 0;
}

WipedText linkage_form(std::string_view text) {
  WipedUnicode letters;
  decompose(text, letters);
  letters.text.toUpper(icu::Locale::getRoot());
  std::string form;
  const WipeAtEnd wiped(form);
  form.reserve(2 * static_cast<std::size_t>(letters.text.length()));
  for (std::int32_t i = 0; i < letters.text.length(); ++i) {
    const char16_t unit = letters.text[i];
    if (unit >= u'A' && unit <= u'Z') {
      form += static_cast<char>(unit);
    } else {
      form += spelled_out(unit);
    }
  }
  return WipedText(form);
}

std::vector<LinkageKey> linkage_keys(const Person& person) {
  std::vector<LinkageKey> keys;
  if (const auto bsn = field(person.bsn); valid_bsn(bsn)) {
    keys.push_back({"bsn", joined({bsn.size() == 8 ? "0" : "", bsn}, "")});
  }
  const auto born = field(person.birth_date);
  if (!is_date(born)) return keys;
  const auto family = linkage_form(field(person.family_name));
  const auto given = linkage_form(field(person.given_names));
  if (!family.empty() && !given.empty()) {
    keys.push_back({"name-dob", joined({family, given.view().substr(0, 1), born}, "|")});
  }
  const auto postal_code = postal_code_form(field(person.postal_code));
  const auto house = house_number_form(field(person.house_number));
  if (!postal_code.empty() && !house.empty()) {
    keys.push_back({"dob-address", joined({born, postal_code, house}, "|")});
  }
  return keys;
}

Certainty certainty_of(std::string_view kind) noexcept {
  if (kind == "bsn") return Certainty::certain;
  if (kind == "name-dob") return Certainty::probable;
  if (kind == "dob-address") return Certainty::possible;
  return Certainty::none;
}

std::string_view certainty_name(Certainty certainty) noexcept {
  switch (certainty) {
    case Certainty::certain:
      return "certain";
    case Certainty::probable:
      return "probable";
    case Certainty::possible:
      return "possible";
    case Certainty::none:
      break;
  }
  return "none";
}

bool is_unique_kind(std::string_view kind) noexcept {
  return kind == "bsn";
}

}  // namespace sluis::gateway
