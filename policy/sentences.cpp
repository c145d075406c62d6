#include "policy/sentences.hpp"

namespace sluis::policy {
namespace {

const Text any_partner{"elke partner", "any partner"};
const Text any_purpose{"elk doel", "any purpose"};

Text until_text(const std::optional<config::Day>& until) {
  if (!until) return {};
  return Text{" Deze regel geldt tot en met ", " This rule applies up to and including "} +
         day_text(*until) + plain(".");
}

template <class Rule>
void add_all(std::vector<Sentence>& list, const std::vector<Rule>& rules, const std::string& key,
             const Text& none, const Surroundings& known) {
  if (rules.empty()) list.push_back({"/" + key, "", none});
  for (std::size_t i = 0; i < rules.size(); ++i) {
    list.push_back({"/" + key + "/" + std::to_string(i), rules[i].id, sentence(rules[i], known)});
  }
}

Text direction_text(const std::string& word) {
  if (word == "send") return {"delen", "sharing"};
  if (word == "accept") return {"ontvangen", "receiving"};
  if (word == "query") return {"opvragen", "asking"};
  return {"rekenen met sleutels", "evaluating with keys"};
}

Text directions_text(const Selection& selection) {
  if (selection.all) return {"alles", "everything"};
  std::vector<Text> items;
  for (const auto& word : selection.words) items.push_back(direction_text(word));
  return listed(items, {});
}

}  // namespace

Text sentence(const SendRule& rule, const Surroundings& known) {
  auto text =
      Text{"Wij delen met ", "We share with "} + partners_text(rule.to, known, any_partner) +
      Text{" signalen over ", " signals about "} + themes_text(rule.themes, known) +
      Text{" vanaf ernst \"", " from severity \""} + plain(rule.severity_at_least) +
      Text{"\", voor ", "\" on, for "} + listed(rule.purposes, any_purpose) +
      Text{", op grondslag ", ", on the legal basis "} + plain(rule.legal_basis) +
      Text{". Koppelen mag op ", ". Linking is allowed by "} + identifiers_text(rule.identifiers) +
      Text{". De inhoud (", ". The content ("} + fields_text(rule.shares) + plain(") ");
  if (rule.reveal_after_partners == 1) {
    text = text + Text{"is meteen te lezen.", "can be read at once."};
  } else {
    const auto partners = std::to_string(rule.reveal_after_partners);
    text =
        text +
        Text{"blijft dicht totdat " + partners + " partners over dezelfde persoon hebben gemeld.",
             "stays closed until " + partners + " partners have signalled the same person."};
  }
  text = text + Text{" De ontvanger bewaart het ten hoogste ", " The recipient keeps it at most "} +
         term_text(rule.keep) +
         Text{" vanaf het moment dat wij het signaal aannamen.",
              " from the moment that we accepted the signal."};
  if (rule.follow_up_within) {
    text = text +
           Text{" Wij vragen de ontvanger om binnen ", " We ask the recipient to act within "} +
           term_text(*rule.follow_up_within) + Text{" te handelen.", "."};
  }
  return text + until_text(rule.until);
}

Text sentence(const AcceptRule& rule, const Surroundings& known) {
  return Text{"Wij nemen van ", "We take in from "} + partners_text(rule.from, known, any_partner) +
         Text{" signalen aan over ", " signals about "} + themes_text(rule.themes, known) +
         Text{", voor ", ", for "} + listed(rule.purposes, any_purpose) + Text{", op ", ", on "} +
         listed(rule.legal_bases, {"welke grondslag ook", "whatever legal basis"}) +
         Text{". Wij bewaren ze ten hoogste ", ". We keep them at most "} +
         term_text(rule.keep_at_most) +
         Text{", en korter waar de afzender dat vraagt.",
              ", and shorter where the sender asks it."} +
         until_text(rule.until);
}

Text sentence(const QueryRule& rule, const Surroundings& known) {
  auto text = Text{"Wie bij ons de rol ", "Whoever of ours has the role "} +
              listed(rule.roles, {"van welke soort ook", "of whatever kind"}) +
              Text{" heeft, mag voor ", " may ask, for "} + listed(rule.purposes, any_purpose) +
              Text{" opvragen wat open is over ", ", what is open about "} +
              themes_text(rule.themes, known) + Text{" en ziet daarvan ", ", and sees of it "} +
              fields_text(rule.shows) + Text{", ten hoogste ", ", at most "} +
              plain(std::to_string(rule.per_day)) + Text{" keer per dag", " times a day"};
  text = text + (rule.case_required ? Text{", en alleen bij een zaak.", ", and for a case only."}
                                    : Text{", ook zonder zaak.", ", also without a case."});
  return text + until_text(rule.until);
}

Text sentence(const EvaluateRule& rule, const Surroundings& known) {
  const auto number = [](const std::optional<std::uint64_t>& budget) {
    return std::to_string(budget.value_or(0));
  };
  return Text{"Wij rekenen met ons sleuteldeel voor ", "We evaluate with our key share for "} +
         partner_text(rule.partner, known) + Text{" in het domein ", " in the domain "} +
         plain(rule.domain) +
         Text{": ten hoogste " + number(rule.tags_per_day) + " keer per dag voor pseudoniemen en " +
                  number(rule.locks_per_day) + " keer per dag voor sloten.",
              ": at most " + number(rule.tags_per_day) + " times a day for pseudonyms and " +
                  number(rule.locks_per_day) + " times a day for locks."} +
         until_text(rule.until);
}

Text sentence(const ForbidRule& rule, const Surroundings& known) {
  Text text{"Verboden, wat een andere regel ook toestaat: ",
            "Forbidden, whatever another rule permits: "};
  text = text + (rule.directions ? directions_text(*rule.directions) : Text{"alles", "everything"});
  const auto add = [&](const char* nl, const char* en, const Text& what) {
    text = text + Text{nl, en} + what;
  };
  if (rule.to) add(" aan ", " to ", partners_text(*rule.to, known, any_partner));
  if (rule.from) add(" van ", " from ", partners_text(*rule.from, known, any_partner));
  if (rule.partners) add(" voor ", " for ", partners_text(*rule.partners, known, any_partner));
  if (rule.domains) add(" in domein ", " in domain ", listed(*rule.domains, {"elk", "any"}));
  if (rule.themes) add(" over ", " about ", themes_text(*rule.themes, known));
  if (rule.purposes)
    add(" met als doel ", " for the purpose ", listed(*rule.purposes, any_purpose));
  if (rule.roles) add(" door de rol ", " by the role ", listed(*rule.roles, {"elke", "any"}));
  return text + Text{". Reden: ", ". Cause: "} + plain(rule.because) + plain(".");
}

std::vector<Sentence> sentences(const Document& document, const Surroundings& known) {
  std::vector<Sentence> list;
  list.push_back(
      {"/organisation", "",
       Text{"Dit is het beleid van ", "This is the policy of "} +
           partner_text(document.organisation, known) +
           Text{", versie " + std::to_string(document.version) + ". Het geldt tot en met ",
                ", version " + std::to_string(document.version) +
                    ". It holds up to and including "} +
           day_text(document.valid_until) +
           Text{". Wat hier niet staat, mag niet.", ". What is not said here is not allowed."}});
  add_all(list, document.send, "send", {"Wij delen niets.", "We share nothing."}, known);
  add_all(list, document.accept, "accept", {"Wij nemen niets aan.", "We take nothing in."}, known);
  add_all(list, document.query, "query",
          {"Bij ons mag niemand iets opvragen.", "Nobody of ours may ask anything."}, known);
  add_all(list, document.evaluate, "evaluate",
          {"Wij rekenen voor niemand.", "We evaluate for nobody."}, known);
  add_all(list, document.forbid, "forbid",
          {"Er is niets uitdrukkelijk verboden.", "Nothing is expressly forbidden."}, known);
  return list;
}

}  // namespace sluis::policy
