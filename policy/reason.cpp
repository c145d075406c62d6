#include "policy/reason.hpp"

#include <string_view>

namespace sluis::policy {
namespace {

struct Wording {
  std::string_view code, nl, en;
};

Wording wording(Reason::Kind kind) noexcept {
  using enum Reason::Kind;
  switch (kind) {
    case malformed_question:
      return {"malformed-question", "De vraag is niet volledig.", "The question is not complete."};
    case unknown_partner:
      return {"unknown-partner", "Deze partner staat niet in het register van de regio.",
              "This partner is not in the region's directory."};
    case unknown_word:
      return {"unknown-word",
              "Een thema, doel, ernst of grondslag staat niet in het register van de regio.",
              "A theme, purpose, severity or legal basis is not in the region's directory."};
    case policy_expired:
      return {"policy-expired", "Het beleid van deze organisatie is verlopen.",
              "This organisation's policy has expired."};
    case no_rule:
      return {"no-rule", "Geen regel van het beleid staat dit toe.",
              "No rule of the policy permits this."};
    case wrong_role:
      return {"wrong-role", "Geen regel van het beleid staat dit toe voor deze rol.",
              "No rule of the policy permits this for this role."};
    case wrong_theme:
      return {"wrong-theme", "Geen regel van het beleid staat dit toe bij dit thema.",
              "No rule of the policy permits this for this theme."};
    case wrong_purpose:
      return {"wrong-purpose", "Geen regel van het beleid staat dit toe voor dit doel.",
              "No rule of the policy permits this for this purpose."};
    case wrong_legal_basis:
      return {"wrong-legal-basis", "Geen regel van het beleid staat dit toe op deze grondslag.",
              "No rule of the policy permits this on this legal basis."};
    case severity_too_low:
      return {"severity-too-low", "Het beleid deelt dit pas bij een hogere ernst.",
              "The policy shares this from a higher severity on."};
    case rule_expired:
      return {"rule-expired", "De regel die dit toestond is verlopen.",
              "The rule that permitted this has expired."};
    case case_required:
      return {"case-required", "Het beleid staat dit alleen toe bij een zaak; noem de zaak.",
              "The policy permits this for a case only; name the case."};
    case no_identifier:
      return {"no-identifier",
              "Van deze persoon is geen gegeven bekend waarop het beleid laat koppelen.",
              "Nothing is known of this person that the policy lets be used for linking."};
    case over_budget:
      return {"over-budget", "Het aantal dat het beleid per dag toestaat is bereikt.",
              "The number that the policy permits in a day has been reached."};
    case partner_suspended:
      return {"partner-suspended", "Deze partner is in de regio geschorst.",
              "This partner is suspended in the region."};
    case no_epoch_in_force:
      return {"no-epoch-in-force", "Voor dit domein is nu geen sleutelperiode van kracht.",
              "No key period is in force for this domain now."};
    case no_such_lock:
      return {"no-such-lock",
              "Dit domein kent geen slot voor het aantal partners dat de regel eist.",
              "This domain has no lock for the number of partners that the rule asks."};
    case forbidden:
      return {"forbidden", "Het beleid verbiedt dit", "The policy forbids this"};
    case permitted:
      break;
  }
  return {"permitted", "Een regel van het beleid staat dit toe.",
          "A rule of the policy permits this."};
}

std::string sentence(std::string_view text, const Reason& reason) {
  if (reason.kind != Reason::Kind::forbidden) return std::string(text);
  if (reason.because.empty()) return std::string(text) + ".";
  return std::string(text) + ": " + reason.because + ".";
}

}  // namespace

std::string Reason::code() const {
  return std::string(wording(kind).code);
}
std::string Reason::text_nl() const {
  return sentence(wording(kind).nl, *this);
}
std::string Reason::text_en() const {
  return sentence(wording(kind).en, *this);
}

}  // namespace sluis::policy
