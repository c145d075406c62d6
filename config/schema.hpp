// The published JSON Schemas of our documents (draft 7): the files in config/schema/, built in.
#pragma once

#include <string_view>
#include <vector>

#include "config/json.hpp"
#include "config/result.hpp"

namespace sluis::config {

enum class Schema { settings, directory, policy };

/// The schema as it is published.
[[nodiscard]] std::string_view schema_text(Schema schema) noexcept;

/// What of `value` the schema refuses; empty when it fits. The schemas know forms and bounds, not
/// what a region has in its directory: our readers refuse all that these refuse, and more. Call it
/// after a reader, which bounds the length of every text (patterns are matched recursively).
[[nodiscard]] std::vector<Error> check_schema(Schema schema, const Json& value);

}  // namespace sluis::config
