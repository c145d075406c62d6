#include "gateway/audit/search.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "config/time.hpp"

namespace sluis::gateway::audit {
namespace {

using config::Code;
using config::error;
using config::Json;
using config::Result;

/// A field by the name that it is searched under, and where it stands in a record.
struct Field {
  std::string_view name;
  const char* object;
  const char* key;
};

constexpr std::array fields{Field{"id", "", "id"},
                            Field{"traceId", "", "traceId"},
                            Field{"spanId", "", "spanId"},
                            Field{"parentSpanId", "", "parentSpanId"},
                            Field{"action", "", "action"},
                            Field{"outcome", "", "outcome"},
                            Field{"actorKind", "actor", "kind"},
                            Field{"actor", "actor", "id"},
                            Field{"role", "actor", "role"},
                            Field{"onBehalfOf", "actor", "onBehalfOf"},
                            Field{"counterparty", "", "counterparty"},
                            Field{"activity", "", "activity"},
                            Field{"purpose", "", "purpose"},
                            Field{"legalBasis", "", "legalBasis"},
                            Field{"case", "", "case"},
                            Field{"rule", "", "rule"},
                            Field{"policy", "", "policy"},
                            Field{"objectKind", "object", "kind"},
                            Field{"object", "object", "id"},
                            Field{"subject", "", "subject"}};

const Field* field_named(std::string_view name) {
  const auto* found = std::ranges::find(fields, name, &Field::name);
  return found == fields.end() ? nullptr : found;
}

std::string pointer_to(std::string_view name) {
  return "?" + std::string(name);
}

std::optional<std::uint64_t> number_in(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (wrong != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool is_plain(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  });
}

/// 32 bytes, base64url.
bool is_commitment(std::string_view text) {
  return text.size() == 43 && is_plain(text);
}

}  // namespace

std::string field_text(const Json& record, const char* object, const char* key) {
  const auto* from = &record;
  if (*object != '\0') {
    const auto inner = record.find(object);
    if (inner == record.end()) return {};
    from = &*inner;
  }
  if (!from->is_object()) return {};
  const auto found = from->find(key);
  return found != from->end() && found->is_string() ? found->get<std::string>() : std::string();
}

const std::vector<std::string_view>& RecordFilter::names() {
  static const auto all = [] {
    std::vector<std::string_view> list;
    for (const auto& field : fields) list.push_back(field.name);
    list.insert(list.end(), {"count", "receipt", "from", "until"});
    return list;
  }();
  return all;
}

Result<void> RecordFilter::add(std::string_view name, std::string_view value) {
  const auto& known = names();
  const auto own = std::ranges::find(known, name);
  if (own == known.end()) {
    return error(Code::invalid, "is no field of a record", pointer_to(name));
  }
  if (value.empty()) return error(Code::invalid, "must not be empty", pointer_to(name));
  Term term{*own, std::string(value), {}};
  if (name == "from" || name == "until") {
    const auto time = config::parse_time_with_offset(value);
    if (!time) return error(Code::invalid, "must be a time (RFC 3339)", pointer_to(name));
    term.value = config::format_time_millis(*time);
  } else if (name == "count") {
    if (!number_in(value)) return error(Code::invalid, "must be a number", pointer_to(name));
  } else if (name == "receipt") {
    // So that it stands in the receipt, itself a text inside the record, as it was typed.
    if (!is_plain(value)) {
      return error(Code::invalid, "must be of letters, digits, - and _", pointer_to(name));
    }
    term.written = value;
  } else if ((name == "case" || name == "subject") && !is_commitment(value)) {
    return error(Code::invalid,
                 "must be a commitment, 43 characters, as a record has it; ask for "
                 "a person or a case with POST /v1/subject-requests",
                 pointer_to(name));
  } else {
    const auto quoted = config::jcs(Json(term.value));
    if (!quoted) return error(Code::invalid, "is no text", pointer_to(name));
    term.written = *quoted;
  }
  terms_.push_back(std::move(term));
  return {};
}

bool RecordFilter::holds(const Term& term, const Json& record) {
  if (term.name == "from") return field_text(record, "", "at") >= term.value;
  if (term.name == "until") return field_text(record, "", "at") < term.value;
  if (term.name == "receipt") {
    return field_text(record, "", "receipt").find(term.value) != std::string::npos;
  }
  if (term.name == "count") {
    const auto count = record.find("count");
    return count != record.end() && count->is_number_unsigned() &&
           count->get<std::uint64_t>() == number_in(term.value);
  }
  const auto* field = field_named(term.name);
  return field_text(record, field->object, field->key) == term.value;
}

bool RecordFilter::matches(std::string_view record) const {
  // Most records are passed over by their bytes alone: reading one into a tree costs much more.
  for (const auto& term : terms_) {
    if (record.find(term.written) == std::string_view::npos) return false;
  }
  if (terms_.empty()) return true;
  const auto json = config::parse_json(record);
  if (!json || !json->is_object()) return false;
  return std::ranges::all_of(terms_, [&](const Term& term) { return holds(term, *json); });
}

std::string RecordFilter::text() const {
  std::string all;
  for (const auto& term : terms_) all += (all.empty() ? "" : ",") + std::string(term.name);
  return all.empty() ? "all" : all;
}

std::string id_among(std::string_view record, const std::unordered_set<std::string>& ids) {
  constexpr std::string_view start = "\"id\":\"";
  constexpr std::size_t uuid_digits = 36;
  for (auto at = record.find(start); at != std::string_view::npos; at = record.find(start, at)) {
    at += start.size();
    auto id = std::string(record.substr(at, uuid_digits));
    if (!ids.contains(id)) continue;
    // It may be the id of what the record is about: the record itself says.
    const auto json = config::parse_json(record);
    if (json && json->is_object() && field_text(*json, "", "id") == id) return id;
  }
  return {};
}

}  // namespace sluis::gateway::audit
