#include "gateway/cli/policy_commands.hpp"

#include <ostream>
#include <set>
#include <utility>

#include "crypto/encoding.hpp"
#include "gateway/cli/policy_key.hpp"
#include "gateway/cli/policy_reports.hpp"
#include "gateway/files/files.hpp"
#include "policy/question.hpp"
#include "policy/signing.hpp"

namespace sluis::gateway::cli {

using config::Code;
using config::error;
using config::Result;
using nlohmann::ordered_json;

namespace {

constexpr std::size_t most_bytes = 4U << 20U;

struct SignOptions {
  std::filesystem::path file, key;
  bool json = false;
};

Outcome make_key(const SignOptions& options, Console& console) {
  const auto key = create_policy_key(options.file);
  if (!key) return key.failure();
  const auto public_key = crypto::base64url(key->public_key());
  if (options.json) {
    print_json(console, {{"key", public_key}});
  } else {
    console.out << public_key << "\n\nPut it into the gateway's settings, under \"policyKeys\". "
                << options.file.string() << " is for its owner alone: keep it off the gateway.\n";
  }
  return Exit::fine;
}

Outcome sign(const SignOptions& options, Console& console) {
  const auto key = read_policy_key(options.key);
  if (!key) return key.failure();
  const auto text = read_text(options.file, most_bytes);
  if (!text) return text.failure();
  const auto signed_one = policy::sign_policy(*text, *key);
  if (!signed_one) {
    return error(Code::invalid, options.file.string() + ": " + signed_one.failure().detail);
  }
  const auto written = replace(options.file, crypto::as_view(*signed_one), public_mode);
  if (!written) return written.failure();
  const auto public_key = crypto::base64url(key->public_key());
  const auto edition = policy::edition_of(*signed_one);
  if (!edition) return edition.failure();
  const auto hash = crypto::base64url(edition->hash);
  if (options.json) {
    print_json(console, {{"key", public_key}, {"version", edition->version}, {"hash", hash}});
  } else {
    console.out << "signed version " << edition->version << " with " << public_key
                << "; its hash is " << hash << '\n';
  }
  return Exit::fine;
}

struct PolicyOptions {
  std::vector<std::string> files;
  std::filesystem::path second;  // a question, cases, a log
  std::filesystem::path html, was;
  WordsFrom words;
  std::string day, language = "nl";
  bool json = false, strict = false;

  [[nodiscard]] Speech speech() const {
    return {language == "en" ? policy::Language::en : policy::Language::nl, json};
  }
};

/// What every command needs first; an outcome only where it stops there.
struct Ready {
  policy::Surroundings known;
  config::Day today;
  std::vector<PolicyFile> policies;
};
Result<Ready> make_ready(const PolicyOptions& options) {
  if (options.words.settings.empty() == options.words.directory.empty())
    throw CLI::ValidationError("whose words", "name --settings FILE or --directory FILE");
  auto known = read_surroundings(options.words);
  if (!known) return known.failure();
  const auto today = day_or_today(options.day);
  if (!today) throw CLI::ValidationError("--day", today.failure().detail);
  Ready ready{std::move(*known), *today, {}};
  for (const auto& path : options.files) {
    auto file = read_policy_file(path, ready.known);
    if (!file) return file.failure();
    ready.policies.push_back(std::move(*file));
  }
  return ready;
}

Outcome check_files(PolicyOptions options, Console& console) {
  const auto files = std::exchange(options.files, {});
  const auto ready = make_ready(options);
  if (!ready) return ready.failure();
  bool good = true;
  auto list = ordered_json::array();
  for (const auto& path : files) {
    const auto file = read_policy_file(path, ready->known);
    if (!file) {
      // What is malformed is a finding too, with its lines; a file that can't be read is not.
      if (file.failure().code != Code::invalid) return file.failure();
      good = false;
      list.push_back({{"file", path}, {"malformed", file.failure().detail}});
      if (!options.json) console.out << file.failure().detail << '\n';
      continue;
    }
    const auto findings = policy::check(file->policy.document(), ready->known, ready->today);
    for (const auto& each : findings) {
      if (each.level == policy::Level::error) good = false;
      if (options.strict && each.level == policy::Level::warning) good = false;
    }
    list.push_back({{"file", path}, {"findings", findings_json(findings, file->text)}});
    if (!options.json) print_findings(findings, *file, options.speech(), console);
  }
  if (options.json) print_json(console, {{"policies", std::move(list)}});
  return good ? Exit::fine : Exit::not_so;
}

Result<policy::Asked> read_one_question(const std::filesystem::path& path, config::Day today) {
  const auto text = read_text(path, most_bytes);
  if (!text) return text.failure();
  const auto json = config::parse_json(*text, {.allow_comments = true});
  if (!json) return error(Code::invalid, path.string() + ": " + json.failure().detail);
  policy::Asked asked;
  std::vector<config::Error> errors;
  config::ObjectReader::read(*json, "", errors, [&](config::ObjectReader& in) {
    asked = policy::read_question(in, today);
  });
  if (!errors.empty())
    return config::join_errors(path.string() + ": refused question", *text, errors);
  return asked;
}

Outcome explain(const PolicyOptions& options, Console& console) {
  const auto ready = make_ready(options);
  if (!ready) return ready.failure();
  const auto& policy = ready->policies.front().policy;
  if (options.second.empty()) {
    print_sentences(policy::sentences(policy.document(), ready->known), options.speech(), console);
    return Exit::fine;
  }
  const auto asked = read_one_question(options.second, ready->today);
  if (!asked) return asked.failure();
  print_explanation(policy::explain(policy, ready->known, asked->question, asked->counters),
                    options.speech(), console);
  return Exit::fine;
}

Outcome compare(const PolicyOptions& options, Console& console) {
  const auto ready = make_ready(options);
  if (!ready) return ready.failure();
  std::vector<const policy::Document*> documents;
  std::set<std::string> whose;
  for (const auto& file : ready->policies) {
    const auto& document = file.policy.document();
    if (!whose.insert(document.organisation).second)
      return error(Code::invalid, file.path.string() + ": a second policy of \"" +
                                      document.organisation + "\"; name one of each");
    documents.push_back(&document);
  }
  const auto comparison = policy::compare(documents, ready->known, ready->today);
  if (!options.html.empty()) {
    const auto page = policy::to_html(comparison, ready->known, options.speech().language);
    const auto written = replace(options.html, crypto::as_view(page), public_mode);
    if (!written) return written.failure();
  }
  print_comparison(comparison, ready->known, options.speech(), console);
  return Exit::fine;
}

Outcome simulate(const PolicyOptions& options, Console& console) {
  const auto ready = make_ready(options);
  if (!ready) return ready.failure();
  std::optional<PolicyFile> was;
  if (!options.was.empty()) {
    auto read = read_policy_file(options.was, ready->known);
    if (!read) return read.failure();
    was = std::move(*read);
  }
  policy::Simulator simulator(ready->policies.front().policy, ready->known,
                              was ? &was->policy : nullptr);
  const auto past = read_past_decisions(
      options.second, [&](const policy::PastDecision& each) { simulator.add(each); });
  if (!past) return past.failure();
  print_simulation(simulator.result(), *past, options.speech(), console);
  return Exit::fine;
}

Outcome test(const PolicyOptions& options, Console& console) {
  const auto ready = make_ready(options);
  if (!ready) return ready.failure();
  const auto text = read_text(options.second, most_bytes);
  if (!text) return text.failure();
  const auto cases = policy::read_cases(*text);
  if (!cases) return error(Code::invalid, options.second.string() + ": " + cases.failure().detail);
  const auto results = policy::run_cases(ready->policies.front().policy, *cases);
  print_cases(results, options.speech(), console);
  for (const auto& each : results) {
    if (!each.passed) return Exit::not_so;
  }
  return Exit::fine;
}

using Command = std::function<Outcome(const PolicyOptions&, Console&)>;

/// A command over policies; `most` files of them.
std::pair<CLI::App*, std::shared_ptr<PolicyOptions>> add_reading(CLI::App& family, Session& session,
                                                                 const std::string& name,
                                                                 const std::string& about,
                                                                 const std::string& example,
                                                                 int most, Command run) {
  auto options = std::make_shared<PolicyOptions>();
  auto* command = add_command(family, name, about, example);
  command->add_option("FILE", options->files, most == 1 ? "the policy" : "the policies")
      ->required()
      ->expected(1, most);
  command->add_option("--settings", options->words.settings,
                      "a gateway's settings: its directory has the region's words");
  command->add_option("--directory", options->words.directory,
                      "or: a directory or its words; signatures are not looked at");
  command->add_option("--day", options->day, "as on this day (today)");
  command->add_option("--language", options->language, "nl or en (nl)")
      ->check(CLI::IsMember({"nl", "en"}));
  command->add_flag("--json", options->json, "the result as JSON");
  command->callback([options, &session, run] { session.finish(run(*options, session.console)); });
  return {command, options};
}

void add_readings(CLI::App& family, Session& session) {
  auto [checked, strict] =
      add_reading(family, session, "check", "what is wrong with a policy, line by line",
                  "sluis policy check policy.json --settings settings.json", 64, check_files);
  checked->add_flag("--strict", strict->strict, "warnings end with status 1 too");
  auto [explained, question] = add_reading(
      family, session, "explain",
      "the whole policy in sentences, or why one question is decided so",
      "sluis policy explain policy.json --settings settings.json --question question.json", 1,
      explain);
  explained->add_option("--question", question->second, "a file with one question");
  auto [compared, page] =
      add_reading(family, session, "compare", "policies side by side: where they do not meet",
                  "sluis policy compare ggz.json zvh.json --directory regio.json --html gaps.html",
                  64, compare);
  compared->add_option("--html", page->html, "write the table as a page too");
  auto [simulated, log] = add_reading(
      family, session, "simulate", "the decisions in an audit log once more, under this policy",
      "sluis policy simulate new.json --was policy.json --settings settings.json --log data/audit",
      1, simulate);
  simulated->add_option("--log", log->second, "a log's folder, or that of all logs")->required();
  simulated->add_option("--was", log->was,
                        "the policy that decided then: to decide again what was sent too");
  auto [tested, cases] = add_reading(
      family, session, "test", "run a file of cases that the policy must satisfy",
      "sluis policy test policy.json --cases cases.json --directory regio.json", 1, test);
  tested->add_option("--cases", cases->second, "question → verdict, rule")->required();
}

void add_signing(CLI::App& family, Session& session) {
  auto made = std::make_shared<SignOptions>();
  auto* key =
      add_command(family, "key", "make a key that signs policies", "sluis policy key officer.json");
  key->add_option("FILE", made->file, "the new key file")->required();
  key->add_flag("--json", made->json, "the result as JSON");
  key->callback([made, &session] { session.finish(make_key(*made, session.console)); });

  auto signing = std::make_shared<SignOptions>();
  auto* make = add_command(family, "sign", "add a signature to the file; comments stay",
                           "sluis policy sign policy.json --key officer.json");
  make->add_option("FILE", signing->file, "the policy")->required();
  make->add_option("--key", signing->key, "the officer's key file")->required();
  make->add_flag("--json", signing->json, "the result as JSON");
  make->callback([signing, &session] { session.finish(sign(*signing, session.console)); });
}

}  // namespace

void add_policy_commands(CLI::App& program, Session& session) {
  auto* family = add_command(program, "policy", "what this organisation shares with whom",
                             "sluis policy check policy.json --settings settings.json");
  family->require_subcommand(1);
  add_readings(*family, session);
  add_signing(*family, session);
}

}  // namespace sluis::gateway::cli
