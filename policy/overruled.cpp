#include "policy/overruled.hpp"

#include <bit>
#include <unordered_map>

#include "policy/rule_index.hpp"

namespace sluis::policy {
namespace {

/// A rule that permits, in what `decide` compares of it. What a direction lacks is everything.
struct Claim {
  Direction direction = Direction::send;
  std::string id, pointer;
  const Selection* whom;
  const Selection* themes;
  const Selection* purposes;
  const Selection* roles;
  std::string legal_basis;       // send
  const Selection* legal_bases;  // accept
  std::size_t severity = 0;
  Mask identifiers = 0;
  unsigned reveal = 0;
  int fields = 0;
  std::uint64_t keep = 0;
  std::optional<config::Day> until;
};

const Selection everything{true, {}};

class Search {
 public:
  Search(const Document& document, const Known& known) : document_(document), known_(known) {
    for (const auto& theme : known.vocabulary.themes) themes_.push_back(theme.id);
  }

  std::vector<Overruled> run() {
    collect();
    for (const Claim& claim : claims_) find_forbid(claim);
    file_claims();
    for (const Claim& claim : claims_) find_better(claim);
    return std::move(found_);
  }

 private:
  static std::string at(const char* key, std::size_t index) {
    return "/" + std::string(key) + "/" + std::to_string(index);
  }
  void collect() {
    for (std::size_t i = 0; i < document_.send.size(); ++i) {
      const auto& rule = document_.send[i];
      claims_.push_back({Direction::send, rule.id, at("send", i), &rule.to, &rule.themes,
                         &rule.purposes, &everything, rule.legal_basis, &everything,
                         known_.vocabulary.severity_rank(rule.severity_at_least).value_or(0),
                         rule.identifiers, rule.reveal_after_partners, std::popcount(rule.shares),
                         rule.keep.nominal_seconds(), rule.until});
    }
    for (std::size_t i = 0; i < document_.accept.size(); ++i) {
      const auto& rule = document_.accept[i];
      claims_.push_back({Direction::accept,
                         rule.id,
                         at("accept", i),
                         &rule.from,
                         &rule.themes,
                         &rule.purposes,
                         &everything,
                         {},
                         &rule.legal_bases,
                         0,
                         0,
                         0,
                         0,
                         rule.keep_at_most.nominal_seconds(),
                         rule.until});
    }
    for (std::size_t i = 0; i < document_.query.size(); ++i) {
      const auto& rule = document_.query[i];
      claims_.push_back({Direction::query,
                         rule.id,
                         at("query", i),
                         &everything,
                         &rule.themes,
                         &rule.purposes,
                         &rule.roles,
                         {},
                         &everything,
                         0,
                         0,
                         0,
                         0,
                         0,
                         rule.until});
    }
  }

  void find_forbid(const Claim& claim) {
    for (const auto& rule : document_.forbid) {
      if (!concerns(rule, claim.direction)) continue;
      const auto& named = rule.to ? rule.to : rule.from;
      if (covers(named, *claim.whom, known_.partners) &&
          covers(rule.themes, *claim.themes, themes_) &&
          covers(rule.purposes, *claim.purposes, known_.vocabulary.purposes) &&
          covers(rule.roles, *claim.roles, config::roles) && covers_domains(rule, claim)) {
        found_.push_back({claim.id, claim.pointer, rule.id, true});
        return;
      }
    }
  }
  /// Every domain in which the rule could have an effect.
  bool covers_domains(const ForbidRule& rule, const Claim& claim) const {
    if (!rule.domains || claim.direction == Direction::query) return true;
    return std::all_of(known_.recipients.begin(), known_.recipients.end(), [&](const auto& each) {
      const auto& [domain, recipient] = each;
      const bool concerned = claim.direction == Direction::accept
                                 ? recipient == document_.organisation
                                 : has(*claim.whom, recipient);
      return !concerned || has(*rule.domains, domain);
    });
  }

  /// Under one partner and theme, or under "*": whatever covers a claim stands under its first.
  static std::string drawer(Direction direction, std::string_view partner, std::string_view theme) {
    return std::to_string(static_cast<int>(direction)) + "/" + std::string(partner) + "/" +
           std::string(theme);
  }
  static std::vector<std::string_view> words(const Selection& selection) {
    if (selection.all) return {"*"};
    return {selection.words.begin(), selection.words.end()};
  }
  void file_claims() {
    for (std::size_t i = 0; i < claims_.size(); ++i) {
      if (claims_[i].direction == Direction::query) continue;
      for (const auto partner : words(*claims_[i].whom)) {
        for (const auto theme : words(*claims_[i].themes))
          drawers_[drawer(claims_[i].direction, partner, theme)].push_back(i);
      }
    }
  }
  template <class Words>
  static std::string_view first(const Selection& selection, const Words& universe) {
    if (!selection.all) return selection.words.front();
    return universe.empty() ? std::string_view("*") : std::string_view(*universe.begin());
  }
  void find_better(const Claim& claim) {
    if (claim.direction == Direction::query) return;  // its budget may be used up: then another
    for (const auto partner : {first(*claim.whom, known_.partners), std::string_view("*")}) {
      for (const auto theme : {first(*claim.themes, themes_), std::string_view("*")}) {
        const auto found = drawers_.find(drawer(claim.direction, partner, theme));
        if (found == drawers_.end()) continue;
        for (const auto number : found->second) {
          const Claim& other = claims_[number];
          if (&other == &claim || !goes_first(other, claim) || !always_applies(other, claim))
            continue;
          found_.push_back({claim.id, claim.pointer, other.id, false});
          return;
        }
      }
    }
  }

  /// Where both apply, `other` decides: whatever identifiers the person has.
  static bool goes_first(const Claim& other, const Claim& claim) {
    if (other.reveal != claim.reveal) return other.reveal > claim.reveal;
    if (other.fields != claim.fields) return other.fields < claim.fields;
    if (other.identifiers != claim.identifiers) return false;
    if (other.keep != claim.keep) return other.keep < claim.keep;
    return other.id < claim.id;
  }
  /// Wherever `claim` applies `other` does.
  bool always_applies(const Claim& other, const Claim& claim) const {
    return (other.identifiers & claim.identifiers) == claim.identifiers &&
           other.severity <= claim.severity && other.legal_basis == claim.legal_basis &&
           (!other.until || (claim.until && *other.until >= *claim.until)) &&
           covers(*other.whom, *claim.whom, known_.partners) &&
           covers(*other.themes, *claim.themes, themes_) &&
           covers(*other.purposes, *claim.purposes, known_.vocabulary.purposes) &&
           covers(*other.legal_bases, *claim.legal_bases, known_.vocabulary.legal_bases);
  }

  const Document& document_;
  const Known& known_;
  std::vector<std::string> themes_;
  std::vector<Claim> claims_;
  std::unordered_map<std::string, std::vector<std::size_t>> drawers_;
  std::vector<Overruled> found_;
};

}  // namespace

std::vector<Overruled> overruled(const Document& document, const Known& known) {
  return Search(document, known).run();
}

}  // namespace sluis::policy
