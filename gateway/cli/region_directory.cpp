// The directory of a demo region (protocol.md §1).
#include "crypto/encoding.hpp"
#include "gateway/cli/region_documents.hpp"

namespace sluis::gateway::cli {

using config::Json;

namespace {

Json themes() {
  return Json::array({{{"id", "geweld-in-afhankelijkheidsrelaties"},
                       {"nl", "Geweld in afhankelijkheidsrelaties"},
                       {"en", "Violence in dependent relationships"}},
                      {{"id", "verward-hoog-risico-gedrag"},
                       {"nl", "Verward gedrag met een hoog risico"},
                       {"en", "Confused behaviour with a high risk"}},
                      {{"id", "passende-huisvesting-en-leefbaarheid"},
                       {"nl", "Passende huisvesting en leefbaarheid"},
                       {"en", "Suitable housing and a liveable neighbourhood"}}});
}

Json partner_entry(const DemoPartner& partner, const Ports& ports, const PublicKeys& keys) {
  return {{"id", partner.id},
          {"oin", partner.oin},
          {"name", partner.name},
          {"kind", partner.kind},
          {"status", "active"},
          {"peerUrl", "https://127.0.0.1:" + std::to_string(ports.peer)},
          {"signKey", crypto::base64url(keys.sign)},
          {"sealKeys", Json::array({crypto::base64url(keys.seal)})},
          {"logKey", crypto::base64url(keys.log)},
          {"witnessKey", crypto::base64url(keys.witness)}};
}

Json domain_entry(const RegionPlan& plan, const Json& holders) {
  const Json epoch{{"id", plan.epoch()},
                   {"from", config::format_time(plan.valid_from())},
                   {"until", config::format_time(plan.valid_until())},
                   {"holders", holders},
                   {"threshold", 2},
                   {"lockThresholds", {2, 3}},
                   {"generation", 1},
                   {"ceremony", "make"},
                   {"attempt", 1}};
  return {{"id", demo_domain}, {"recipient", demo_domain}, {"epochs", Json::array({epoch})}};
}

}  // namespace

Json directory_document(const RegionPlan& plan, const std::vector<PublicKeys>& keys) {
  Json partners = Json::array(), holders = Json::array(), legal_bases = Json::array();
  for (std::size_t i = 0; i < demo_partners.size(); ++i) {
    const auto& partner = demo_partners[i];
    partners.push_back(partner_entry(partner, ports_of(plan.base_port, i), keys.at(i)));
    legal_bases.push_back(partner.legal_basis);
    if (partner.holds) holders.push_back(partner.id);
  }
  return {{"v", 1},
          {"region", plan.name},
          {"version", 1},
          {"validFrom", config::format_time(plan.valid_from())},
          {"validUntil", config::format_time(plan.valid_until())},
          {"timeZone", "Europe/Amsterdam"},
          {"themes", themes()},
          {"purposes", Json::array({"persoonsgerichte-aanpak"})},
          {"severities", Json::array({"laag", "midden", "hoog", "acuut"})},
          {"legalBases", legal_bases},
          {"partners", partners},
          {"domains", Json::array({domain_entry(plan, holders)})},
          {"signatures", Json::array()}};
}

}  // namespace sluis::gateway::cli
