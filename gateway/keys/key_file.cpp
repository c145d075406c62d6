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
crypto::SigningKey signing_key(const Raw& raw) {
  return crypto::SigningKey(same_bytes<crypto::SigningSeed>(raw));
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
      if (name == "signKeys") return read_list(file.sign_, KeyFile::most_sign_keys);
      if (name == "sealKeys") return read_list(file.seal_, KeyFile::most_seal_keys);
      auto raw = read_raw();
      return raw && file.single_.emplace(name, std::move(*raw)).second;
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
  std::optional<Raw> read_raw() {
    const auto text = scanner_.string();
    if (!text) return std::nullopt;
    crypto::Scratch<32> bytes;
    if (!crypto::base64url_into(*text, bytes.bytes)) return std::nullopt;
    return Raw::take(bytes.bytes);
  }
  bool read_list(std::vector<Raw>& list, std::size_t most) {
    return list.empty() && scanner_.array([&] {
      auto raw = read_raw();
      if (!raw || list.size() == most) return false;
      list.push_back(std::move(*raw));
      return true;
    });
  }

  SecretScanner scanner_;
  std::string fault_;
};

KeyFile KeyFile::fresh() {
  KeyFile file;
  for (const auto field : single_fields) file.single_.emplace(field, Raw::random());
  file.sign_.push_back(Raw::random());
  file.seal_.push_back(Raw::random());
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
  const auto add_list = [&](std::string_view name, const std::vector<Raw>& list) {
    text.add(",\n  \"");
    text.add(name);
    text.add("\": [");
    for (const auto& each : list) {
      if (&each != &list.front()) text.add(", ");
      text.add_key(each.reveal());
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
    text.add_key(single_.find(field)->second.reveal());
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

GatewayKeys KeyFile::keys() const {
  const auto raw = [&](std::string_view field) -> const Raw& {
    return single_.find(field)->second;
  };
  std::vector<crypto::SigningKey> others;
  for (std::size_t i = 1; i < sign_.size(); ++i) others.push_back(signing_key(sign_[i]));
  std::vector<crypto::SealKey> seal;
  for (const auto& each : seal_) seal.push_back(seal_key(each));
  return GatewayKeys{signing_key(sign_.front()),
                     std::move(others),
                     signing_key(raw("logKey")),
                     signing_key(raw("witnessKey")),
                     std::move(seal),
                     same_bytes<StoreKey>(raw("storeKey")),
                     same_bytes<ReferenceKey>(raw("referenceKey")),
                     same_bytes<BodyKey>(raw("bodyKey")),
                     is_sealed()};
}

Result<void> KeyFile::add_sign_key() {
  if (sign_.size() == most_sign_keys)
    return error(Code::conflict, "there are as many signKeys as a key file may have; drop one");
  sign_.insert(sign_.begin(), Raw::random());
  return {};
}

Result<void> KeyFile::add_seal_key() {
  if (seal_.size() == most_seal_keys)
    return error(Code::conflict, "there are as many sealKeys as a key file may have; drop one");
  seal_.insert(seal_.begin(), Raw::random());
  return {};
}

Result<void> KeyFile::drop(const crypto::Array<32>& public_key) {
  const auto last = error(Code::conflict, "it is the only key of its kind in the key file");
  const auto sign = std::ranges::find_if(
      sign_, [&](const Raw& raw) { return signing_key(raw).public_key() == public_key; });
  if (sign != sign_.end()) {
    if (sign_.size() == 1) return last;
    sign_.erase(sign);
    return {};
  }
  const auto seal = std::ranges::find_if(
      seal_, [&](const Raw& raw) { return seal_key(raw).public_key() == public_key; });
  if (seal == seal_.end())
    return error(Code::not_found, "no signKey or sealKey of the key file has this public half");
  if (seal_.size() == 1) return last;
  seal_.erase(seal);
  return {};
}

}  // namespace sluis::gateway
