#include "gateway/core/policy_file.hpp"

#include <spdlog/spdlog.h>

#include "crypto/encoding.hpp"
#include "gateway/core/document_file.hpp"
#include "gateway/files/files.hpp"
#include "policy/check.hpp"
#include "policy/signing.hpp"

namespace sluis::gateway {

using config::Code;
using config::Directory;
using config::error;
using config::Result;
using config::Settings;

namespace {

std::filesystem::path kept_file(const Settings& settings) {
  return settings.data / "policy.seen.json";
}

struct Read {
  policy::Policy policy;
  std::string text;
};

/// What any policy must be to be decided by here: ours, well-formed, signed.
Result<Read> read_signed(const std::filesystem::path& file, const Settings& settings,
                         const Directory& directory) {
  auto text = read_text(file, most_document_bytes);
  if (!text) return text.failure();
  auto policy = policy::read_policy(*text, policy::Known::of(directory));
  if (!policy) return in_file(file, policy.failure());
  if (policy->document().organisation != settings.organisation.str())
    return error(Code::invalid, file.string() + ": organisation: is not \"" +
                                    settings.organisation.str() + "\", whose gateway this is");
  const policy::Signers signers{settings.policy_keys, settings.policy_threshold};
  if (auto enough = policy::check_signed(*text, signers); !enough)
    return in_file(file, enough.failure());
  return Read{std::move(*policy), std::move(*text)};
}

/// Whether the file's policy may be put in force, or stay so.
Result<void> check_new(const policy::Policy& policy, const Settings& settings,
                       const Directory& directory, config::Timestamp now,
                       const policy::Policy* in_force) {
  const auto refused = [&](const config::Error& why) { return in_file(settings.policy, why); };
  if (const auto kept = kept_file(settings); std::filesystem::exists(kept)) {
    const auto text = read_text(kept, most_document_bytes);
    if (!text) return text.failure();
    const auto seen = policy::edition_of(*text);
    if (!seen) return in_file(kept, seen.failure());
    if (auto follows = policy::check_successor(policy, *seen); !follows)
      return refused(follows.failure());
  }
  // One that expires while it is in force denies everything by itself; it is no new one.
  if (in_force != nullptr && in_force->hash() == policy.hash()) return {};
  const auto today = directory.time_zone().local_day(now);
  const auto last = policy.document().valid_until;
  if (today > last)
    return refused(error(Code::expired, "refused policy: it expired after " +
                                            config::format_day(last) + "; sign a new version"));
  const auto findings =
      policy::check(policy.document(), policy::Surroundings::of(directory), today);
  if (const auto* wrong = policy::first_error(findings))
    return refused(error(Code::invalid, "refused policy: " + wrong->rule + ": " + wrong->text.en,
                         wrong->pointer));
  return {};
}

bool is_kept(const Settings& settings, const policy::Policy& policy) {
  const auto text = read_text(kept_file(settings), most_document_bytes);
  if (!text) return false;
  const auto seen = policy::edition_of(*text);
  return seen.ok() && seen->hash == policy.hash();
}

}  // namespace

Result<PolicyReading> read_policy_file(const Settings& settings, const Directory& directory,
                                       config::Timestamp now, const policy::Policy* in_force) {
  PolicyReading reading;
  auto read = read_signed(settings.policy, settings, directory);
  if (read) {
    if (auto may = check_new(read->policy, settings, directory, now, in_force); !may)
      reading.refused = may.failure();
  } else {
    reading.refused = read.failure();
  }
  if (reading.refused) {
    if (!std::filesystem::exists(kept_file(settings))) return *reading.refused;
    read = read_signed(kept_file(settings), settings, directory);
    // What people look for is what is wrong with the file that they see.
    if (!read) return *reading.refused;
  }
  reading.is_new = !is_kept(settings, read->policy);
  reading.policy = std::make_shared<const policy::Policy>(std::move(read->policy));
  reading.text = std::move(read->text);
  return reading;
}

std::vector<audit::Record> tell_policy(const Settings& settings, const Recorder& recorder,
                                       const PolicyReading& reading) {
  std::vector<audit::Record> records;
  const auto start = [&](std::string_view action, audit::Outcome outcome) {
    return recorder.start(action, outcome, this_gateway(settings.organisation), Trace::fresh());
  };
  if (reading.refused) {
    spdlog::error("the policy is not taken, version {} stays in force: {}",
                  reading.policy->document().version, reading.refused->detail);
    auto record = start("policy.refuse", audit::Outcome::deny);
    record.object = {"policy", settings.organisation.str()};
    record.rule = config::code_name(reading.refused->code);
    records.push_back(std::move(record));
  }
  if (reading.is_new) {
    auto record = start("policy.replace", audit::Outcome::permit);
    record.policy = crypto::base64url(reading.policy->hash());
    record.object = {"policy", settings.organisation.str() + "/" +
                                   std::to_string(reading.policy->document().version)};
    records.push_back(std::move(record));
  }
  return records;
}

Result<void> keep_policy(const Settings& settings, const PolicyReading& reading) {
  if (!reading.is_new) return {};
  return replace(kept_file(settings), crypto::as_view(reading.text), private_mode);
}

}  // namespace sluis::gateway
