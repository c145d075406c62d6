#include "config/object_reader.hpp"

#include <algorithm>

#include "config/nearest.hpp"

namespace sluis::config {
namespace {

std::string range_text(std::string_view what, Bounds bounds) {
  return std::string(what) + " from " + std::to_string(bounds.min) + " to " +
         std::to_string(bounds.max);
}

bool within(std::uint64_t value, Bounds bounds) {
  return value >= bounds.min && value <= bounds.max;
}

}  // namespace

bool ObjectReader::has(std::string_view key) const {
  return value_.find(key) != value_.end();
}

std::string ObjectReader::text(const std::string& key, Bounds bytes) {
  return read_text(required(key), key, bytes).value_or("");
}

std::optional<std::string> ObjectReader::optional_text(const std::string& key, Bounds bytes) {
  return read_text(find(key), key, bytes);
}

std::uint64_t ObjectReader::integer(const std::string& key, Bounds value) {
  return read_integer(required(key), key, value).value_or(0);
}

std::uint64_t ObjectReader::integer_or(const std::string& key, std::uint64_t otherwise,
                                       Bounds value) {
  return read_integer(find(key), key, value).value_or(otherwise);
}

std::optional<std::uint64_t> ObjectReader::optional_integer(const std::string& key, Bounds value) {
  return read_integer(find(key), key, value);
}

bool ObjectReader::boolean(const std::string& key) {
  required(key);
  return boolean_or(key, false);
}

bool ObjectReader::boolean_or(const std::string& key, bool otherwise) {
  const Json* value = find(key);
  if (value == nullptr) return otherwise;
  if (value->is_boolean()) return value->get<bool>();
  fault(key, "must be true or false");
  return otherwise;
}

std::string ObjectReader::choice(const std::string& key,
                                 std::initializer_list<std::string_view> words) {
  const Json* value = required(key);
  if (value == nullptr) return {};
  if (value->is_string()) {
    const auto& word = value->get_ref<const std::string&>();
    if (std::ranges::find(words, word) != words.end()) return word;
  }
  std::string list;
  for (const auto word : words) list += (list.empty() ? "" : ", ") + std::string(word);
  fault(key, "must be one of: " + list);
  return {};
}

const Json* ObjectReader::any(const std::string& key) {
  return required(key);
}
const Json* ObjectReader::optional_any(const std::string& key) {
  return find(key);
}

void ObjectReader::fault(std::string_view key, std::string detail, Code code) {
  add_error(key.empty() ? pointer_ : key_pointer(key), std::move(detail), code);
}

std::string ObjectReader::key_pointer(std::string_view key) const {
  std::string pointer = pointer_;
  extend_pointer(pointer, key);
  return pointer;
}

bool ObjectReader::is_object() {
  if (value_.is_object()) return true;
  fault("", "must be an object");
  return false;
}

void ObjectReader::refuse_unknown() {
  for (const auto& [key, value] : value_.get_ref<const Json::object_t&>()) {
    if (asked_.contains(key)) continue;
    fault(key, "is not a field that is known here" + did_you_mean(key, asked_));
  }
}

const Json* ObjectReader::find(const std::string& key) {
  asked_.insert(key);
  const auto member = value_.find(key);
  return member == value_.end() ? nullptr : &*member;
}

const Json* ObjectReader::required(const std::string& key) {
  const Json* value = find(key);
  if (value == nullptr) fault(key, "is missing");
  return value;
}

const Json* ObjectReader::array(const Json* value, const std::string& key, Bounds count) {
  if (value == nullptr) return nullptr;
  if (!value->is_array()) {
    fault(key, "must be a list");
    return nullptr;
  }
  if (!within(value->size(), count)) {
    fault(key, range_text("must have a number of elements", count));
    return nullptr;
  }
  return value;
}

void ObjectReader::add_error(std::string pointer, std::string detail, Code code) {
  errors_.push_back(error(code, std::move(detail), std::move(pointer)));
}

std::optional<std::string> ObjectReader::read_text(const Json* value, std::string_view key,
                                                   Bounds bytes) {
  if (value == nullptr) return std::nullopt;
  if (!value->is_string()) {
    fault(key, "must be a text");
    return std::nullopt;
  }
  const auto& text = value->get_ref<const std::string&>();
  if (within(text.size(), bytes)) return text;
  fault(key, range_text("must be a text with a length in bytes", bytes));
  return std::nullopt;
}

std::optional<std::uint64_t> ObjectReader::read_integer(const Json* value, std::string_view key,
                                                        Bounds bounds) {
  if (value == nullptr) return std::nullopt;
  if (value->is_number_unsigned() && within(value->get<std::uint64_t>(), bounds)) {
    return value->get<std::uint64_t>();
  }
  fault(key, range_text("must be a whole number", bounds));
  return std::nullopt;
}

}  // namespace sluis::config
