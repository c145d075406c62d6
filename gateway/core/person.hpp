// The person whom a signal or a query is about, as the organisation's own system wrote it. Lives
// in memory, for the length of one request, and nowhere else.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/json.hpp"
#include "config/result.hpp"
#include "gateway/core/wiped_text.hpp"

namespace sluis::gateway {

/// Each field as it was given; linkage.hpp says what of it can be linked with. A field that was
/// empty is not there. All are wiped on destruction.
struct Person {
  std::optional<WipedText> bsn, given_names, family_name_prefix, family_name, birth_date,
      postal_code, house_number;
};

/// Reads {"bsn", "givenNames", "familyNamePrefix", "familyName", "birthDate", "postalCode",
/// "houseNumber"}, all optional texts. Adds an error, with its pointer under `pointer`, for a BSN
/// that fails the eleven-proof, another type, a field that is too long (200 bytes a name, 40 the
/// rest) and an unknown field; returns nothing when it added any. No error holds a value.
[[nodiscard]] std::optional<Person> read_person(const config::Json& json,
                                                const std::string& pointer,
                                                std::vector<config::Error>& errors);

}  // namespace sluis::gateway
