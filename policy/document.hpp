// One organisation's policy, read and checked. README.md in this folder describes the language.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/directory.hpp"
#include "config/ids.hpp"
#include "config/result.hpp"
#include "config/time.hpp"
#include "config/vocabulary.hpp"
#include "crypto/bytes.hpp"
#include "policy/words.hpp"

namespace sluis::policy {

/// The words of one dimension that a rule names; `all` where it says ["*"].
struct Selection {
  bool all = false;
  std::vector<std::string> words;
};

struct SendRule {
  std::string id;
  Selection to, themes, purposes;
  std::string severity_at_least, legal_basis;
  Mask identifiers = 0, shares = 0;  // of words.hpp's lists
  unsigned reveal_after_partners = 0;
  config::Duration keep;
  std::optional<config::Duration> follow_up_within;
  std::optional<config::Day> until;  // the last day on which it applies; so everywhere
};
struct AcceptRule {
  std::string id;
  Selection from, themes, purposes, legal_bases;  // the last two: all, when left out
  config::Duration keep_at_most;
  std::optional<config::Day> until;
};
struct QueryRule {
  std::string id;
  Selection roles, purposes, themes;
  Mask shows = 0;
  std::uint64_t per_day = 0;  // questions of one person
  bool case_required = true;
  std::optional<config::Day> until;
};
struct EvaluateRule {
  std::string id, partner, domain;
  std::optional<std::uint64_t> tags_per_day, locks_per_day;  // elements
  std::optional<config::Day> until;
};
/// Each dimension that is left out is covered whole.
struct ForbidRule {
  std::string id, because;
  std::optional<Selection> directions, to, from, partners, domains, themes, purposes, roles;
};

struct Document {
  std::string organisation;
  std::uint64_t version = 0;
  config::Day valid_until;
  std::vector<SendRule> send;
  std::vector<AcceptRule> accept;
  std::vector<QueryRule> query;
  std::vector<EvaluateRule> evaluate;
  std::vector<ForbidRule> forbid;
};

/// What a policy may name. A policy is read again when the directory changes.
struct Known {
  config::Vocabulary vocabulary;
  std::set<std::string, std::less<>> partners;
  std::map<std::string, std::string, std::less<>> recipients;  // by domain

  [[nodiscard]] static Known of(const config::Directory& directory);
};

class RuleIndex;

/// A document without a fault, ready to decide with. Immutable; cheap to copy.
class Policy {
 public:
  Policy(Document document, const Known& known, crypto::Array<32> hash);

  [[nodiscard]] const Document& document() const noexcept { return *document_; }
  /// SHA-256 of the document's RFC 8785 form: comments and layout do not count.
  [[nodiscard]] const crypto::Array<32>& hash() const noexcept { return hash_; }
  /// For `decide`.
  [[nodiscard]] const RuleIndex& index() const noexcept { return *index_; }

 private:
  std::shared_ptr<const Document> document_;
  std::shared_ptr<const RuleIndex> index_;
  crypto::Array<32> hash_;
};

/// Refused, with every fault and its line and column: what is not JSON, an unknown key, a wrong
/// type, an id that stands twice, a word, partner or domain that is not `known`, a rule that lets
/// a domain's recipient evaluate `lock` there. Comments are allowed. `faults` takes them one by
/// one, for tools. Whose policy it is, and whether it has expired, is for the caller.
[[nodiscard]] config::Result<Policy> read_policy(std::string_view text, const Known& known,
                                                 std::vector<config::Error>* faults = nullptr);

}  // namespace sluis::policy
