#include "gateway/keys/key_file.hpp"

#include <algorithm>
#include <array>

#include "crypto/encoding.hpp"
#include "gateway/files/files.hpp"
#include "gateway/files/secret_scanner.hpp"

namespace sluis::gateway {

using config::Code;
using config::error;
using config::Result;

namespace {

constexpr std::size_t most_file_bytes = 16384;
constexpr std::string_view purpose = "sluis/key-file/v1";
constexpr std::array<std::string_view, 5> single_fields = {"logKey", "witnessKey", "storeKey",
                                                           "referenceKey", "bodyKey"};

template <class Wanted, class Raw>
Wanted same_bytes(const Raw& raw) {
  return *Wanted::copy_of(raw.reveal());
}

template <class Raw>
crypto::SealKey seal_key(const Raw& raw) {
  return crypto::SealKey(same_bytes<crypto::SealSecret>(raw));
}

/// Text that grows inside locked memory.
class SecretText {
 public:
  void add(std::string_view part) {
    std::ranges::copy(crypto::as_view(part), buffer_.bytes().subspan(size_).begin());
    size_ += part.size();
  }
  void add_key(crypto::View raw) {
    auto encoded = crypto::base64url(raw);
    add("\"");
    add(encoded);
    add("\"");
    crypto::wipe({reinterpret_cast<std::uint8_t*>(encoded.data()), encoded.size()});
  }
  [[nodiscard]] crypto::SecretBytes take() const {
    crypto::SecretBytes text(size_);
    std::ranges::copy(buffer_.reveal().first(size_), text.bytes().begin());
    return text;
  }

 private:
  crypto::SecretBytes buffer_{most_file_bytes};
  std::size_t size_ = 0;
};

}  // namespace

/// Reads the fields; what it could not read is in `fault`.
class KeyFileReader {
 public:
  explicit KeyFileReader(crypto::View text) : scanner_(text) {}

  bool read(KeyFile& file) {
    bool version = false;
    const bool read = scanner_.object([&](std::string_view name) {
      if (!is_field(name)) return unknown();
      fault_ = "\"" + std::string(name) + "\"";
      if (name == "v") return version = scanner_.number() == 1;
      if (name == "signKeys") return read_list(file.sign_, KeyFile::most_sign_keys, true);
      if (name == "sealKeys") return read_list(file.seal_, KeyFile::most_seal_keys, false);
      auto entry = read_entry(name == "logKey" || name == "witnessKey");
      return entry && file.single_.emplace(name, std::move(*entry)).second;
    });
    if (!read || !scanner_.at_end()) return false;
    for (const auto field : single_fields) {
      if (!file.single_.contains(field)) return missing(field);
    }
    if (file.sign_.empty()) return missing("signKeys");
    if (file.seal_.empty()) return missing("sealKeys");
    return version || missing("v");
  }
  [[nodiscard]] std::string fault() const {
    return (fault_.empty() ? "" : fault_ + ", ") + scanner_.place();
  }

 private:
  using Raw = KeyFile::Raw;
  using Entry = KeyFile::Entry;

  static bool is_field(std::string_view name) {
    return name == "v" || name == "signKeys" || name == "sealKeys" ||
           std::ranges::find(single_fields, name) != single_fields.end();
  }
  /// Its name is not repeated: in a damaged file it may be a key.
  bool unknown() {
    fault_ = "an unknown field";
    return false;
  }
  bool missing(std::string_view field) {
    fault_ = "no \"" + std::string(field) + "\"";
    return false;
  }
  std::optional<Entry> read_entry(bool may_be_in_token) {
    const auto text = scanner_.string();
    if (!text) return std::nullopt;
    if (may_be_in_token && Tokens::is_uri(*text)) return Entry{std::nullopt, std::string(*text)};
    crypto::Scratch<32> bytes;
    if (!crypto::base64url_into(*text, bytes.bytes)) return std::nullopt;
    return Entry{Raw::take(bytes.bytes), {}};
  }
  bool read_list(std::vector<Entry>& list, std::size_t most, bool may_be_in_token) {
    return list.empty() && scanner_.array([&] {
      auto entry = read_entry(may_be_in_token);
      if (!entry || list.size() == most) return false;
      list.push_back(std::move(*entry));
      return true;
    });
  }

  SecretScanner scanner_;
  std::string fault_;
};

KeyFile KeyFile::fresh() {
  KeyFile file;
  for (const auto field : single_fields) file.single_.emplace(field, Entry{Raw::random(), {}});
  file.sign_.push_back({Raw::random(), {}});
  file.seal_.push_back({Raw::random(), {}});
  return file;
}

bool KeyFile::is_sealed_at(const std::filesystem::path& path) {
  const auto text = read_private(path, most_file_bytes * 2);
  return text && Sealing::is_sealed(text->reveal());
}

Result<KeyFile> KeyFile::read(const std::filesystem::path& path, const Passphrase* passphrase) {
  const auto in_file = [&](const config::Error& why) {
    return error(why.code, path.string() + ": " + why.detail);
  };
  auto text = read_private(path, most_file_bytes * 2);
  if (!text) return text.failure();
  KeyFile file;
  if (Sealing::is_sealed(text->reveal())) {
    if (passphrase == nullptr) {
      return error(Code::forbidden, path.string() +
                                        ": is sealed with a passphrase; name it in the settings as "
                                        "\"keyPassphrase\"");
    }
    const auto sealed = crypto::as_text(text->reveal());
    auto sealing = Sealing::of(sealed, passphrase->reveal());
    if (!sealing) return in_file(sealing.failure());
    auto plain = sealing->open(purpose, sealed);
    if (!plain) {
      return in_file(error(plain.failure().code,
                           plain.failure().detail +
                               "; `sluis keys change-passphrase` changes it where the old one is "
                               "known, and without it a backup is the way back"));
    }
    text = std::move(*plain);
    file.sealing_ = std::move(*sealing);
  }
  KeyFileReader reader(text->reveal());
  if (reader.read(file)) return file;
  return error(Code::invalid, path.string() + ": not a key file: " + reader.fault());
}

crypto::SecretBytes KeyFile::plain_text() const {
  SecretText text;
  const auto add_entry = [&](const Entry& entry) {
    if (entry.raw) return text.add_key(entry.raw->reveal());
    text.add("\"");
    text.add(entry.token_uri);
    text.add("\"");
  };
  const auto add_list = [&](std::string_view name, const std::vector<Entry>& list) {
    text.add(",\n  \"");
    text.add(name);
    text.add("\": [");
    for (const auto& each : list) {
      if (&each != &list.front()) text.add(", ");
      add_entry(each);
    }
    text.add("]");
  };
  text.add("{\n  \"v\": 1");
  add_list("signKeys", sign_);
  add_list("sealKeys", seal_);
  for (const auto field : single_fields) {
    text.add(",\n  \"");
    text.add(field);
    text.add("\": ");
    add_entry(single_.find(field)->second);
  }
  text.add("\n}\n");
  return text.take();
}

crypto::SecretBytes KeyFile::text() const {
  auto plain = plain_text();
  if (!sealing_) return plain;
  const auto sealed = sealing_->seal(purpose, plain.reveal());
  crypto::SecretBytes bytes(sealed.size());
  std::ranges::copy(crypto::as_view(sealed), bytes.bytes().begin());
  return bytes;
}

Result<void> KeyFile::create(const std::filesystem::path& path) const {
  const auto bytes = text();
  return write_new(path, bytes.reveal(), private_mode);
}

Result<void> KeyFile::replace(const std::filesystem::path& path) const {
  const auto bytes = text();
  if (sealing_) {
    const auto again = sealing_->open(purpose, crypto::as_text(bytes.reveal()));
    const auto plain = plain_text();
    if (!again || !crypto::equal(again->reveal(), plain.reveal())) {
      return error(Code::internal, path.string() + ": what was sealed does not open; not written");
    }
  }
  return gateway::replace(path, bytes.reveal(), private_mode);
}

Result<crypto::SigningKey> KeyFile::signing_key(const Entry& entry, const Tokens* tokens) {
  if (entry.raw) return crypto::SigningKey(same_bytes<crypto::SigningSeed>(*entry.raw));
  if (tokens != nullptr) return tokens->signing_key(entry.token_uri);
  return error(Code::invalid, entry.token_uri +
                                  ": the key file names a key in a token, and the settings have no "
                                  "\"pkcs11\"");
}

Result<GatewayKeys> KeyFile::keys(const Tokens* tokens) const {
  const auto raw = [&](std::string_view field) -> const Raw& {
    return *single_.find(field)->second.raw;
  };
  std::vector<crypto::SigningKey> sign;
  const auto& log = single_.find("logKey")->second;
  const auto& witness = single_.find("witnessKey")->second;
  std::vector<const Entry*> entries{&log, &witness};
  for (const auto& each : sign_) entries.push_back(&each);
  for (const auto* each : entries) {
    auto key = signing_key(*each, tokens);
    if (!key) return key.failure();
    sign.push_back(std::move(*key));
  }
  std::vector<crypto::SealKey> seal;
  for (const auto& each : seal_) seal.push_back(seal_key(*each.raw));
  return GatewayKeys{sign[2],
                     {sign.begin() + 3, sign.end()},
                     sign[0],
                     sign[1],
                     std::move(seal),
                     same_bytes<StoreKey>(raw("storeKey")),
                     same_bytes<ReferenceKey>(raw("referenceKey")),
                     same_bytes<BodyKey>(raw("bodyKey")),
                     is_sealed()};
}

Result<void> KeyFile::add_sign_key() {
  if (sign_.size() == most_sign_keys)
    return error(Code::conflict, "there are as many signKeys as a key file may have; drop one");
  sign_.insert(sign_.begin(), Entry{Raw::random(), {}});
  return {};
}

Result<void> KeyFile::add_seal_key() {
  if (seal_.size() == most_seal_keys)
    return error(Code::conflict, "there are as many sealKeys as a key file may have; drop one");
  seal_.insert(seal_.begin(), Entry{Raw::random(), {}});
  return {};
}

Result<void> KeyFile::add_sign_key(const std::string& token_uri) {
  if (auto added = add_sign_key(); !added) return added;
  sign_.front() = Entry{std::nullopt, token_uri};
  return {};
}

Result<void> KeyFile::drop(const crypto::Array<32>& public_key, const Tokens* tokens) {
  const auto last = error(Code::conflict, "it is the only key of its kind in the key file");
  for (auto each = sign_.begin(); each != sign_.end(); ++each) {
    const auto key = signing_key(*each, tokens);
    if (!key) return key.failure();
    if (key->public_key() != public_key) continue;
    if (sign_.size() == 1) return last;
    sign_.erase(each);
    return {};
  }
  const auto seal = std::ranges::find_if(
      seal_, [&](const Entry& each) { return seal_key(*each.raw).public_key() == public_key; });
  if (seal == seal_.end())
    return error(Code::not_found, "no signKey or sealKey of the key file has this public half");
  if (seal_.size() == 1) return last;
  seal_.erase(seal);
  return {};
}

Result<void> KeyFile::move_to_token(std::string_view kind, const std::string& token_uri,
                                    const Tokens& tokens) {
  auto& entry = kind == "sign" ? sign_.front() : single_.find(std::string(kind) + "Key")->second;
  if (!entry.raw)
    return error(Code::conflict, "the " + std::string(kind) + " key is in a token already");
  const auto seed = same_bytes<crypto::SigningSeed>(*entry.raw);
  if (auto stored = tokens.store(token_uri, seed); !stored) return stored;
  const auto key = tokens.signing_key(token_uri);
  if (!key) return key.failure();
  if (key->public_key() != crypto::SigningKey(seed).public_key())
    return error(Code::internal, token_uri + ": the token has another key than it was given");
  entry = Entry{std::nullopt, token_uri};
  return {};
}

}  // namespace sluis::gateway
