// The gap table as a page that can be printed, mailed and opened without a network.
#include "policy/compare.hpp"

namespace sluis::policy {
namespace {

std::string escaped(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    switch (c) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '"':
        safe += "&quot;";
        break;
      default:
        safe += c;
    }
  }
  return safe;
}

std::string cell(std::string_view text) {
  return "<td>" + escaped(text) + "</td>";
}

std::string rules(const std::vector<std::string>& ids) {
  std::string text;
  for (const auto& id : ids) text += (text.empty() ? "" : ", ") + id;
  return text.empty() ? "–" : text;
}

constexpr auto style =
    "body{font:16px/1.5 sans-serif;margin:2rem auto;max-width:75rem;padding:0 1rem;color:#1a1a1a}"
    "table{border-collapse:collapse;width:100%;margin-bottom:2rem}"
    "th,td{border:1px solid #767676;padding:.4rem .6rem;text-align:left;vertical-align:top}"
    "thead{background:#f0f0f0}tr.agreed td:nth-child(3){background:#e3f4e3}"
    "tr.not-accepted td:nth-child(3),tr.not-offered td:nth-child(3){background:#fdf0d5}"
    "tr.forbidden td:nth-child(3){background:#f9e0e0}ul{margin:0;padding-left:1.2rem}";

}  // namespace

std::string to_html(const Comparison& comparison, const Surroundings& known, Language language) {
  const auto say = [&](const char* nl, const char* en) {
    return std::string(language == Language::nl ? nl : en);
  };
  const auto title = say("Beleid naast elkaar", "Policies side by side");
  std::string page = "<!doctype html>\n<html lang=\"" + say("nl", "en") +
                     "\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
                     "content=\"width=device-width\"><title>" +
                     title + "</title><style>" + style + "</style></head><body>\n<h1>" + title +
                     "</h1>\n";
  std::vector<Text> names;
  for (const auto& id : comparison.organisations) names.push_back(partner_text(id, known));
  page += "<p>" + escaped(in(language, listed(names, {}))) + "</p>\n";
  for (const auto& theme : known.vocabulary.themes) {
    page += "<h2>" + escaped(in(language, theme_text(theme.id, known))) + "</h2>\n";
    if (std::find(comparison.unoffered.begin(), comparison.unoffered.end(), theme.id) !=
        comparison.unoffered.end())
      page += "<p><strong>" +
              say("Dit wordt gevraagd en door niemand aangeboden.",
                  "This is asked for and offered by nobody.") +
              "</strong></p>\n";
    page += "<table><thead><tr><th scope=\"col\">" + say("van", "from") +
            "</th><th scope=\"col\">" + say("naar", "to") + "</th><th scope=\"col\">" +
            say("stand", "state") + "</th><th scope=\"col\">" +
            say("aangeboden door regel", "offered by rule") + "</th><th scope=\"col\">" +
            say("aangenomen door regel", "taken in by rule") + "</th><th scope=\"col\">" +
            say("verschillen", "differences") + "</th></tr></thead><tbody>\n";
    for (const auto& gap : comparison.gaps) {
      if (gap.theme != theme.id) continue;
      page += "<tr class=\"" + std::string(state_name(gap.state)) + "\">" +
              cell(in(language, partner_text(gap.from, known))) +
              cell(in(language, partner_text(gap.to, known))) +
              cell(in(language, state_text(gap.state))) + cell(rules(gap.offers)) +
              cell(rules(gap.accepts)) + "<td>";
      if (!gap.differences.empty()) page += "<ul>";
      for (const auto& each : gap.differences)
        page += "<li>" + escaped(in(language, each)) + "</li>";
      if (!gap.differences.empty()) page += "</ul>";
      page += "</td></tr>\n";
    }
    page += "</tbody></table>\n";
  }
  return page + "</body></html>\n";
}

}  // namespace sluis::policy
