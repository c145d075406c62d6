#include "gateway/keys/sealing.hpp"

#include "config/encoded.hpp"
#include "config/object_reader.hpp"
#include "crypto/encoding.hpp"
#include "crypto/secretbox.hpp"
#include "gateway/files/secret_scanner.hpp"

namespace sluis::gateway {

using config::Code;
using config::error;
using config::ObjectReader;
using config::Result;

namespace {

struct Sealed {
  crypto::PassphraseCost cost{};
  crypto::Array<crypto::passphrase_salt_bytes> salt{};
  crypto::Bytes box;
};

Result<crypto::Bytes> box_of(std::string_view text) {
  if (auto bytes = crypto::from_base64url(text)) return std::move(*bytes);
  return error(Code::invalid, "must be bytes in base64url");
}

Result<Sealed> parse(std::string_view text) {
  const auto json = config::parse_json(text);
  if (!json) return error(Code::invalid, "not a sealed file: " + json.failure().detail);
  std::vector<config::Error> errors;
  Sealed sealed;
  ObjectReader::read(*json, "", errors, [&](ObjectReader& in) {
    in.integer("v", {1, 1});
    in.object("sealed", [&](ObjectReader& box) {
      box.choice("kdf", {"argon2id"});
      sealed.cost = {box.integer("operations"), box.integer("memoryBytes")};
      sealed.salt = box.parsed("salt", config::parse_bytes<crypto::passphrase_salt_bytes>)
                        .value_or(sealed.salt);
      sealed.box = box.parsed("box", box_of).value_or(crypto::Bytes());
      if (!sealed.cost.is_allowed()) box.fault("memoryBytes", "a cost out of bounds");
    });
  });
  if (errors.empty()) return sealed;
  return error(Code::invalid,
               "not a sealed file: " + errors.front().pointer + " " + errors.front().detail);
}

}  // namespace

Result<Sealing> Sealing::made(crypto::View passphrase, const Salt& salt,
                              crypto::PassphraseCost cost) {
  auto key = crypto::key_of_passphrase(passphrase, salt, cost);
  if (key) return Sealing(std::move(*key), salt, cost);
  return error(Code::unavailable, "not enough memory to make a key from the passphrase: it takes " +
                                      std::to_string(cost.memory_bytes >> 20U) +
                                      " MiB for a moment");
}

Result<Sealing> Sealing::fresh(crypto::View passphrase, crypto::PassphraseCost cost) {
  if (passphrase.size() < least_passphrase_bytes) {
    return error(Code::invalid, "the passphrase is too short: at least " +
                                    std::to_string(least_passphrase_bytes) +
                                    " bytes; six words drawn by chance are good, "
                                    "`head -c 24 /dev/urandom | base64` too");
  }
  Salt salt;
  crypto::fill_random(salt);
  return made(passphrase, salt, cost);
}

Result<Sealing> Sealing::of(std::string_view text, crypto::View passphrase) {
  const auto sealed = parse(text);
  if (!sealed) return sealed.failure();
  return made(passphrase, sealed->salt, sealed->cost);
}

bool Sealing::is_sealed(crypto::View text) {
  SecretScanner scanner(text);
  bool found = false;
  static_cast<void>(scanner.object([&](std::string_view name) {
    found = name == "sealed";
    return name == "v" && scanner.number().has_value();
  }));
  return found;
}

std::string Sealing::seal(std::string_view purpose, crypto::View plain) const {
  const auto box = crypto::seal(key_.reveal(), crypto::as_view(purpose), plain);
  return "{\n  \"v\": 1,\n  \"sealed\": {\n    \"kdf\": \"argon2id\",\n    \"operations\": " +
         std::to_string(cost_.operations) +
         ",\n    \"memoryBytes\": " + std::to_string(cost_.memory_bytes) + ",\n    \"salt\": \"" +
         crypto::base64url(salt_) + "\",\n    \"box\": \"" + crypto::base64url(box) +
         "\"\n  }\n}\n";
}

Result<crypto::SecretBytes> Sealing::open(std::string_view purpose, std::string_view text) const {
  const auto sealed = parse(text);
  if (!sealed) return sealed.failure();
  auto plain = crypto::open_secret(key_.reveal(), crypto::as_view(purpose), sealed->box);
  if (plain) return std::move(*plain);
  return error(Code::forbidden,
               "the passphrase does not open it: it is another one, or the file was changed since "
               "it was sealed");
}

}  // namespace sluis::gateway
