// Every rule of protocol.md §1, in the order in which the document has its parts.
#include <algorithm>
#include <map>
#include <set>

#include "config/directory.hpp"
#include "config/object_reader.hpp"
#include "crypto/encoding.hpp"
#include "crypto/hash.hpp"
#include "crypto/labels.hpp"

namespace sluis::config {
namespace {

constexpr std::size_t most_bytes = 8U << 20;
constexpr Bounds short_name{1, 200};

/// Values that may stand in the document once.
class Unique {
 public:
  void add(ObjectReader& at, std::string_view key, std::string value) {
    const auto [first, fresh] = seen_.try_emplace(std::move(value), at.key_pointer(key));
    if (!fresh) at.fault(key, "is the same as " + first->second);
  }

 private:
  std::map<std::string, std::string> seen_;
};

Result<std::string> parse_slug(std::string_view text) {
  if (is_slug(text)) return std::string(text);
  return error(Code::invalid, "must be 1 to 40 of a-z, 0-9 and -");
}

bool is_port(std::string_view text) {
  if (text.empty() || text.size() > 5 || text.front() == '0') return false;
  unsigned port = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    port = port * 10 + static_cast<unsigned>(c - '0');
  }
  return port <= 65535;
}

/// https, a host name or address, perhaps a port, and nothing else.
Result<std::string> parse_peer_url(std::string_view url) {
  constexpr std::string_view scheme = "https://", digits = "0123456789";
  const auto refusal = error(Code::invalid, "must be https://host or https://host:port, no more");
  if (!url.starts_with(scheme) || url.size() > 300) return refusal;
  std::string_view rest = url.substr(scheme.size());
  const bool bracketed = rest.starts_with('[');
  const std::string allowed =
      std::string(digits) + (bracketed ? "abcdef:." : "abcdefghijklmnopqrstuvwxyz-.");
  if (bracketed) rest.remove_prefix(1);
  const auto end = std::min(rest.find_first_not_of(allowed), rest.size());
  if (end == 0) return refusal;
  rest.remove_prefix(end);
  if (bracketed) {
    if (!rest.starts_with(']')) return refusal;
    rest.remove_prefix(1);
  }
  if (rest.empty() || (rest.starts_with(':') && is_port(rest.substr(1)))) return std::string(url);
  return refusal;
}

std::string as_string(const PublicKey& key) {
  return std::string(crypto::as_text(key));
}

}  // namespace

class DirectoryReader {
 public:
  explicit DirectoryReader(const Trust& trust) : trust_(trust) {}

  Result<Directory> read(std::string_view text) {
    if (text.size() > most_bytes) return error(Code::too_large, "malformed directory: over 8 MB");
    auto json = parse_json(text);
    if (!json.ok()) {
      const Error& fault = json.failure();
      return error(fault.code, "malformed directory: " + fault.detail, fault.pointer);
    }
    std::vector<Error> errors;
    ObjectReader::read(*json, "", errors, [this](ObjectReader& in) { read_document(in); });
    if (json->is_object()) {
      json->erase("signatures");
      const auto signed_text = jcs(*json);
      if (!signed_text.ok()) return malformed(text, {signed_text.failure()});
      if (auto check = check_signatures(*signed_text); !check.ok()) return check.failure();
      directory_.hash_ = crypto::sha256({crypto::as_view(*signed_text)});
    }
    if (!errors.empty()) return malformed(text, errors);
    directory_.text_ = text;
    return std::move(directory_);
  }

 private:
  static Error malformed(std::string_view text, const std::vector<Error>& errors) {
    return join_errors("malformed directory", text, errors);
  }

  void read_document(ObjectReader& in) {
    in.integer("v", {1, 1});
    directory_.region_ = in.parsed("region", parse_slug).value_or("");
    if (!directory_.region_.empty() && directory_.region_ != trust_.region) {
      in.fault("region", "is another region than " + trust_.region + ", which the settings name");
    }
    directory_.version_ = in.integer("version", {1});
    const auto from = in.parsed("validFrom", parse_time);
    const auto until = in.parsed("validUntil", parse_time);
    directory_.valid_from_ = from.value_or(Timestamp());
    directory_.valid_until_ = until.value_or(Timestamp());
    if (from && until && *from >= *until) in.fault("validUntil", "must be after validFrom");
    const auto load = [](std::string_view name) { return TimeZone::load(std::string(name)); };
    if (auto zone = in.parsed("timeZone", load)) directory_.time_zone_ = *zone;
    read_vocabulary(in);
    in.objects("partners", {0, 10'000}, [this](ObjectReader& each) { read_partner(each); });
    in.objects("domains", {0, 1'000}, [this](ObjectReader& each) { read_domain(each); });
    in.objects("signatures", {0, 64}, [this](ObjectReader& each) { read_signature(each); });
  }

  void read_vocabulary(ObjectReader& in) {
    Vocabulary& words = directory_.vocabulary_;
    Unique themes;
    in.objects("themes", {0, most_words}, [&](ObjectReader& each) {
      Theme theme{each.parsed("id", parse_slug).value_or(""), each.text("nl", short_name),
                  each.text("en", short_name)};
      themes.add(each, "id", theme.id);
      words.themes.push_back(std::move(theme));
    });
    words.purposes = read_words(in, "purposes", most_words);
    words.severities = read_words(in, "severities", 16);
    words.legal_bases = read_words(in, "legalBases", most_words);
    in.optional_parsed("keepAtMost", parse_duration);  // for who checks policies: policy/ reads it
  }

  static std::vector<std::string> read_words(ObjectReader& in, const std::string& key,
                                             std::size_t most) {
    auto words = in.parsed_list(key, {0, most}, parse_slug);
    if (std::set(words.begin(), words.end()).size() < words.size()) {
      in.fault(key, "has a word twice");
    }
    return words;
  }

  void read_partner(ObjectReader& in) {
    auto id = in.parsed("id", PartnerId::parse);
    auto oin = in.parsed("oin", Oin::parse);
    std::string name = in.text("name", short_name);
    std::string kind = in.parsed("kind", parse_slug).value_or("");
    const bool active = in.choice("status", {"active", "suspended"}) == "active";
    std::string url = in.parsed("peerUrl", parse_peer_url).value_or("");
    const auto sign_key = read_key(in, "signKey");
    auto seal_keys = in.parsed_list("sealKeys", {1, 16}, parse_public_key);
    for (const PublicKey& key : seal_keys) keys_.add(in, "sealKeys", as_string(key));
    const auto log_key = read_key(in, "logKey");
    const auto witness_key = read_key(in, "witnessKey");
    if (id) partner_ids_.add(in, "id", id->str());
    if (oin) oins_.add(in, "oin", oin->str());
    if (!id || !oin) return;
    directory_.by_id_.try_emplace(*id, directory_.partners_.size());
    directory_.by_oin_.try_emplace(*oin, directory_.partners_.size());
    directory_.partners_.push_back({std::move(*id), std::move(*oin), std::move(name),
                                    std::move(kind), active, std::move(url), sign_key,
                                    std::move(seal_keys), log_key, witness_key});
  }

  PublicKey read_key(ObjectReader& in, const std::string& name) {
    const auto key = in.parsed(name, parse_public_key);
    if (key) keys_.add(in, name, as_string(*key));
    return key.value_or(PublicKey{});
  }

  void read_domain(ObjectReader& in) {
    const auto id = in.parsed("id", DomainId::parse);
    const auto recipient = in.parsed("recipient", PartnerId::parse);
    if (id) domain_ids_.add(in, "id", id->str());
    if (recipient) check_known(in, "recipient", *recipient);
    std::vector<Epoch> epochs;
    Unique epoch_ids;
    in.objects("epochs", {0, 100}, [&](ObjectReader& each) {
      if (auto epoch = read_epoch(each, recipient)) {
        epoch_ids.add(each, "id", epoch->id.str());
        epochs.push_back(std::move(*epoch));
      }
    });
    if (id && recipient) directory_.domains_.push_back({*id, *recipient, std::move(epochs)});
  }

  std::optional<Epoch> read_epoch(ObjectReader& in, const std::optional<PartnerId>& recipient) {
    auto id = in.parsed("id", EpochId::parse);
    const auto from = in.parsed("from", parse_time);
    const auto until = in.parsed("until", parse_time);
    if (from && until && *from >= *until) in.fault("until", "must be after from");
    auto holders = in.parsed_list("holders", {3, 255}, PartnerId::parse);
    check_holders(in, holders, recipient);
    const auto threshold = static_cast<unsigned>(in.integer("threshold", {2, 254}));
    if (threshold >= holders.size()) {
      in.fault("threshold", "must be lower than the number of holders");
    }
    auto locks = read_lock_thresholds(in);
    const auto generation = in.integer("generation", {1});
    auto ceremony = in.choice("ceremony", {"make", "refresh", "reshare"});
    const auto attempt = in.integer("attempt", {1});
    if (!id || !from || !until) return std::nullopt;
    return Epoch{std::move(*id), *from,
                 *until,         std::move(holders),
                 threshold,      std::move(locks),
                 generation,     std::move(ceremony),
                 attempt};
  }

  void check_holders(ObjectReader& in, const std::vector<PartnerId>& holders,
                     const std::optional<PartnerId>& recipient) {
    if (std::set(holders.begin(), holders.end()).size() < holders.size()) {
      in.fault("holders", "names a holder twice");
    }
    for (const PartnerId& holder : holders) {
      check_known(in, "holders", holder);
      if (holder == recipient) {
        in.fault("holders", "has the domain's recipient, which never holds a share of it");
      }
    }
  }

  static std::vector<std::uint8_t> read_lock_thresholds(ObjectReader& in) {
    std::vector<std::uint8_t> thresholds;
    const Json* list = in.any("lockThresholds");
    if (list == nullptr) return thresholds;
    const auto fits = [](const Json& k) { return k.is_number_unsigned() && k >= 2 && k <= 255; };
    if (!list->is_array() || !std::ranges::all_of(*list, fits)) {
      in.fault("lockThresholds", "must be a list of whole numbers from 2 to 255");
      return thresholds;
    }
    for (const Json& k : *list) thresholds.push_back(k.get<std::uint8_t>());
    if (std::set(thresholds.begin(), thresholds.end()).size() < thresholds.size()) {
      in.fault("lockThresholds", "has a number twice");
    }
    return thresholds;
  }

  void check_known(ObjectReader& in, std::string_view key, const PartnerId& id) {
    if (directory_.partner(id) == nullptr) in.fault(key, id.str() + " is not one of the partners");
  }

  void read_signature(ObjectReader& in) {
    const auto key = in.parsed("key", parse_public_key);
    const std::string text = in.text("signature", {86, 86});
    const auto signature = crypto::array_from_base64url<64>(text);
    if (!signature) in.fault("signature", "must be 64 bytes in base64url without padding");
    if (key && signature) signatures_.emplace_back(*key, *signature);
  }

  Result<void> check_signatures(std::string_view signed_text) const {
    const auto message = crypto::directory_signed(signed_text);
    std::set<PublicKey> signers;
    for (const auto& [key, signature] : signatures_) {
      const bool authority =
          std::ranges::find(trust_.authority_keys, key) != trust_.authority_keys.end();
      if (authority && crypto::verify(key, message, signature)) signers.insert(key);
    }
    if (trust_.threshold > 0 && signers.size() >= trust_.threshold) return {};
    return error(Code::bad_signature,
                 "directory refused: " + std::to_string(signers.size()) +
                     " valid signatures of distinct authorities, want " +
                     std::to_string(trust_.threshold),
                 "/signatures");
  }

  const Trust& trust_;
  Directory directory_{TimeZone::load("UTC").value()};
  Unique partner_ids_, oins_, keys_, domain_ids_;
  std::vector<std::pair<PublicKey, crypto::Array<64>>> signatures_;
};

Result<Directory> Directory::read(std::string_view text, const Trust& trust) {
  return DirectoryReader(trust).read(text);
}

}  // namespace sluis::config
