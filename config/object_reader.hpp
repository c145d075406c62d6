// Reads a JSON object field by field, and collects everything that is wrong with it: settings,
// the directory, policies, and the bodies of requests.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "config/json.hpp"
#include "config/result.hpp"

namespace sluis::config {

/// Of a length in bytes, a number of elements, or a value; both ends included.
struct Bounds {
  std::uint64_t min = 0;
  std::uint64_t max = 9007199254740991;  // 2^53 − 1
};

/// One object. Every field that is asked for and is missing, or does not fit, adds an error with
/// its pointer, and reads as empty: look at `errors` once, at the end. A field that was there and
/// was not asked for is an error too. A `null` is a wrong type. No value is ever echoed.
///
///     std::vector<Error> errors;
///     ObjectReader::read(json, "", errors, [&](ObjectReader& in) {
///       request.case_id = in.text("case", {1, 100});
///       request.at = in.optional_parsed("at", parse_time);
///       in.object("person", [&](ObjectReader& person) { … });
///     });
class ObjectReader {
 public:
  using Errors = std::vector<Error>;

  /// Calls `fields` with the reader; when `value` is no object that is the error, and it is not.
  template <class Fields>
  static void read(const Json& value, std::string pointer, Errors& errors, Fields&& fields) {
    ObjectReader reader(value, std::move(pointer), errors);
    if (!reader.is_object()) return;
    std::forward<Fields>(fields)(reader);
    reader.refuse_unknown();
  }

  ObjectReader(const ObjectReader&) = delete;
  ObjectReader& operator=(const ObjectReader&) = delete;

  [[nodiscard]] bool has(std::string_view key) const;

  std::string text(const std::string& key, Bounds bytes = {1, 1024});
  std::optional<std::string> optional_text(const std::string& key, Bounds bytes = {1, 1024});
  std::uint64_t integer(const std::string& key, Bounds value = {});
  std::uint64_t integer_or(const std::string& key, std::uint64_t otherwise, Bounds value = {});
  std::optional<std::uint64_t> optional_integer(const std::string& key, Bounds value = {});
  bool boolean(const std::string& key);
  bool boolean_or(const std::string& key, bool otherwise);
  /// One of these words, or empty.
  std::string choice(const std::string& key, std::initializer_list<std::string_view> words);
  /// The value as it is; null pointer when it is missing.
  const Json* any(const std::string& key);
  const Json* optional_any(const std::string& key);

  /// A text that `parse`, a `Result<T>(std::string_view)`, makes a T of.
  template <class Parse>
  auto parsed(const std::string& key, Parse parse) {
    return parse_text(required(key), key_pointer(key), parse);
  }
  template <class Parse>
  auto optional_parsed(const std::string& key, Parse parse) {
    return parse_text(find(key), key_pointer(key), parse);
  }
  /// A list of such texts. What does not parse is left out of the answer, and is an error.
  template <class Parse>
  auto parsed_list(const std::string& key, Bounds count, Parse parse) {
    return parse_list(array(required(key), key, count), key, parse);
  }
  template <class Parse>
  auto optional_parsed_list(const std::string& key, Bounds count, Parse parse) {
    return parse_list(array(find(key), key, count), key, parse);
  }

  template <class Fields>
  void object(const std::string& key, Fields&& fields) {
    if (const Json* value = required(key)) read(*value, key_pointer(key), errors_, fields);
  }
  /// True when it is there.
  template <class Fields>
  bool optional_object(const std::string& key, Fields&& fields) {
    const Json* value = find(key);
    if (value != nullptr) read(*value, key_pointer(key), errors_, fields);
    return value != nullptr;
  }
  /// A list of objects, `fields` called for each.
  template <class Fields>
  void objects(const std::string& key, Bounds count, Fields&& fields) {
    read_all(array(required(key), key, count), key, fields);
  }
  template <class Fields>
  void optional_objects(const std::string& key, Bounds count, Fields&& fields) {
    read_all(array(find(key), key, count), key, fields);
  }

  /// Adds an error of the caller's own about this field; about the object when `key` is empty.
  void fault(std::string_view key, std::string detail, Code code = Code::invalid);
  [[nodiscard]] const std::string& pointer() const noexcept { return pointer_; }
  [[nodiscard]] std::string key_pointer(std::string_view key) const;

 private:
  ObjectReader(const Json& value, std::string pointer, Errors& errors)
      : value_(value), pointer_(std::move(pointer)), errors_(errors) {}

  bool is_object();
  void refuse_unknown();
  const Json* find(const std::string& key);
  const Json* required(const std::string& key);
  const Json* array(const Json* value, const std::string& key, Bounds count);
  void add_error(std::string pointer, std::string detail, Code code = Code::invalid);
  std::optional<std::string> read_text(const Json* value, std::string_view key, Bounds bytes);
  std::optional<std::uint64_t> read_integer(const Json* value, std::string_view key, Bounds);

  template <class Parse>
  using Parsed =
      std::remove_cvref_t<decltype(*std::declval<std::invoke_result_t<Parse, std::string_view>>())>;

  template <class Parse>
  std::optional<Parsed<Parse>> parse_text(const Json* value, std::string where, Parse parse) {
    if (value == nullptr) return std::nullopt;
    if (!value->is_string()) {
      add_error(std::move(where), "must be a text");
      return std::nullopt;
    }
    auto result = parse(std::string_view(value->get_ref<const std::string&>()));
    if (result.ok()) return std::move(result).value();
    add_error(std::move(where), result.failure().detail, result.failure().code);
    return std::nullopt;
  }
  template <class Parse>
  std::vector<Parsed<Parse>> parse_list(const Json* list, const std::string& key, Parse parse) {
    std::vector<Parsed<Parse>> values;
    for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
      auto value = parse_text(&(*list)[i], key_pointer(key) + "/" + std::to_string(i), parse);
      if (value) values.push_back(std::move(*value));
    }
    return values;
  }
  template <class Fields>
  void read_all(const Json* list, const std::string& key, Fields&& fields) {
    for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
      read((*list)[i], key_pointer(key) + "/" + std::to_string(i), errors_, fields);
    }
  }

  const Json& value_;
  std::string pointer_;
  Errors& errors_;
  std::set<std::string, std::less<>> asked_;
};

}  // namespace sluis::config
