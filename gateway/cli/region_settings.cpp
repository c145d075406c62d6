// The settings of a demo gateway; config/README.md has the table of all of them.
#include "crypto/encoding.hpp"
#include "gateway/cli/region_documents.hpp"

namespace sluis::gateway::cli {

std::string settings_text(const RegionPlan& plan, std::size_t number,
                          const std::vector<crypto::Array<32>>& authority_keys,
                          const crypto::Array<32>& policy_key) {
  const auto& partner = demo_partners.at(number);
  const auto ports = ports_of(plan.base_port, number);
  const auto listen = [](std::uint16_t port) {
    return "\"127.0.0.1:" + std::to_string(port) + "\"";
  };
  std::string keys;
  for (const auto& key : authority_keys) {
    keys += (keys.empty() ? "\"" : ",\n                      \"") + crypto::base64url(key) + "\"";
  }
  std::string text;
  text += "// The gateway of " + std::string(partner.name) + ". Paths are relative to this file.\n";
  text += "{\n  \"organisation\": \"" + std::string(partner.id) + "\",\n\n";
  text += "  // Whose signatures make a document the directory of this region.\n";
  text += "  \"region\": {\n    \"name\": \"" + plan.name + "\",\n";
  text += "    \"authorityKeys\": [" + keys + "],\n    \"threshold\": ";
  text += std::to_string(authority_keys.size()) + ",\n";
  text += "    \"directory\": \"../directory.json\"\n  },\n\n";
  text += "  // api: our own systems and people; peer: partners' gateways; operator: health.\n";
  text += "  \"listen\": {\n    \"api\": " + listen(ports.api) + ",\n";
  text += "    \"peer\": " + listen(ports.peer) + ",\n";
  text += "    \"operator\": " + listen(ports.operations) + "\n  },\n";
  text += "  \"tls\": {\n    \"certificate\": \"tls/gateway.crt\",\n";
  text += "    \"key\": \"tls/gateway.key\",\n";
  text += "    \"peerAuthorities\": \"../ca/ca.crt\"\n  },\n\n";
  text += "  \"keys\": \"keys/gateway.json\",\n";
  text += "  // Whose signature puts a policy in force: sluis policy sign.\n";
  text += "  \"policy\": \"policy.json\",\n";
  text += "  \"policyKeys\": [\"" + crypto::base64url(policy_key) + "\"],\n";
  text += "  \"tokens\": \"tokens.json\",\n";
  text += "  \"data\": \"data\",\n\n";
  text += "  // A partner that was away is soon there again: this is one machine.\n";
  text += "  \"delivery\": { \"retryFirstMs\": 100, \"retryMostSeconds\": 5 },\n";
  text += "  \"log\": { \"level\": \"info\" }\n}\n";
  return text;
}

}  // namespace sluis::gateway::cli
