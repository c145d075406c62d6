// The policies of a demo region (policy.md): what the partners of an agreement might write.
#include <chrono>

#include "gateway/cli/region_documents.hpp"

namespace sluis::gateway::cli {

namespace {

std::string in_quotes(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}

/// What this organisation sends: everything, to the domain's recipient.
std::string send_part(const RegionPlan& plan, const DemoPartner& partner) {
  if (partner.matches) return "  // Wij ontvangen en sturen zelf niets.\n  \"send\": [],\n\n";
  return "  // Wat wij delen: elke melding over een van deze thema's, hoe ernstig ook, met het "
         "Zorg- "
         "en\n"
         "  // Veiligheidshuis. De inhoud blijft dicht totdat zoveel partners "
         "(revealAfterPartners) "
         "over\n"
         "  // dezelfde persoon hebben gemeld; tot dan kan niemand haar lezen.\n"
         "  \"send\": [\n"
         "    { \"id\": " +
         in_quotes(std::string(partner.id) + "-deelt-met-zvh") +
         ",\n"
         "      \"to\": [\"zvh\"],\n"
         "      \"themes\": [\"geweld-in-afhankelijkheidsrelaties\", "
         "\"verward-hoog-risico-gedrag\",\n"
         "                 \"passende-huisvesting-en-leefbaarheid\"],\n"
         "      \"severityAtLeast\": \"laag\",\n"
         "      \"purposes\": [\"persoonsgerichte-aanpak\"],\n"
         "      \"legalBasis\": " +
         in_quotes(partner.legal_basis) +
         ",\n"
         "      \"identifiers\": [\"bsn\", \"name-dob\", \"dob-address\"],\n"
         "      \"shares\": [\"severity\", \"observedAt\", \"contact\", \"payload\"],\n"
         "      \"revealAfterPartners\": " +
         std::to_string(plan.reveal) +
         ",\n"
         "      \"keep\": \"P180D\" }\n"
         "  ],\n\n";
}

std::string accept_part(const DemoPartner& partner) {
  if (!partner.matches) return "  // Wij ontvangen niets.\n  \"accept\": [],\n\n";
  return "  // Wat wij aannemen: van elke partner, elk thema, hoogstens een jaar bewaard.\n"
         "  \"accept\": [\n"
         "    { \"id\": \"zvh-neemt-aan\", \"from\": [\"*\"], \"themes\": [\"*\"], \"keepAtMost\": "
         "\"P365D\" }\n"
         "  ],\n\n";
}

std::string query_part(const DemoPartner& partner) {
  if (!partner.matches) return "  // Bij ons vraagt niemand iets op.\n  \"query\": [],\n\n";
  return "  // Wie bij ons iets mag opvragen: de procesregisseur, bij een zaak, en alleen wat open "
         "is.\n"
         "  \"query\": [\n"
         "    { \"id\": \"zvh-procesregisseur-vraagt\",\n"
         "      \"roles\": [\"procesregisseur\"],\n"
         "      \"purposes\": [\"persoonsgerichte-aanpak\"],\n"
         "      \"themes\": [\"*\"],\n"
         "      \"shows\": [\"severity\", \"observedAt\", \"contact\", \"payload\"],\n"
         "      \"perDay\": 1000,\n"
         "      \"caseRequired\": true }\n"
         "  ],\n\n";
}

/// A holder answers every partner for tags, and everybody but the recipient for locks.
std::string evaluate_part(const RegionPlan& plan, const DemoPartner& partner) {
  if (!partner.holds) {
    return "  // Wij houden geen deel van de sleutels van de regio.\n  \"evaluate\": [],\n\n";
  }
  const auto budget = std::to_string(plan.evaluations_per_day);
  std::string rules;
  for (const auto& other : demo_partners) {
    if (!rules.empty()) rules += ",\n";
    rules += "    { \"id\": " +
             in_quotes(std::string(partner.id) + "-rekent-voor-" + std::string(other.id)) +
             ", \"partner\": " + in_quotes(other.id) +
             ", \"domain\": \"zvh\",\n      \"perDay\": { \"tag\": " + budget +
             (other.matches ? "" : ", \"lock\": " + budget) + " } }";
  }
  return "  // Wij houden een deel van de sleutels van de regio en rekenen daarmee voor partners: "
         "zo "
         "vaak\n"
         "  // per dag, en nooit het slot (lock) voor wie de meldingen ontvangt.\n"
         "  \"evaluate\": [\n" +
         rules + "\n  ],\n\n";
}

}  // namespace

std::string policy_text(const RegionPlan& plan, const DemoPartner& partner) {
  const auto last_day = std::chrono::floor<std::chrono::days>(plan.valid_until());
  return "// Afspraken van " + std::string(partner.name) + " in de regio " + plan.name +
         ". Wat hier niet staat, mag niet.\n"
         "{\n"
         "  \"organisation\": " +
         in_quotes(partner.id) +
         ",\n  \"version\": 1,\n  \"validUntil\": " + in_quotes(config::format_day(last_day)) +
         ",\n\n" + send_part(plan, partner) + accept_part(partner) + query_part(partner) +
         evaluate_part(plan, partner) +
         "  // Wat altijd verboden is, ook als een regel hierboven het toestaat.\n"
         "  \"forbid\": []\n"
         "}\n";
}

}  // namespace sluis::gateway::cli
