#include "gateway/cli/policy_files.hpp"

#include "config/settings.hpp"
#include "gateway/audit/log_chain.hpp"
#include "gateway/audit/log_reader.hpp"
#include "gateway/audit/tiles.hpp"
#include "gateway/files/files.hpp"

namespace sluis::gateway::cli {

using config::Code;
using config::error;
using config::Json;
using config::Result;
using policy::Direction;

namespace {

constexpr std::size_t most_bytes = 8U << 20U;

config::Error in_file(const std::filesystem::path& file, const config::Error& why) {
  return error(why.code, file.string() + ": " + why.detail, why.pointer);
}

std::string text_of(const Json& record, const char* member, const char* inner = nullptr) {
  auto found = record.find(member);
  if (found == record.end()) return {};
  if (inner == nullptr) return found->is_string() ? found->get<std::string>() : std::string();
  return found->is_object() ? text_of(*found, inner) : std::string();
}

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts;
  std::string part;
  for (const char c : text + at) {
    if (c != at) {
      part += c;
    } else if (!part.empty()) {
      parts.push_back(std::exchange(part, {}));
    }
  }
  return parts;
}

/// Denials that lie outside any policy: the same under every one.
bool outside_policy(const std::string& rule) {
  return rule == "partner-suspended" || rule == "no-epoch-in-force" || rule == "no-such-lock" ||
         rule == "generation" || rule == "invalid" || rule == "unavailable" ||
         rule == "holders-unreachable" || rule == "forbidden";
}

enum class Tells { nothing, too_little, all };

Tells read_question(const Json& record, const std::string& action, policy::Question& question) {
  question.purpose = text_of(record, "purpose");
  question.partner = text_of(record, "counterparty");
  question.domain = text_of(record, "question", "domain");
  question.theme = text_of(record, "question", "theme");
  if (action == "signal.submit") {
    question.direction = Direction::send;
    question.severity = text_of(record, "question", "severity");
    question.identifiers = split(text_of(record, "question", "identifiers"), ',');
    if (question.partner.empty()) return Tells::nothing;  // refused before any partner was asked
    return Tells::all;                                    // what is left out, is tried
  }
  if (action == "envelope.receive") {
    question.direction = Direction::accept;
    question.legal_basis = text_of(record, "legalBasis");
    return question.legal_basis.empty() ? Tells::too_little : Tells::all;
  }
  if (action == "person.query") {
    question.direction = Direction::query;
    question.role = text_of(record, "actor", "role");
    question.has_case = record.contains("case");
    return question.purpose.empty() ? Tells::too_little : Tells::all;
  }
  if (action != "evaluation.answer") return Tells::nothing;
  question.direction = Direction::evaluate;
  const auto key = split(text_of(record, "object", "id"), '/');
  if (key.size() != 3) return Tells::too_little;
  question.domain = key[0];
  question.use = key[2];
  const auto count = record.find("count");
  if (count != record.end() && count->is_number_unsigned())
    question.count = count->get<std::uint64_t>();
  return Tells::all;
}

Tells read_decision(const Json& record, policy::PastDecision& past, const config::TimeZone& zone) {
  past.rule = text_of(record, "rule");
  const auto outcome = text_of(record, "outcome");
  past.permitted = outcome == "permit";
  if (outcome == "error" || outside_policy(past.rule)) return Tells::nothing;
  past.id = text_of(record, "id");
  past.at = text_of(record, "at");
  past.who = text_of(record, "actor", "id");
  past.policy = text_of(record, "policy");
  const auto at = config::parse_time(past.at);
  if (!at) return Tells::too_little;
  past.question.today = zone.local_day(*at);
  return read_question(record, text_of(record, "action"), past.question);
}

}  // namespace

Result<policy::Surroundings> read_surroundings(const WordsFrom& from) {
  if (!from.directory.empty()) {
    const auto text = read_text(from.directory, most_bytes);
    if (!text) return text.failure();
    auto words = policy::Surroundings::read(*text);
    if (!words) return in_file(from.directory, words.failure());
    return words;
  }
  const auto settings = config::Settings::read(from.settings);
  if (!settings) return settings.failure();
  const auto text = read_text(settings->region.directory, most_bytes);
  if (!text) return text.failure();
  const auto directory = config::Directory::read(*text, settings->region.trust);
  if (!directory) return in_file(settings->region.directory, directory.failure());
  return policy::Surroundings::of(*directory);
}

Result<PolicyFile> read_policy_file(const std::filesystem::path& path, const policy::Known& known) {
  auto text = read_text(path, most_bytes);
  if (!text) return text.failure();
  auto policy = policy::read_policy(*text, known);
  if (!policy) return in_file(path, policy.failure());
  return PolicyFile{path, std::move(*text), std::move(*policy)};
}

Result<config::Day> day_or_today(const std::string& text) {
  if (!text.empty()) return config::parse_day(text);
  const auto zone = config::TimeZone::load("Europe/Amsterdam");
  if (!zone) return zone.failure();
  return zone->local_day(config::SystemClock().now());
}

namespace {

/// The records of one published log, counted and handed on.
Result<void> read_log(const std::filesystem::path& log, const config::TimeZone& zone,
                      PastDecisions& seen,
                      const std::function<void(const policy::PastDecision&)>& decided) {
  const audit::LogReader reader(log);
  for (std::uint64_t bundle = 0;; ++bundle) {
    const auto file = reader.bundle(bundle, audit::tile_width);
    if (!file) return {};
    auto rest = std::string_view(file->bytes);
    while (const auto text = audit::take_from_bundle(rest)) {
      const auto record = Json::parse(*text, nullptr, false);
      if (!record.is_object())
        return error(Code::invalid, log.string() + ": record " + std::to_string(seen.records) +
                                        " is no JSON; see `sluis audit verify`");
      ++seen.records;
      policy::PastDecision past;
      const auto tells = read_decision(record, past, zone);
      if (tells == Tells::too_little) ++seen.untold;
      if (tells == Tells::all) decided(past);
    }
  }
}

}  // namespace

Result<PastDecisions> read_past_decisions(
    const std::filesystem::path& log,
    const std::function<void(const policy::PastDecision&)>& decided) {
  const auto zone = config::TimeZone::load("Europe/Amsterdam");
  if (!zone) return zone.failure();
  std::vector<std::filesystem::path> folders;
  if (audit::LogReader(log).checkpoint()) {
    folders.push_back(log);
  } else {
    const auto years = audit::published_logs(log);
    if (!years) return years.failure();
    for (const auto& year : *years) folders.push_back(year.folder);
  }
  PastDecisions seen;
  seen.logs = folders.size();
  for (const auto& folder : folders)
    if (auto read = read_log(folder, *zone, seen, decided); !read) return read.failure();
  return seen;
}

}  // namespace sluis::gateway::cli
