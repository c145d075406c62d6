// What a policy may name, from a file that its author has at hand.
#include "policy/surroundings.hpp"
#include "config/object_reader.hpp"

namespace sluis::policy {
namespace {

using config::Code;
using config::error;
using config::ObjectReader;
using config::Result;

Result<std::string> parse_slug(std::string_view text) {
  if (config::is_slug(text)) return std::string(text);
  return error(Code::invalid, "must be 1 to 40 of a-z, 0-9 and -");
}

/// What a directory has and a policy does not ask for.
void pass_over(ObjectReader& in, std::initializer_list<const char*> keys) {
  for (const auto* key : keys) in.optional_any(key);
}

void read_partner(ObjectReader& in, Surroundings& known) {
  const auto id = in.parsed("id", parse_slug).value_or("");
  known.names[id] = in.text("name", {1, 200});
  known.partners.insert(id);
  pass_over(in,
            {"oin", "kind", "status", "peerUrl", "signKey", "sealKeys", "logKey", "witnessKey"});
}

void read_domain(ObjectReader& in, Surroundings& known) {
  const auto id = in.parsed("id", parse_slug).value_or("");
  known.recipients[id] = in.parsed("recipient", parse_slug).value_or("");
  in.optional_objects("epochs", {0, 100}, [&](ObjectReader& epoch) {
    for (auto& holder : epoch.parsed_list("holders", {0, 255}, parse_slug))
      known.holders[id].insert(std::move(holder));
    const auto* heights = epoch.any("lockThresholds");
    for (std::size_t i = 0; heights != nullptr && heights->is_array() && i < heights->size(); ++i) {
      if ((*heights)[i].is_number_unsigned())
        known.lock_heights[id].insert((*heights)[i].get<unsigned>());
    }
    pass_over(epoch, {"id", "from", "until", "threshold", "generation", "ceremony", "attempt"});
  });
}

}  // namespace

Surroundings Surroundings::of(const config::Directory& directory) {
  Surroundings around;
  static_cast<Known&>(around) = Known::of(directory);
  for (const auto& partner : directory.partners())
    around.names.emplace(partner.id.str(), partner.name);
  // The directory's reader has checked its form; only policies are held against it.
  const auto document = config::Json::parse(directory.text());
  if (const auto bound = document.find("keepAtMost"); bound != document.end())
    around.keep_at_most = config::parse_duration(bound->get<std::string>()).value();
  for (const auto& domain : directory.domains()) {
    const auto& id = domain.id.str();
    for (const auto& epoch : domain.epochs) {
      for (const auto& holder : epoch.holders) around.holders[id].insert(holder.str());
      for (const auto k : epoch.lock_thresholds) around.lock_heights[id].insert(k);
    }
  }
  return around;
}

Result<Surroundings> Surroundings::read(std::string_view text) {
  const auto json = config::parse_json(text, {.allow_comments = true});
  if (!json) return json.failure();
  Surroundings known;
  std::vector<config::Error> errors;
  ObjectReader::read(*json, "", errors, [&](ObjectReader& in) {
    auto& words = known.vocabulary;
    in.objects("themes", {0, config::most_words}, [&](ObjectReader& each) {
      words.themes.push_back({each.parsed("id", parse_slug).value_or(""), each.text("nl", {1, 200}),
                              each.text("en", {1, 200})});
    });
    words.purposes = in.parsed_list("purposes", {0, config::most_words}, parse_slug);
    words.severities = in.parsed_list("severities", {0, 16}, parse_slug);
    words.legal_bases = in.parsed_list("legalBases", {0, config::most_words}, parse_slug);
    known.keep_at_most = in.optional_parsed("keepAtMost", config::parse_duration);
    in.objects("partners", {0, 10'000}, [&](ObjectReader& each) { read_partner(each, known); });
    in.objects("domains", {0, 1'000}, [&](ObjectReader& each) { read_domain(each, known); });
    pass_over(in, {"v", "region", "version", "validFrom", "validUntil", "timeZone", "signatures"});
  });
  if (!errors.empty()) return config::join_errors("refused directory", text, errors);
  return known;
}

}  // namespace sluis::policy
