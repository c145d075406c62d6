#include "policy/check.hpp"

#include <map>

#include "policy/overruled.hpp"

namespace sluis::policy {
namespace {

using Findings = std::vector<Finding>;

/// The findings about one document, in the order in which they are made.
class Checker {
 public:
  Checker(const Document& document, const Surroundings& known, config::Day today)
      : document_(document), known_(known), today_(today) {
    for (const auto& [domain, recipient] : known.recipients)
      domains_of_[recipient].push_back(domain);
  }

  Findings run() {
    about_document();
    for (std::size_t i = 0; i < document_.send.size(); ++i) look(document_.send[i], at("send", i));
    for (std::size_t i = 0; i < document_.accept.size(); ++i)
      look(document_.accept[i], at("accept", i));
    for (std::size_t i = 0; i < document_.query.size(); ++i)
      look(document_.query[i], at("query", i));
    for (std::size_t i = 0; i < document_.evaluate.size(); ++i)
      look(document_.evaluate[i], at("evaluate", i));
    for (const auto& each : overruled(document_, known_)) {
      if (each.by_forbid) {
        add(Level::warning, "contradiction", each.rule, each.pointer,
            {"Wat deze regel toestaat, verbiedt regel " + each.by +
                 " geheel. Verwijder een van beide, of maak het verbod nauwer.",
             "What this rule permits is wholly forbidden by rule " + each.by +
                 ". Remove one of them, or narrow the forbid."});
      } else {
        add(Level::warning, "always-overruled", each.rule, each.pointer,
            {"Regel " + each.by +
                 " staat hetzelfde toe en deelt niet meer: die gaat altijd voor. "
                 "Verwijder deze regel, of maak de andere nauwer.",
             "Rule " + each.by +
                 " permits the same and shares no more: it always goes first. "
                 "Remove this rule, or narrow the other."});
      }
    }
    return std::move(findings_);
  }

 private:
  static std::string at(const char* key, std::size_t index) {
    return "/" + std::string(key) + "/" + std::to_string(index);
  }
  void add(Level level, std::string code, const std::string& rule, std::string pointer, Text text) {
    findings_.push_back({level, std::move(code), rule, std::move(pointer), std::move(text)});
  }

  void about_document() {
    const auto last = document_.valid_until;
    if (last < today_) {
      add(Level::error, "policy-expired", "", "/validUntil",
          {"Dit beleid is verlopen en staat niets meer toe. Spreek een nieuwe versie af.",
           "This policy has expired and permits nothing any more. Agree on a new version."});
    } else if (last < today_ + std::chrono::days(30)) {
      add(Level::notice, "expires-soon", "", "/validUntil",
          Text{"Dit beleid verloopt na ", "This policy expires after "} + day_text(last) +
              Text{". Maak op tijd een nieuwe versie.", ". Make a new version in time."});
    }
  }

  template <class Rule>
  void about_until(const Rule& rule, const std::string& pointer) {
    if (!rule.until) return;
    if (*rule.until < today_) {
      add(Level::warning, "rule-expired", rule.id, pointer + "/until",
          {"Deze regel is verlopen. Verwijder haar, of spreek een nieuwe datum af.",
           "This rule has expired. Remove it, or agree on a new date."});
    } else if (*rule.until > document_.valid_until) {
      add(Level::notice, "outlives-policy", rule.id, pointer + "/until",
          {"Deze regel noemt een dag na het einde van het beleid (validUntil); eerder houdt zij "
           "op.",
           "This rule names a day after the policy's own end (validUntil); it ends before."});
    }
  }
  void about_keep(const std::string& rule, const config::Duration& keep, std::string pointer) {
    const auto& bound = known_.keep_at_most;
    if (!bound || keep.nominal_seconds() <= bound->nominal_seconds()) return;
    add(Level::error, "keep-too-long", rule, std::move(pointer),
        Text{"De regio laat niets langer bewaren dan ",
             "The region lets nothing be kept longer than "} +
            term_text(*bound) + Text{". Kort deze termijn in.", ". Shorten this term."});
  }
  void never(const std::string& rule, std::string pointer, Text why) {
    add(Level::warning, "never-applies", rule, std::move(pointer), std::move(why));
  }

  void look(const SendRule& rule, const std::string& pointer) {
    about_until(rule, pointer);
    about_keep(rule.id, rule.keep, pointer + "/keep");
    if (rule.follow_up_within &&
        rule.follow_up_within->nominal_seconds() > rule.keep.nominal_seconds()) {
      add(Level::warning, "follow-up-after-keep", rule.id, pointer + "/followUpWithin",
          {"De termijn om te handelen is langer dan de bewaartermijn. Kort haar in.",
           "The term to act in is longer than the term to keep. Shorten it."});
    }
    bool reaches = false, locks = false;
    for (const auto& [recipient, domains] : domains_of_) {
      if (recipient == document_.organisation || !has(rule.to, recipient)) continue;
      reaches = true;
      for (const auto& domain : domains) locks = locks || has_lock(domain, rule);
    }
    if (!reaches) {
      never(rule.id, pointer + "/to",
            {"Geen van deze partners ontvangt in de regio signalen in een eigen domein. Noem een "
             "ontvanger, of verwijder de regel.",
             "None of these partners receives signals in a domain of its own. Name a recipient, or "
             "remove the rule."});
    } else if (!locks) {
      never(
          rule.id, pointer + "/revealAfterPartners",
          {"Bij geen ontvanger is er een slot voor dit aantal partners. Kies een aantal dat het "
           "register kent (lockThresholds).",
           "No recipient has a lock for this number of partners. Choose one that the directory has "
           "(lockThresholds)."});
    }
  }
  [[nodiscard]] bool has_lock(const std::string& domain, const SendRule& rule) const {
    const auto heights = known_.lock_heights.find(domain);
    return rule.reveal_after_partners == 1 || heights == known_.lock_heights.end() ||
           heights->second.contains(rule.reveal_after_partners);
  }

  void look(const AcceptRule& rule, const std::string& pointer) {
    about_until(rule, pointer);
    about_keep(rule.id, rule.keep_at_most, pointer + "/keepAtMost");
    about_domain(rule.id, pointer);
    if (!rule.from.all && rule.from.words == std::vector{document_.organisation}) {
      never(rule.id, pointer + "/from",
            {"Van onszelf nemen wij niets aan. Noem andere partners, of verwijder de regel.",
             "We take nothing in from ourselves. Name other partners, or remove the rule."});
    }
    if (rule.legal_bases.all) {
      add(Level::notice, "any-legal-basis", rule.id, pointer,
          {"Deze regel neemt op elke grondslag aan. Noem in legalBases welke wij kennen.",
           "This rule takes in on any legal basis. Name in legalBases those that we recognise."});
    }
  }
  void look(const QueryRule& rule, const std::string& pointer) {
    about_until(rule, pointer);
    about_domain(rule.id, pointer);
  }
  void about_domain(const std::string& rule, const std::string& pointer) {
    if (domains_of_.contains(document_.organisation)) return;
    never(
        rule, pointer,
        {"Wij ontvangen in geen domein van de regio. Verwijder de regel, of vraag de regio om een "
         "domein.",
         "We are the recipient of no domain of the region. Remove the rule, or ask the region for "
         "a domain."});
  }
  void look(const EvaluateRule& rule, const std::string& pointer) {
    about_until(rule, pointer);
    const auto holders = known_.holders.find(rule.domain);
    if (holders == known_.holders.end() || !holders->second.contains(document_.organisation)) {
      never(rule.id, pointer + "/domain",
            {"Wij houden in dit domein geen sleuteldeel. Verwijder de regel.",
             "We hold no key share in this domain. Remove the rule."});
    } else if (rule.tags_per_day.value_or(0) == 0 && rule.locks_per_day.value_or(0) == 0) {
      never(rule.id, pointer + "/perDay",
            {"Deze regel staat nul keer per dag toe. Noem een aantal, of verwijder de regel.",
             "This rule permits none a day. Name a number, or remove the rule."});
    }
  }

  const Document& document_;
  const Surroundings& known_;
  config::Day today_;
  std::map<std::string, std::vector<std::string>> domains_of_;  // by recipient
  Findings findings_;
};

}  // namespace

std::string_view level_name(Level level) noexcept {
  switch (level) {
    case Level::error:
      return "error";
    case Level::warning:
      return "warning";
    case Level::notice:
      break;
  }
  return "notice";
}

Findings check(const Document& document, const Surroundings& known, config::Day today) {
  return Checker(document, known, today).run();
}

const Finding* first_error(const Findings& findings) noexcept {
  for (const auto& each : findings) {
    if (each.level == Level::error && each.code != "policy-expired") return &each;
  }
  return nullptr;
}

}  // namespace sluis::policy
