#include "gateway/api/language.hpp"

#include <charconv>
#include <optional>

namespace sluis::gateway::api {

using config::Json;
using policy::Language;

namespace {

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// The part up to `mark`, taken from the front of `rest`.
std::string_view take(std::string_view& rest, char mark) {
  const auto end = rest.find(mark);
  const auto part = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  return trimmed(part);
}

/// In thousandths, from "0", "0.8", "1.000" (§12.4.2); nothing for what is no weight.
std::optional<unsigned> weight(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return std::nullopt;
  if (text.size() > 1 && text[1] != '.') return std::nullopt;
  std::string digits(text.substr(0, 1));
  if (text.size() > 2) digits += text.substr(2);
  digits.resize(4, '0');
  unsigned thousandths = 0;
  const auto [end, wrong] =
      std::from_chars(digits.data(), digits.data() + digits.size(), thousandths);
  if (wrong != std::errc{} || end != digits.data() + digits.size() || thousandths > 1000)
    return std::nullopt;
  return thousandths;
}

unsigned weight_of(std::string_view parameters) {
  while (!parameters.empty()) {
    const auto parameter = take(parameters, ';');
    if (parameter.size() < 2 || !net::same_token(parameter.substr(0, 2), "q=")) continue;
    return weight(parameter.substr(2)).value_or(0);
  }
  return 1000;
}

std::optional<Language> language(std::string_view range) {
  const auto primary = range.substr(0, range.find('-'));
  if (net::same_token(primary, "nl") || primary == "*") return Language::nl;
  if (net::same_token(primary, "en")) return Language::en;
  return std::nullopt;
}

}  // namespace

Language language_of(const net::Request& request) {
  const auto* header = request.header("accept-language");
  auto rest = header == nullptr ? std::string_view() : std::string_view(*header);
  auto best = Language::nl;
  unsigned heaviest = 0;
  while (!rest.empty()) {
    auto item = take(rest, ',');
    const auto named = language(take(item, ';'));
    if (!named) continue;
    if (const auto weighs = weight_of(item); weighs > heaviest) {
      heaviest = weighs;
      best = *named;
    }
  }
  return best;
}

Json in_language(Json ours, Language language) {
  const char* own = language == Language::nl ? "nl" : "en";
  if (ours.is_object() && ours.size() == 2 && ours.contains("nl") && ours.contains("en"))
    return ours[own];
  if (ours.is_structured())
    for (auto& each : ours) each = in_language(std::move(each), language);
  return ours;
}

void name_language(net::Response& response, Language language) {
  response.set_header("Content-Language", language == Language::nl ? "nl" : "en");
  response.set_header("Vary", "Accept-Language");
}

net::Response told(int status, const Json& answer, Language language) {
  auto response = net::Response::json(status, answer);
  name_language(response, language);
  return response;
}

Json signal_told(Json answer, Language language) {
  for (auto& part : answer["partners"])
    part["text"] = in_language(std::move(part["text"]), language);
  return answer;
}

}  // namespace sluis::gateway::api
