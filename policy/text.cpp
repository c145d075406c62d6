#include "policy/text.hpp"

#include <array>

namespace sluis::policy {

Text plain(const std::string& text) {
  return {text, text};
}

Text operator+(Text left, const Text& right) {
  left.nl += right.nl;
  left.en += right.en;
  return left;
}

Text listed(const std::vector<Text>& items, const Text& nothing) {
  if (items.empty()) return nothing;
  Text text;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0 && i + 1 == items.size()) text = text + Text{" en ", " and "};
    if (i > 0 && i + 1 < items.size()) text = text + plain(", ");
    text = text + items[i];
  }
  return text;
}

Text listed(const std::vector<std::string>& words) {
  std::vector<Text> items;
  for (const auto& word : words) items.push_back(plain(word));
  return listed(items, {"niets", "nothing"});
}

Text listed(const Selection& selection, const Text& all) {
  return selection.all ? all : listed(selection.words);
}

Text partner_text(const std::string& id, const Surroundings& known) {
  const auto name = known.names.find(id);
  return plain(name == known.names.end() ? id : name->second);
}

Text partners_text(const Selection& selection, const Surroundings& known, const Text& all) {
  if (selection.all) return all;
  std::vector<Text> items;
  for (const auto& id : selection.words) items.push_back(partner_text(id, known));
  return listed(items, all);
}

Text theme_text(const std::string& id, const Surroundings& known) {
  const auto* theme = known.vocabulary.theme(id);
  return theme == nullptr ? plain(id) : Text{theme->nl, theme->en};
}

Text themes_text(const Selection& selection, const Surroundings& known) {
  if (selection.all) return {"elk thema", "any theme"};
  std::vector<Text> items;
  for (const auto& id : selection.words) items.push_back(theme_text(id, known));
  return listed(items, {"niets", "nothing"});
}

Text fields_text(Mask mask) {
  static const std::array<Text, fields.size()> names{{{"de ernst", "the severity"},
                                                      {"het tijdstip", "the time of observation"},
                                                      {"de contactpersoon", "the contact"},
                                                      {"de melding zelf", "the report itself"}}};
  std::vector<Text> items;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if ((mask >> i & 1U) != 0) items.push_back(names[i]);
  }
  return listed(items, {"geen inhoud", "no content"});
}

Text identifiers_text(Mask mask) {
  static const std::array<Text, identifiers.size()> names{
      {{"het BSN", "the citizen service number (BSN)"},
       {"naam en geboortedatum", "name and date of birth"},
       {"geboortedatum en adres", "date of birth and address"}}};
  std::vector<Text> items;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if ((mask >> i & 1U) != 0) items.push_back(names[i]);
  }
  return listed(items, {"niets", "nothing"});
}

namespace {

template <std::size_t N>
Mask mask_of(const std::array<std::string_view, N>& all, const std::vector<std::string>& words) {
  Mask mask = 0;
  for (const auto& word : words)
    if (const auto place = place_in(all, word)) mask |= Mask{1} << *place;
  return mask;
}

Text counted(std::uint64_t number, const Text& one, const Text& many) {
  return plain(std::to_string(number) + " ") + (number == 1 ? one : many);
}

}  // namespace

Text fields_text(const std::vector<std::string>& words) {
  return fields_text(mask_of(fields, words));
}
Text identifiers_text(const std::vector<std::string>& words) {
  return identifiers_text(mask_of(identifiers, words));
}

Text term_text(const config::Duration& term) {
  std::vector<Text> items;
  if (const auto years = term.months / 12; years > 0)
    items.push_back(counted(years, {"jaar", "year"}, {"jaar", "years"}));
  if (const auto months = term.months % 12; months > 0)
    items.push_back(counted(months, {"maand", "month"}, {"maanden", "months"}));
  if (term.days > 0) items.push_back(counted(term.days, {"dag", "day"}, {"dagen", "days"}));
  if (term.seconds > 0 && term.seconds % 3600 == 0) {
    items.push_back(counted(term.seconds / 3600, {"uur", "hour"}, {"uur", "hours"}));
  } else if (term.seconds > 0) {
    items.push_back(counted(term.seconds, {"seconde", "second"}, {"seconden", "seconds"}));
  }
  return listed(items, {"geen tijd", "no time"});
}

Text day_text(config::Day day) {
  static constexpr std::array<const char*, 12> nl{"januari",   "februari", "maart",    "april",
                                                  "mei",       "juni",     "juli",     "augustus",
                                                  "september", "oktober",  "november", "december"};
  static constexpr std::array<const char*, 12> en{"January",   "February", "March",    "April",
                                                  "May",       "June",     "July",     "August",
                                                  "September", "October",  "November", "December"};
  const std::chrono::year_month_day date{day};
  const auto number = std::to_string(static_cast<unsigned>(date.day())) + " ";
  const auto month = static_cast<unsigned>(date.month()) - 1;
  const auto year = " " + std::to_string(static_cast<int>(date.year()));
  return {number + nl[month] + year, number + en[month] + year};
}

}  // namespace sluis::policy
