// Fields of a gateway's answer, whatever it sent: a missing one, or one of another type, reads as
// nothing. An answer is input like any other.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

namespace sluis::gateway::cli {

[[nodiscard]] inline const nlohmann::json& field_at(const nlohmann::json& object, const char* key) {
  static const nlohmann::json nothing;
  if (!object.is_object()) return nothing;
  const auto found = object.find(key);
  return found == object.end() ? nothing : *found;
}

[[nodiscard]] inline std::string text_at(const nlohmann::json& object, const char* key) {
  const auto& field = field_at(object, key);
  return field.is_string() ? field.get<std::string>() : std::string();
}

[[nodiscard]] inline bool flag_at(const nlohmann::json& object, const char* key,
                                  bool otherwise = false) {
  const auto& field = field_at(object, key);
  return field.is_boolean() ? field.get<bool>() : otherwise;
}

[[nodiscard]] inline std::uint64_t number_at(const nlohmann::json& object, const char* key) {
  const auto& field = field_at(object, key);
  return field.is_number_unsigned() ? field.get<std::uint64_t>() : 0;
}

/// The list, or an empty one.
[[nodiscard]] inline const nlohmann::json& list_at(const nlohmann::json& object, const char* key) {
  static const nlohmann::json empty = nlohmann::json::array();
  const auto& field = field_at(object, key);
  return field.is_array() ? field : empty;
}

/// Where in the request an entry of a problem's `errors` points: a JSON Pointer, a parameter's
/// name, or the part of the request.
[[nodiscard]] inline std::string place_of(const nlohmann::json& error) {
  for (const char* key : {"pointer", "name", "in"}) {
    if (auto text = text_at(error, key); !text.empty()) return text;
  }
  return {};
}

}  // namespace sluis::gateway::cli
