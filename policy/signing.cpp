#include "policy/signing.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include "crypto/encoding.hpp"
#include "crypto/hash.hpp"

namespace sluis::policy {
namespace {

using config::Code;
using config::error;
using config::Json;
using config::Result;

/// Where a text with comments has its outermost object: enough to put a member in or take one out.
struct Layout {
  std::size_t last_token_end = 0;  // of what stands before the closing brace
  std::size_t close = 0;           // the closing brace
  bool empty = true;
  /// The member "signatures", from its key to the end of its value, and the comma before or after.
  struct Member {
    std::size_t begin = 0, end = 0;
  };
  std::optional<Member> signatures;
};

/// One pass over a text that parse_json has taken.
class Scan {
 public:
  explicit Scan(std::string_view text) : text_(text) {}

  Layout run() {
    while (at_ < text_.size()) {
      if (text_.substr(at_).starts_with("//")) {
        skip_to("\n");
      } else if (text_.substr(at_).starts_with("/*")) {
        at_ += 2;
        skip_to("*/");
      } else if (text_[at_] == '"') {
        read_string();
      } else {
        read_mark(text_[at_]);
        ++at_;
      }
    }
    return layout_;
  }

 private:
  void skip_to(std::string_view end) {
    const auto found = text_.find(end, at_);
    at_ = found == std::string_view::npos ? text_.size() : found + end.size();
  }
  void token(std::size_t end) {
    if (depth_ >= 1) layout_.empty = false;
    layout_.last_token_end = end;
  }
  void read_string() {
    const auto begin = at_;
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\') ++at_;
    }
    at_ = std::min(at_ + 1, text_.size());
    token(at_);
    if (depth_ == 1 && expects_key_) {
      expects_key_ = false;
      in_signatures_ = text_.substr(begin, at_ - begin) == R"("signatures")";
      if (in_signatures_) layout_.signatures = {comma_.value_or(begin), 0};
    }
  }
  void read_mark(char c) {
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') return;
    if (c == '}' || c == ']') {
      if (--depth_ == 0) {
        end_member(layout_.last_token_end);
        layout_.close = at_;
        return;
      }
    }
    if (c == ',' && depth_ == 1) {
      // The first member takes the comma behind it along, a later one the comma before it.
      end_member(comma_ ? layout_.last_token_end : at_ + 1);
      comma_ = at_;
      expects_key_ = true;
      return;
    }
    if (depth_ > 0) token(at_ + 1);
    if (c == '{' || c == '[') {
      if (++depth_ == 1) {
        expects_key_ = true;
        layout_.last_token_end = at_ + 1;
      }
    }
  }
  void end_member(std::size_t end) {
    if (in_signatures_) layout_.signatures->end = end;
    in_signatures_ = false;
  }

  std::string_view text_;
  std::size_t at_ = 0, depth_ = 0;
  bool expects_key_ = false, in_signatures_ = false;
  std::optional<std::size_t> comma_;  // the last one between members
  Layout layout_;
};

/// The document, and what is signed of it.
struct Parts {
  Json document;  // without signatures
  Json signatures;
  std::string signed_text;
};

Result<Parts> parts_of(std::string_view text) {
  auto json = config::parse_json(text, {.allow_comments = true});
  if (!json) return json.failure();
  if (!json->is_object()) return error(Code::invalid, "a policy must be a JSON object");
  Parts parts{std::move(*json), Json::array(), {}};
  if (const auto found = parts.document.find("signatures"); found != parts.document.end()) {
    if (!found->is_array()) return error(Code::invalid, "must be a list", "/signatures");
    parts.signatures = std::move(*found);
    parts.document.erase(found);
  }
  auto canonical = config::jcs(parts.document);
  if (!canonical) return canonical.failure();
  parts.signed_text = std::move(*canonical);
  return parts;
}

/// A member's text; empty for another type, and where it is not there.
std::string text_of(const Json& object, const char* member) {
  const auto found = object.is_object() ? object.find(member) : object.end();
  if (found == object.end() || !found->is_string()) return {};
  return found->get<std::string>();
}

std::string with_signatures(std::string_view text, const Json& signatures) {
  std::string result(text);
  if (const auto old = Scan(result).run().signatures) {
    result.erase(old->begin, old->end - old->begin);
  }
  const auto layout = Scan(result).run();
  std::string member = layout.empty ? "\n  \"signatures\": [" : ",\n  \"signatures\": [";
  for (std::size_t i = 0; i < signatures.size(); ++i) {
    member += (i == 0 ? "\n    " : ",\n    ") + signatures[i].dump();
  }
  member += "\n  ]";
  if (result.find('\n', layout.last_token_end) >= layout.close) member += "\n";
  return result.insert(layout.last_token_end, member);
}

}  // namespace

crypto::Bytes policy_signed(std::string_view jcs) {
  return crypto::concat({crypto::as_view("sluis/policy/v1"), crypto::as_view(crypto::zero_byte),
                         crypto::as_view(jcs)});
}

Result<std::vector<config::PublicKey>> signers_of(std::string_view text,
                                                  const std::vector<config::PublicKey>& keys) {
  const auto parts = parts_of(text);
  if (!parts) return parts.failure();
  const auto message = policy_signed(parts->signed_text);
  std::set<config::PublicKey> valid;
  for (const Json& each : parts->signatures) {
    const auto key = crypto::array_from_base64url<32>(text_of(each, "key"));
    const auto signature = crypto::array_from_base64url<64>(text_of(each, "signature"));
    if (!key || !signature) continue;
    const bool ours = std::find(keys.begin(), keys.end(), *key) != keys.end();
    if (ours && crypto::verify(*key, message, *signature)) valid.insert(*key);
  }
  return std::vector<config::PublicKey>(valid.begin(), valid.end());
}

Result<void> check_signed(std::string_view text, const Signers& signers) {
  const auto valid = signers_of(text, signers.keys);
  if (!valid) return valid.failure();
  if (signers.threshold > 0 && valid->size() >= signers.threshold) return {};
  return error(Code::bad_signature,
               "refused policy: " + std::to_string(valid->size()) +
                   " valid signatures of distinct policy keys, want " +
                   std::to_string(signers.threshold) + "; sign it with `sluis policy sign`",
               "/signatures");
}

Result<Edition> edition_of(std::string_view text) {
  const auto parts = parts_of(text);
  if (!parts) return parts.failure();
  const auto version = parts->document.find("version");
  if (version == parts->document.end() || !version->is_number_unsigned()) {
    return error(Code::invalid, "must be a whole number", "/version");
  }
  return Edition{version->get<std::uint64_t>(),
                 crypto::sha256({crypto::as_view(parts->signed_text)})};
}

Result<void> check_successor(const Policy& policy, const Edition& seen) {
  const auto version = policy.document().version;
  if (version < seen.version) {
    return error(Code::conflict, "refused policy: version " + std::to_string(version) +
                                     " is lower than " + std::to_string(seen.version) +
                                     ", the highest seen; give it a higher one and sign it again");
  }
  if (version == seen.version && policy.hash() != seen.hash) {
    return error(Code::conflict, "refused policy: version " + std::to_string(version) +
                                     " was in force before with another content; give it a higher "
                                     "one and sign it again");
  }
  return {};
}

Result<std::string> sign_policy(std::string_view text, const crypto::SigningKey& key) {
  auto parts = parts_of(text);
  if (!parts) return parts.failure();
  const auto name = crypto::base64url(key.public_key());
  const auto signature = key.sign(policy_signed(parts->signed_text));
  Json kept = Json::array();
  for (Json& each : parts->signatures) {
    if (!each.is_object() || each.value("key", Json()) != name) kept.push_back(std::move(each));
  }
  kept.push_back({{"key", name}, {"signature", crypto::base64url(signature)}});
  auto result = with_signatures(text, kept);
  // Held against what it must say: a layout that the scan does not know is refused, never mangled.
  parts->document["signatures"] = std::move(kept);
  const auto read = config::parse_json(result, {.allow_comments = true});
  if (!read || *read != parts->document) {
    return error(Code::invalid,
                 "the signatures can't be put into this layout; format it as plain "
                 "JSON with comments first");
  }
  return result;
}

}  // namespace sluis::policy
