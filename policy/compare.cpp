#include "policy/compare.hpp"

#include <set>

#include "policy/coverage.hpp"
#include "policy/rule_index.hpp"

namespace sluis::policy {
namespace {

using config::Json;

/// One pair of organisations and one theme.
class Pair {
 public:
  Pair(const Document& from, const Document& to, const std::string& theme,
       const Surroundings& known, config::Day today)
      : from_(from), to_(to), theme_(theme), known_(known), today_(today) {}

  Gap look() {
    gap_.theme = theme_;
    gap_.from = from_.organisation;
    gap_.to = to_.organisation;
    collect();
    gap_.offered = !offers_.empty();
    gap_.accepted = !accepts_.empty();
    for (const auto& rule : to_.query) {
      if (in_force(rule) && has(rule.themes, theme_)) gap_.asked_for = true;
    }
    if (blocked_) {
      gap_.state = GapState::blocked;
    } else if (gap_.offered) {
      gap_.state = gap_.accepted ? GapState::agreed : GapState::not_accepted;
    }
    if (gap_.offered && gap_.accepted) compare_conditions();
    return std::move(gap_);
  }

 private:
  template <class Rule>
  [[nodiscard]] bool in_force(const Rule& rule) const {
    return !rule.until || *rule.until >= today_;
  }

  void collect() {
    for (const auto& rule : from_.send) {
      if (!in_force(rule) || !has(rule.to, to_.organisation) || !has(rule.themes, theme_)) continue;
      if (forbidden(from_, Direction::send, to_.organisation, rule.purposes)) continue;
      offers_.push_back(&rule);
      gap_.offers.push_back(rule.id);
    }
    for (const auto& rule : to_.accept) {
      if (!in_force(rule) || !has(rule.from, from_.organisation) || !has(rule.themes, theme_))
        continue;
      if (forbidden(to_, Direction::accept, from_.organisation, rule.purposes)) continue;
      accepts_.push_back(&rule);
      gap_.accepts.push_back(rule.id);
    }
  }
  /// By one rule, whatever the purpose; that is said as a difference, for it is a choice.
  bool forbidden(const Document& document, Direction direction, const std::string& partner,
                 const Selection& purposes) {
    for (const auto& rule : document.forbid) {
      if (!concerns(rule, direction) || rule.domains) continue;
      const auto& named = rule.to ? rule.to : rule.from;
      if (named && !has(*named, partner)) continue;
      if (rule.themes && !has(*rule.themes, theme_)) continue;
      if (!covers(rule.purposes, purposes, known_.vocabulary.purposes)) continue;
      blocked_ = true;
      differ(Text{"Verboden bij ", "Forbidden at "} + partner_text(document.organisation, known_) +
             plain(" (" + rule.id + "): " + rule.because + "."));
      return true;
    }
    return false;
  }
  void differ(Text text) { gap_.differences.push_back(std::move(text)); }

  void compare_conditions() {
    for (const auto* offer : offers_) {
      const AcceptRule* shortest = nullptr;
      bool purpose = false, basis = false;
      for (const auto* accept : accepts_) {
        const bool same_purpose = meet(accept->purposes, offer->purposes);
        const bool same_basis = has(accept->legal_bases, offer->legal_basis);
        purpose = purpose || same_purpose;
        basis = basis || same_basis;
        if (!same_purpose || !same_basis) continue;
        if (shortest == nullptr ||
            accept->keep_at_most.nominal_seconds() < shortest->keep_at_most.nominal_seconds())
          shortest = accept;
      }
      const auto rule = plain(" (" + offer->id + ")");
      if (!purpose)
        differ(Text{"Het doel van de afzender neemt de ontvanger niet aan",
                    "The recipient does not take in for the sender's purpose"} +
               rule + plain("."));
      if (!basis)
        differ(Text{"De grondslag " + offer->legal_basis + " kent de ontvanger niet",
                    "The recipient does not recognise the legal basis " + offer->legal_basis} +
               rule + plain("."));
      if (shortest != nullptr &&
          shortest->keep_at_most.nominal_seconds() < offer->keep.nominal_seconds())
        differ(Text{"De afzender laat ", "The sender allows "} + term_text(offer->keep) +
               Text{" bewaren, de ontvanger bewaart ", " to keep, the recipient keeps "} +
               term_text(shortest->keep_at_most) + rule + plain("."));
      if (shortest == nullptr) gap_.state = GapState::not_accepted;
      if (known_.vocabulary.severity_rank(offer->severity_at_least).value_or(0) > 0)
        differ(Text{"Gedeeld wordt pas vanaf ernst \"" + offer->severity_at_least + "\"",
                    "Shared only from severity \"" + offer->severity_at_least + "\" on"} +
               rule + plain("."));
    }
    // One offer that is taken in is an agreement, whatever becomes of the others.
    for (const auto* offer : offers_) {
      for (const auto* accept : accepts_) {
        if (meet(accept->purposes, offer->purposes) && has(accept->legal_bases, offer->legal_basis))
          gap_.state = GapState::agreed;
      }
    }
  }

  const Document& from_;
  const Document& to_;
  const std::string& theme_;
  const Surroundings& known_;
  config::Day today_;
  std::vector<const SendRule*> offers_;
  std::vector<const AcceptRule*> accepts_;
  bool blocked_ = false;
  Gap gap_;
};

}  // namespace

Comparison compare(const std::vector<const Document*>& documents, const Surroundings& known,
                   config::Day today) {
  Comparison comparison;
  std::set<std::string> recipients;
  for (const auto& [domain, recipient] : known.recipients) recipients.insert(recipient);
  for (const auto* document : documents) comparison.organisations.push_back(document->organisation);
  for (const auto& theme : known.vocabulary.themes) {
    bool asked = false, offered = false;
    for (const auto* from : documents) {
      for (const auto* to : documents) {
        if (from == to) continue;
        auto gap = Pair(*from, *to, theme.id, known, today).look();
        asked = asked || gap.asked_for;
        offered = offered || gap.offered;
        const bool said = gap.offered || gap.accepted || gap.state == GapState::blocked;
        if (!said && !(gap.asked_for && recipients.contains(to->organisation))) continue;
        if (gap.offered && !recipients.contains(to->organisation))
          gap.differences.push_back({"De ontvanger heeft in de regio geen eigen domein.",
                                     "The recipient has no domain of its own in the region."});
        comparison.gaps.push_back(std::move(gap));
      }
    }
    if (asked && !offered) comparison.unoffered.push_back(theme.id);
  }
  return comparison;
}

std::string_view state_name(GapState state) noexcept {
  switch (state) {
    case GapState::agreed:
      return "agreed";
    case GapState::not_accepted:
      return "not-accepted";
    case GapState::blocked:
      return "forbidden";
    case GapState::not_offered:
      break;
  }
  return "not-offered";
}

Text state_text(GapState state) {
  switch (state) {
    case GapState::agreed:
      return {"sluit aan", "fits"};
    case GapState::not_accepted:
      return {"aangeboden, niet aangenomen", "offered, not taken in"};
    case GapState::blocked:
      return {"verboden", "forbidden"};
    case GapState::not_offered:
      break;
  }
  return {"gevraagd, niet aangeboden", "asked for, not offered"};
}

Json to_json(const Comparison& comparison) {
  Json gaps = Json::array();
  for (const auto& gap : comparison.gaps) {
    Json differences = Json::array();
    for (const auto& each : gap.differences)
      differences.push_back({{"nl", each.nl}, {"en", each.en}});
    gaps.push_back({{"theme", gap.theme},
                    {"from", gap.from},
                    {"to", gap.to},
                    {"state", state_name(gap.state)},
                    {"offered", gap.offered},
                    {"accepted", gap.accepted},
                    {"askedFor", gap.asked_for},
                    {"offers", gap.offers},
                    {"accepts", gap.accepts},
                    {"differences", std::move(differences)}});
  }
  return {{"organisations", comparison.organisations},
          {"gaps", std::move(gaps)},
          {"askedForAndOfferedByNobody", comparison.unoffered}};
}

}  // namespace sluis::policy
