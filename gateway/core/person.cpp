#include "gateway/core/person.hpp"

#include "config/object_reader.hpp"
#include "gateway/core/linkage.hpp"

namespace sluis::gateway {
namespace {

constexpr config::Bounds name_bytes{0, 200};
constexpr config::Bounds code_bytes{0, 40};

std::optional<WipedText> read_field(config::ObjectReader& in, const std::string& key,
                                    config::Bounds bytes) {
  auto text = in.optional_text(key, bytes);
  if (!text) return std::nullopt;
  const WipeAtEnd wiped(*text);
  if (text->empty()) return std::nullopt;
  return WipedText(*text);
}

}  // namespace

std::optional<Person> read_person(const config::Json& json, const std::string& pointer,
                                  std::vector<config::Error>& errors) {
  Person person;
  const std::size_t before = errors.size();
  config::ObjectReader::read(json, pointer, errors, [&](config::ObjectReader& in) {
    person.bsn = read_field(in, "bsn", code_bytes);
    person.given_names = read_field(in, "givenNames", name_bytes);
    person.family_name_prefix = read_field(in, "familyNamePrefix", name_bytes);
    person.family_name = read_field(in, "familyName", name_bytes);
    person.birth_date = read_field(in, "birthDate", code_bytes);
    person.postal_code = read_field(in, "postalCode", code_bytes);
    person.house_number = read_field(in, "houseNumber", code_bytes);
    if (person.bsn && !valid_bsn(*person.bsn)) {
      in.fault("bsn", "must be nine digits (or eight) that pass the eleven-proof");
    }
  });
  if (errors.size() > before) return std::nullopt;
  return person;
}

}  // namespace sluis::gateway
