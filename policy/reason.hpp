// Why something is permitted or not: a code for programs, one sentence for people.
#pragma once

#include <string>

namespace sluis::policy {

struct Reason {
  /// From farther to nearer a permit: of several rules that do not permit, the one that came
  /// nearest gives the reason.
  enum class Kind {
    malformed_question,  // the question lacks what its direction must have
    unknown_partner,     //
    unknown_word,        // a theme, purpose, severity or legal basis that the directory lacks
    policy_expired,      //
    no_rule,             // no rule is about this at all
    wrong_role,          // and from here: a rule is, but
    wrong_theme,         //
    wrong_purpose,       //
    wrong_legal_basis,   //
    severity_too_low,    //
    rule_expired,        //
    case_required,       //
    no_identifier,       // nothing that the person can be linked by may be used
    over_budget,         // today's is used up, or too small for this
    partner_suspended,   // outside the policy: the directory says so
    no_epoch_in_force,   // outside the policy: no key to make a pseudonym with
    no_such_lock,        // outside the policy: the epoch has no lock for that many partners
    forbidden,           // a forbid rule
    permitted,
  };

  Kind kind = Kind::no_rule;
  /// Of a forbid rule: what its author gave as the cause.
  std::string because;

  /// Stable, kebab-case.
  [[nodiscard]] std::string code() const;
  /// One sentence in plain Dutch or English. It tells nothing of the person, nor of a partner's
  /// own rules.
  [[nodiscard]] std::string text_nl() const;
  [[nodiscard]] std::string text_en() const;
  [[nodiscard]] bool is_budget() const noexcept { return kind == Kind::over_budget; }
};

}  // namespace sluis::policy
