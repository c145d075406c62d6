#include "config/schema.hpp"

#include <stdexcept>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "config/schema_texts.hpp"

namespace sluis::config {
namespace {

using Adapter = valijson::adapters::NlohmannJsonAdapter;

/// Compiled once; validating does not change it, so threads share it.
const valijson::Schema& compiled(Schema schema) {
  const auto compile = [](std::string_view text) {
    const Json json = Json::parse(text);
    auto result = std::make_unique<valijson::Schema>();
    valijson::SchemaParser().populateSchema(Adapter(json), *result);
    return result;
  };
  static const auto settings = compile(schema_texts::settings);
  static const auto directory = compile(schema_texts::directory);
  static const auto policy = compile(schema_texts::policy);
  switch (schema) {
    case Schema::settings:
      return *settings;
    case Schema::directory:
      return *directory;
    case Schema::policy:
      return *policy;
  }
  throw std::logic_error("check_schema: no such schema");
}

/// valijson names the way to a value as `<root>`, `["send"]`, `[0]`.
std::string pointer_of(const std::vector<std::string>& context) {
  std::string pointer;
  for (std::string_view step : context) {
    if (!step.starts_with('[')) continue;
    step = step.substr(1, step.size() - 2);
    if (step.starts_with('"')) step = step.substr(1, step.size() - 2);
    extend_pointer(pointer, step);
  }
  return pointer;
}

}  // namespace

std::string_view schema_text(Schema schema) noexcept {
  switch (schema) {
    case Schema::settings:
      return schema_texts::settings;
    case Schema::directory:
      return schema_texts::directory;
    case Schema::policy:
      break;
  }
  return schema_texts::policy;
}

std::vector<Error> check_schema(Schema schema, const Json& value) {
  valijson::ValidationResults results;
  valijson::Validator validator;
  std::vector<Error> errors;
  if (validator.validate(compiled(schema), Adapter(value), &results)) return errors;
  valijson::ValidationResults::Error each;
  while (results.popError(each)) {
    errors.push_back(
        error(Code::invalid, "is not as the published schema has it", pointer_of(each.context)));
  }
  return errors;
}

}  // namespace sluis::config
