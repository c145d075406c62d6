#include "tests/functional/policies.hpp"

#include <regex>

#include "gateway/cli/policy_key.hpp"
#include "gateway/cli/region_documents.hpp"
#include "policy/signing.hpp"

namespace sluis::test {

std::string signed_policy(const TestRegion& region, std::string_view partner,
                          const std::string& text, std::uint64_t version) {
  const auto file = gateway::cli::policy_key_file(region.layout(), partner);
  const auto key = gateway::cli::read_policy_key(file).value();
  const std::regex number("\"version\": [0-9]+");
  const auto numbered = std::regex_replace(text, number, "\"version\": " + std::to_string(version),
                                           std::regex_constants::format_first_only);
  return policy::sign_policy(numbered, key).value();
}

void put_policy(const TestRegion& region, std::string_view partner, const std::string& text) {
  const auto draft = region.scratch() / "policy.json";
  put(draft, text);
  std::filesystem::rename(draft, region.layout().partner(partner) / "policy.json");
}

}  // namespace sluis::test
