#include "gateway/cli/match_view.hpp"

#include <ostream>
#include <set>

#include "gateway/cli/answer_fields.hpp"
#include "gateway/cli/console.hpp"

namespace sluis::gateway::cli {

using nlohmann::json;

namespace {

std::string plural(std::size_t count, const char* noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

/// The values of a flat object, in the order of its keys: a contact, on one line.
std::string values(const json& object) {
  std::string line;
  for (const auto& [key, value] : object.items()) {
    if (!line.empty()) line += ", ";
    line += value.is_string() ? value.get<std::string>()
                              : value.dump(-1, ' ', false, json::error_handler_t::replace);
  }
  return line;
}

void print_if(std::ostream& out, const char* label, const std::string& text) {
  if (!text.empty()) out << "      " << label << printable(text) << '\n';
}

std::string text_of(const json& value) {
  if (value.is_object() && value.size() == 1 && value.contains("summary")) {
    return text_at(value, "summary");
  }
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

/// The texts of a list, on one line.
std::string words(const json& list) {
  std::string line;
  for (const auto& word : list) {
    if (!word.is_string()) continue;
    line += (line.empty() ? "" : ", ") + word.get<std::string>();
  }
  return line;
}

void print_match_signal(std::ostream& out, const json& signal) {
  out << "    " << printable(text_at(signal, "partner"));
  if (!flag_at(signal, "open", true)) {
    out << ": closed; received " << printable(text_at(signal, "receivedAt")) << "\n      signal "
        << printable(text_at(signal, "id")) << '\n';
    return;
  }
  for (const char* key : {"severity", "theme", "certainty"}) {
    if (const auto text = text_at(signal, key); !text.empty()) out << ", " << printable(text);
  }
  out << "\n      signal " << printable(text_at(signal, "id")) << '\n';
  print_if(out, "observed ", text_at(signal, "observedAt"));
  if (const auto& payload = field_at(signal, "payload"); !payload.is_null()) {
    print_if(out, "says     ", text_of(payload));
  }
  if (const auto& contact = field_at(signal, "contact"); contact.is_object()) {
    print_if(out, "contact  ", values(contact));
  }
}

}  // namespace

void print_match(std::ostream& out, const json& match) {
  const auto& signals = list_at(match, "signals");
  std::set<std::string> partners;
  for (const auto& signal : signals) partners.insert(text_at(signal, "partner"));
  const auto id = text_at(match, "id");
  out << (id.empty() ? std::string("no match yet") : "match " + printable(id)) << '\n'
      << "  " << printable(text_at(match, "certainty"))
      << (flag_at(match, "ambiguous") ? ", ambiguous (two of its signals contradict)" : "") << "; "
      << plural(signals.size(), "signal") << " of " << plural(partners.size(), "partner") << '\n';
  for (const auto& signal : signals) print_match_signal(out, signal);
}

void print_signal(std::ostream& out, const json& signal) {
  out << "signal " << printable(text_at(signal, "id")) << ", accepted "
      << printable(text_at(signal, "acceptedAt")) << '\n';
  for (const auto& partner : list_at(signal, "partners")) {
    const bool shared = flag_at(partner, "shared");
    out << "  " << printable(text_at(partner, "partner")) << ": " << (shared ? "" : "not ")
        << "shared\n";
    print_if(out, "", text_at(partner, "text"));
    print_if(out, "rule      ", text_at(partner, "rule"));
    print_if(out, "with      ", words(list_at(partner, "fields")));
    print_if(out, "found by  ", words(list_at(partner, "identifiers")));
    if (const auto reveal = number_at(partner, "revealAfterPartners"); reveal > 0) {
      print_if(out, "opens     ", reveal == 1 ? "at once" : "after " + plural(reveal, "partner"));
    }
    print_if(out, "kept till ", text_at(partner, "keepUntil"));
    const auto& delivery = field_at(partner, "delivery");
    if (!delivery.is_object()) continue;
    const auto attempts = number_at(delivery, "attempts");
    print_if(out, "delivery  ",
             text_at(delivery, "state") +
                 (attempts > 1 ? " after " + plural(attempts, "attempt") : std::string()));
    print_if(out, "error     ", text_at(delivery, "lastError"));
  }
}

}  // namespace sluis::gateway::cli
