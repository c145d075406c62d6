// Finding records: by every field that a record has, and by its id.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "config/json.hpp"
#include "config/result.hpp"

namespace sluis::gateway::audit {

/// What is looked for: all terms must hold. A person or a case cannot be asked for here: the record
/// does not say who it is, and no query string may.
class RecordFilter {
 public:
  /// Every name that `add` takes: a field of a record, and `from` and `until`.
  [[nodiscard]] static const std::vector<std::string_view>& names();

  /// One term. Fields are compared whole; `receipt` with any text inside it, such as an envelope's
  /// id; `count` as a number. `from` (inclusive) and `until` (exclusive) are RFC 3339 times.
  /// `invalid`, with the name as a query parameter's, for another name, an empty value, and a time
  /// or number that is none.
  [[nodiscard]] config::Result<void> add(std::string_view name, std::string_view value);

  /// Whether this record, in its canonical form, is one of those. False for what is no record.
  [[nodiscard]] bool matches(std::string_view record) const;
  /// The names of its terms, in order, with commas between; "all" when there are none.
  [[nodiscard]] std::string text() const;

 private:
  struct Term {
    std::string_view name;
    std::string value;
    std::string written;  // as it must stand somewhere in the record's bytes; empty: anything
  };
  [[nodiscard]] static bool holds(const Term& term, const config::Json& record);

  std::vector<Term> terms_;
};

/// The id of a record in its canonical form, when it is one of these; else empty. Reads no more of
/// the record than it must.
[[nodiscard]] std::string id_among(std::string_view record,
                                   const std::unordered_set<std::string>& ids);

/// The text at `object.key`, or `key` of the record itself for an empty object; empty without one.
[[nodiscard]] std::string field_text(const config::Json& record, const char* object,
                                     const char* key);

}  // namespace sluis::gateway::audit
