#include "gateway/keys/gateway_keys.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>

#include "crypto/encoding.hpp"
#include "gateway/files/files.hpp"
#include "gateway/files/secret_scanner.hpp"

namespace sluis::gateway {

using config::Code;
using config::error;
using config::Result;

namespace {

constexpr std::size_t most_file_bytes = 16384;
constexpr std::size_t most_seal_keys = 16;
using Raw = crypto::Secret<struct RawKeyTag, 32>;

/// The private bytes as they stand in the file, by field.
struct Seeds {
  std::map<std::string, Raw, std::less<>> single;
  std::vector<Raw> seal;
};
constexpr std::array<std::string_view, 6> single_fields = {"signKey",  "logKey",       "witnessKey",
                                                           "storeKey", "referenceKey", "bodyKey"};

Seeds fresh_seeds() {
  Seeds seeds;
  for (const auto field : single_fields) seeds.single.emplace(field, Raw::random());
  seeds.seal.push_back(Raw::random());
  return seeds;
}

template <class Wanted>
Wanted same_bytes(const Raw& raw) {
  return *Wanted::copy_of(raw.reveal());
}

GatewayKeys keys_from(const Seeds& seeds) {
  const auto raw = [&](std::string_view field) -> const Raw& {
    return seeds.single.find(field)->second;
  };
  std::vector<crypto::SealKey> seal;
  for (const auto& each : seeds.seal) seal.emplace_back(same_bytes<crypto::SealSecret>(each));
  return GatewayKeys{crypto::SigningKey(same_bytes<crypto::SigningSeed>(raw("signKey"))),
                     crypto::SigningKey(same_bytes<crypto::SigningSeed>(raw("logKey"))),
                     crypto::SigningKey(same_bytes<crypto::SigningSeed>(raw("witnessKey"))),
                     std::move(seal),
                     same_bytes<StoreKey>(raw("storeKey")),
                     same_bytes<ReferenceKey>(raw("referenceKey")),
                     same_bytes<BodyKey>(raw("bodyKey"))};
}

/// Reads the fields; what it could not read is in `fault`.
class KeyFileReader {
 public:
  explicit KeyFileReader(crypto::View text) : scanner_(text) {}

  bool read(Seeds& seeds) {
    bool version = false;
    const bool read = scanner_.object([&](std::string_view name) {
      if (!is_field(name)) return unknown();
      fault_ = "\"" + std::string(name) + "\"";
      if (name == "v") {
        version = scanner_.number() == 1;
        return version;
      }
      if (name == "sealKeys") return seeds.seal.empty() && read_seal_keys(seeds);
      auto raw = read_raw();
      return raw && seeds.single.emplace(name, std::move(*raw)).second;
    });
    if (!read || !scanner_.at_end()) return false;
    for (const auto field : single_fields) {
      if (!seeds.single.contains(field)) return missing(field);
    }
    if (seeds.seal.empty()) return missing("sealKeys");
    return version || missing("v");
  }
  [[nodiscard]] std::string fault() const {
    return (fault_.empty() ? "" : fault_ + ", ") + scanner_.place();
  }

 private:
  static bool is_field(std::string_view name) {
    return name == "v" || name == "sealKeys" ||
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
  bool read_seal_keys(Seeds& seeds) {
    return scanner_.array([&] {
      auto raw = read_raw();
      if (!raw || seeds.seal.size() == most_seal_keys) return false;
      seeds.seal.push_back(std::move(*raw));
      return true;
    });
  }

  SecretScanner scanner_;
  std::string fault_;
};

/// `"name":"…"` into `text`, whose capacity is large enough: it never moves.
void append_key(std::string& text, const Raw& raw) {
  auto encoded = crypto::base64url(raw.reveal());
  text += '"';
  text += encoded;
  text += '"';
  crypto::wipe({reinterpret_cast<std::uint8_t*>(encoded.data()), encoded.size()});
}

Result<void> write_seeds(const Seeds& seeds, const std::filesystem::path& path) {
  std::string text;
  text.reserve(most_file_bytes);
  text += "{\n  \"v\": 1";
  for (const auto field : single_fields) {
    text += ",\n  \"" + std::string(field) + "\": ";
    append_key(text, seeds.single.find(field)->second);
  }
  text += ",\n  \"sealKeys\": [";
  for (const auto& each : seeds.seal) {
    if (&each != &seeds.seal.front()) text += ", ";
    append_key(text, each);
  }
  text += "]\n}\n";
  auto written = write_new(path, crypto::as_view(text), private_mode);
  crypto::wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
  return written;
}

}  // namespace

Result<GatewayKeys> GatewayKeys::read(const std::filesystem::path& path) {
  const auto text = read_private(path, most_file_bytes);
  if (!text) return text.failure();
  Seeds seeds;
  KeyFileReader reader(text->reveal());
  if (!reader.read(seeds)) {
    return error(Code::invalid, path.string() + ": not a key file: " + reader.fault());
  }
  return keys_from(seeds);
}

GatewayKeys GatewayKeys::generate() {
  return keys_from(fresh_seeds());
}

Result<GatewayKeys> GatewayKeys::create(const std::filesystem::path& path) {
  const auto seeds = fresh_seeds();
  const auto written = write_seeds(seeds, path);
  if (!written) return written.failure();
  return keys_from(seeds);
}

}  // namespace sluis::gateway
