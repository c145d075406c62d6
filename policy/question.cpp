#include "policy/question.hpp"

namespace sluis::policy {

namespace {

/// A kind, never a value: what a person is called or numbered has no place in a question.
config::Result<std::string> kind_of(std::string_view text) {
  if (place_in(identifiers, text)) return std::string(text);
  return config::error(config::Code::invalid, "must be \"bsn\", \"name-dob\" or \"dob-address\"");
}

}  // namespace

Asked read_question(config::ObjectReader& in, config::Day today) {
  const auto word = [&](const char* key) { return in.optional_text(key, {1, 80}).value_or(""); };
  Asked asked;
  auto& question = asked.question;
  const auto direction = in.choice("direction", {"send", "accept", "query", "evaluate"});
  if (const auto place = place_in(directions, direction))
    question.direction = static_cast<Direction>(*place);
  question.partner = word("partner");
  question.domain = word("domain");
  question.use = word("use");
  question.theme = word("theme");
  question.purpose = word("purpose");
  question.severity = word("severity");
  question.legal_basis = word("legalBasis");
  question.role = word("role");
  question.identifiers = in.optional_parsed_list("identifiers", {0, identifiers.size()}, kind_of);
  question.has_case = in.boolean_or("case", false);
  question.count = in.integer_or("count", 0);
  question.today = in.optional_parsed("day", config::parse_day).value_or(today);
  asked.counters.used_today = in.integer_or("usedToday", 0);
  return asked;
}

}  // namespace sluis::policy
