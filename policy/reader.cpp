// From JSON to a Document. An unknown word is an error, never a rule that is skipped.
#include <algorithm>
#include <map>
#include <set>

#include "config/encoded.hpp"
#include "config/nearest.hpp"
#include "config/object_reader.hpp"
#include "config/schema.hpp"
#include "crypto/hash.hpp"
#include "policy/document.hpp"
#include "policy/rule_index.hpp"

namespace sluis::policy {
namespace {

using config::Bounds;
using config::Code;
using config::error;
using config::ObjectReader;
using config::Result;

constexpr std::size_t most_bytes = 4U << 20;
constexpr Bounds some_words{1, 10'000};
constexpr Bounds per_day{1, 1'000'000'000};
constexpr Bounds per_day_or_none{0, 1'000'000'000};

Result<std::string> parse_rule_id(std::string_view text) {
  const bool fits = !text.empty() && text.size() <= 80 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
  if (fits) return std::string(text);
  return error(Code::invalid, "must be 1 to 80 of a-z, 0-9 and -");
}

Result<config::Duration> parse_term(std::string_view text) {
  auto term = config::parse_duration(text);
  if (term.ok() && term->nominal_seconds() == 0) {
    return error(Code::invalid, "must be longer than nothing");
  }
  return term;
}

/// Words that may stand in one place: `what` names them in the error.
struct Lexicon {
  std::string_view what;
  std::set<std::string, std::less<>> words;

  [[nodiscard]] Result<std::string> parse(std::string_view word) const {
    if (words.contains(word)) return std::string(word);
    std::string detail = "unknown " + std::string(what);
    if (config::is_slug(word)) detail += " \"" + std::string(word) + "\"";
    detail += config::did_you_mean(word, words);
    return error(Code::invalid, std::move(detail));
  }
};

template <class Words>
Lexicon lexicon(std::string_view what, const Words& words) {
  return {what, {words.begin(), words.end()}};
}

class Reader {
 public:
  explicit Reader(const Known& known)
      : partners_{"partner", known.partners},
        domains_{"domain", {}},
        themes_{"theme", {}},
        purposes_(lexicon("purpose", known.vocabulary.purposes)),
        severities_(lexicon("severity", known.vocabulary.severities)),
        legal_bases_(lexicon("legal basis", known.vocabulary.legal_bases)),
        roles_(lexicon("role", config::roles)),
        directions_(lexicon("direction", directions)),
        recipients_(known.recipients) {
    for (const auto& theme : known.vocabulary.themes) themes_.words.insert(theme.id);
    for (const auto& [domain, recipient] : recipients_) domains_.words.insert(domain);
  }

  Document read(ObjectReader& in) {
    const Bounds rules{0, 10'000};
    in.optional_text("$schema", {1, 1024});  // for editors
    document_.organisation = word(in, "organisation", partners_);
    document_.version = in.integer("version", {1});
    document_.valid_until = in.parsed("validUntil", config::parse_day).value_or(config::Day());
    in.optional_objects("send", rules, [this](ObjectReader& each) { read_send(each); });
    in.optional_objects("accept", rules, [this](ObjectReader& each) { read_accept(each); });
    in.optional_objects("query", rules, [this](ObjectReader& each) { read_query(each); });
    in.optional_objects("evaluate", rules, [this](ObjectReader& each) { read_evaluate(each); });
    in.optional_objects("forbid", rules, [this](ObjectReader& each) { read_forbid(each); });
    in.optional_objects("signatures", {0, 8}, read_signature);
    return std::move(document_);
  }

 private:
  /// Forms alone: whether they verify, and count, is asked of the text (signing.hpp).
  static void read_signature(ObjectReader& in) {
    in.parsed("key", config::parse_public_key);
    in.parsed("signature", config::parse_bytes<64>);
  }
  void read_send(ObjectReader& in) {
    SendRule rule;
    rule.id = rule_id(in);
    rule.to = selection(in, "to", partners_);
    rule.themes = selection(in, "themes", themes_);
    rule.purposes = selection(in, "purposes", purposes_);
    rule.severity_at_least = word(in, "severityAtLeast", severities_);
    rule.legal_basis = word(in, "legalBasis", legal_bases_);
    rule.identifiers = mask(in, "identifiers", "identifier", identifiers, 1);
    rule.shares = mask(in, "shares", "field", fields, 0);
    rule.reveal_after_partners = static_cast<unsigned>(in.integer("revealAfterPartners", {1, 255}));
    rule.keep = in.parsed("keep", parse_term).value_or(config::Duration());
    rule.follow_up_within = in.optional_parsed("followUpWithin", parse_term);
    rule.until = in.optional_parsed("until", config::parse_day);
    document_.send.push_back(std::move(rule));
  }

  void read_accept(ObjectReader& in) {
    AcceptRule rule;
    rule.id = rule_id(in);
    rule.from = selection(in, "from", partners_);
    rule.themes = selection(in, "themes", themes_);
    rule.purposes = optional_selection(in, "purposes", purposes_).value_or(Selection{true, {}});
    rule.legal_bases =
        optional_selection(in, "legalBases", legal_bases_).value_or(Selection{true, {}});
    rule.keep_at_most = in.parsed("keepAtMost", parse_term).value_or(config::Duration());
    rule.until = in.optional_parsed("until", config::parse_day);
    document_.accept.push_back(std::move(rule));
  }

  void read_query(ObjectReader& in) {
    QueryRule rule;
    rule.id = rule_id(in);
    rule.roles = selection(in, "roles", roles_);
    rule.purposes = selection(in, "purposes", purposes_);
    rule.themes = selection(in, "themes", themes_);
    rule.shows = mask(in, "shows", "field", fields, 0);
    rule.per_day = in.integer("perDay", per_day);
    rule.case_required = in.boolean_or("caseRequired", true);
    rule.until = in.optional_parsed("until", config::parse_day);
    document_.query.push_back(std::move(rule));
  }

  void read_evaluate(ObjectReader& in) {
    EvaluateRule rule;
    rule.id = rule_id(in);
    rule.partner = word(in, "partner", partners_);
    rule.domain = word(in, "domain", domains_);
    in.object("perDay", [&](ObjectReader& budget) {
      rule.tags_per_day = budget.optional_integer("tag", per_day_or_none);
      rule.locks_per_day = budget.optional_integer("lock", per_day_or_none);
      const auto recipient = recipients_.find(rule.domain);
      if (rule.locks_per_day.value_or(0) > 0 && recipient != recipients_.end() &&
          recipient->second == rule.partner) {
        budget.fault("lock", "the domain's recipient may never have locks evaluated");
      }
    });
    rule.until = in.optional_parsed("until", config::parse_day);
    if (!rule.domain.empty() && !evaluated_.emplace(rule.partner, rule.domain).second) {
      in.fault("domain", "another rule already gives this partner a budget in this domain");
    }
    document_.evaluate.push_back(std::move(rule));
  }

  void read_forbid(ObjectReader& in) {
    ForbidRule rule;
    rule.id = rule_id(in);
    rule.because = in.text("because", {1, 200});
    in.object("when", [&](ObjectReader& when) {
      rule.directions = optional_selection(when, "directions", directions_);
      rule.to = optional_selection(when, "to", partners_);
      rule.from = optional_selection(when, "from", partners_);
      rule.partners = optional_selection(when, "partners", partners_);
      rule.domains = optional_selection(when, "domains", domains_);
      rule.themes = optional_selection(when, "themes", themes_);
      rule.purposes = optional_selection(when, "purposes", purposes_);
      rule.roles = optional_selection(when, "roles", roles_);
      const bool any = concerns(rule, Direction::send) || concerns(rule, Direction::accept) ||
                       concerns(rule, Direction::query) || concerns(rule, Direction::evaluate);
      if (!any) when.fault("", "can never be: no question has all of these");
    });
    document_.forbid.push_back(std::move(rule));
  }

  std::string rule_id(ObjectReader& in) {
    auto id = in.parsed("id", parse_rule_id).value_or("");
    const auto [first, fresh] = rule_ids_.try_emplace(id, in.key_pointer("id"));
    if (!id.empty() && !fresh) in.fault("id", "is the id of " + first->second + " too");
    return id;
  }

  static std::string word(ObjectReader& in, const std::string& key, const Lexicon& lexicon) {
    const auto parse = [&](std::string_view text) { return lexicon.parse(text); };
    return in.parsed(key, parse).value_or("");
  }

  static Selection selection(ObjectReader& in, const std::string& key, const Lexicon& lexicon) {
    bool all = false;
    const auto parse = [&](std::string_view text) -> Result<std::string> {
      if (text != "*") return lexicon.parse(text);
      all = true;
      return std::string(text);
    };
    auto words = in.parsed_list(key, some_words, parse);
    if (all && words.size() > 1) in.fault(key, "has \"*\" beside other words");
    if (std::set(words.begin(), words.end()).size() < words.size()) {
      in.fault(key, "has a word twice");
    }
    if (all) words.clear();
    return {all, std::move(words)};
  }
  static std::optional<Selection> optional_selection(ObjectReader& in, const std::string& key,
                                                     const Lexicon& lexicon) {
    if (!in.has(key)) return std::nullopt;
    return selection(in, key, lexicon);
  }

  template <std::size_t N>
  static Mask mask(ObjectReader& in, const std::string& key, std::string_view what,
                   const std::array<std::string_view, N>& words, std::uint64_t least) {
    Mask set = 0;
    const auto list = lexicon(what, words);
    const auto parse = [&](std::string_view text) { return list.parse(text); };
    for (const std::string& word : in.parsed_list(key, {least, N}, parse)) {
      const Mask bit = Mask{1} << place_in(words, word).value();
      if ((set & bit) != 0) in.fault(key, "has a word twice");
      set |= bit;
    }
    return set;
  }

  Lexicon partners_, domains_, themes_, purposes_, severities_, legal_bases_, roles_, directions_;
  const std::map<std::string, std::string, std::less<>>& recipients_;
  std::map<std::string, std::string> rule_ids_;
  std::set<std::pair<std::string, std::string>> evaluated_;
  Document document_;
};

}  // namespace

Result<Policy> read_policy(std::string_view text, const Known& known,
                           std::vector<config::Error>* faults) {
  std::vector<config::Error> errors;
  const auto refused = [&] {
    if (faults != nullptr) *faults = errors;
    return config::join_errors("refused policy", text, errors);
  };
  if (text.size() > most_bytes) {
    errors.push_back(error(Code::too_large, "over 4 MB"));
    return config::join_errors("refused policy", {}, errors);
  }
  auto json = config::parse_json(text, {.allow_comments = true});
  if (!json.ok()) {
    if (faults != nullptr) faults->push_back(json.failure());
    return error(Code::invalid, "refused policy: " + json.failure().detail, json.failure().pointer);
  }
  Document document;
  Reader reader(known);
  ObjectReader::read(*json, "", errors, [&](ObjectReader& in) { document = reader.read(in); });
  // What the published schema refuses is never taken, whatever the reader above thinks of it.
  if (errors.empty()) errors = config::check_schema(config::Schema::policy, *json);
  if (!errors.empty()) return refused();
  json->erase("signatures");
  const auto canonical = config::jcs(*json);
  if (!canonical.ok()) errors.push_back(canonical.failure());
  if (!errors.empty()) return refused();
  return Policy(std::move(document), known, crypto::sha256({crypto::as_view(*canonical)}));
}

}  // namespace sluis::policy
