#include "gateway/core/policy_views.hpp"

#include <algorithm>
#include <set>
#include <system_error>

#include "crypto/encoding.hpp"
#include "gateway/core/policy_file.hpp"
#include "gateway/files/files.hpp"
#include "policy/compare.hpp"
#include "policy/sentences.hpp"
#include "policy/signing.hpp"

namespace sluis::gateway {

using config::Code;
using config::error;
using config::Json;
using config::Result;
using config::Settings;

namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_files = 64;
constexpr std::size_t most_bytes = std::size_t{4} * 1024 * 1024;

/// The .json files of a folder, by name.
Result<std::vector<fs::path>> policy_files(const fs::path& folder) try {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const auto name = entry.path().filename().string();
    if (entry.is_regular_file() && name.ends_with(".json") && config::is_utf8(name))
      files.push_back(entry.path());
  }
  std::ranges::sort(files);
  if (files.size() > most_files)
    return error(Code::too_large, "partnerPolicies: more than " + std::to_string(most_files) +
                                      " policies in the folder");
  return files;
} catch (const fs::filesystem_error& cause) {
  return error(Code::not_found, "partnerPolicies: " + cause.code().message());
}

/// A partner's policy, or why this file is none that can be laid beside ours.
Result<policy::Policy> read_given(const fs::path& file, const policy::Known& known,
                                  const std::set<std::string>& whose) {
  const auto text = read_text(file, most_bytes);
  if (!text) return error(text.failure().code, "cannot be read, or is larger than 4 MB");
  auto policy = policy::read_policy(*text, known);
  if (!policy) return policy.failure();
  const auto& organisation = policy->document().organisation;
  if (!known.partners.contains(organisation))
    return error(Code::invalid, "organisation: is no partner in this region's directory");
  if (whose.contains(organisation))
    return error(Code::conflict, "a second policy of \"" + organisation +
                                     "\"; keep one of each partner here, and none of our own");
  return policy;
}

Json told(const policy::Document& document, config::Day today) {
  return {{"organisation", document.organisation},
          {"version", document.version},
          {"validUntil", config::format_day(document.valid_until)},
          {"expired", today > document.valid_until}};
}

}  // namespace

Result<Json> policy_in_force(const Settings& settings, const Standing& standing,
                             policy::Language language) {
  auto text = text_in_force(settings, *standing.policy);
  if (!text) return text.failure();
  auto document = config::parse_json(*text, {.allow_comments = true});
  if (!document) return document.failure();
  const auto keys = policy::signers_of(*text, settings.policy_keys);
  if (!keys) return keys.failure();
  Json signers = Json::array();
  for (const auto& key : *keys) signers.push_back(crypto::base64url(key));
  const auto known = policy::Surroundings::of(*standing.directory);
  const auto& own = standing.policy->document();
  Json sentences = Json::array();
  for (const auto& each : policy::sentences(own, known))
    sentences.push_back({{"pointer", each.pointer},
                         {"rule", each.rule.empty() ? Json(nullptr) : Json(each.rule)},
                         {"text", policy::in(language, each.text)}});
  return Json{
      {"organisation", own.organisation},  {"version", own.version},
      {"hash", standing.policy_hash},      {"validUntil", config::format_day(own.valid_until)},
      {"signers", std::move(signers)},     {"signersNeeded", settings.policy_threshold},
      {"sentences", std::move(sentences)}, {"document", std::move(*document)},
      {"text", std::move(*text)}};
}

Result<Json> policy_gaps(const Settings& settings, const Standing& standing,
                         config::Timestamp now) {
  if (!settings.partner_policies)
    return error(Code::not_found,
                 "the settings name no \"partnerPolicies\": the folder with the policies that "
                 "partners gave, to lay beside ours");
  const auto files = policy_files(*settings.partner_policies);
  if (!files) return files.failure();
  const auto known = policy::Surroundings::of(*standing.directory);
  const auto today = standing.directory->time_zone().local_day(now);
  std::vector<policy::Policy> policies{*standing.policy};
  std::set<std::string> whose{standing.policy->document().organisation};
  Json refused = Json::array();
  for (const auto& file : *files) {
    auto policy = read_given(file, known, whose);
    if (policy) {
      whose.insert(policy->document().organisation);
      policies.push_back(std::move(*policy));
    } else {
      refused.push_back({{"file", file.filename().string()}, {"detail", policy.failure().detail}});
    }
  }
  std::vector<const policy::Document*> documents;
  Json compared = Json::array();
  for (const auto& policy : policies) {
    documents.push_back(&policy.document());
    compared.push_back(told(policy.document(), today));
  }
  auto answer = policy::to_json(policy::compare(documents, known, today));
  answer["policies"] = std::move(compared);
  answer["refused"] = std::move(refused);
  return answer;
}

}  // namespace sluis::gateway
