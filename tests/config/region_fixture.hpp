// A small region for tests: five partners, the domain zvh with three holders, two authorities.
#pragma once

#include <string>

#include "config/directory.hpp"
#include "crypto/encoding.hpp"
#include "crypto/hash.hpp"
#include "crypto/seal.hpp"

namespace sluis::test {

/// The same key for the same name, in every run.
inline crypto::SigningKey signing_key(std::string_view name) {
  const auto seed = crypto::sha256({crypto::as_view(name)});
  return crypto::SigningKey::from_seed(seed).value();
}

inline std::string public_key(std::string_view name) {
  return crypto::base64url(signing_key(name).public_key());
}

/// A seal key of the same kind.
inline crypto::SealKey box_key(std::string_view name) {
  const auto secret = crypto::sha256({crypto::as_view(name)});
  return crypto::SealKey::from_secret(secret).value();
}

inline config::Json partner_document(const std::string& id, const std::string& oin) {
  return {{"id", id},
          {"oin", oin},
          {"name", "Partner " + id},
          {"kind", "zorg"},
          {"status", "active"},
          {"peerUrl", "https://127.0.0.1:17411"},
          {"signKey", public_key(id + " sign")},
          {"sealKeys", {crypto::base64url(box_key(id + " seal").public_key())}},
          {"logKey", public_key(id + " log")},
          {"witnessKey", public_key(id + " witness")}};
}

inline config::Json directory_document() {
  using config::Json;
  const auto theme = [](const char* id) {
    return Json{{"id", id}, {"nl", "Thema"}, {"en", "Theme"}};
  };
  const Json epoch = {{"id", "2026b"},
                      {"from", "2026-07-01T00:00:00Z"},
                      {"until", "2027-02-01T00:00:00Z"},
                      {"holders", {"veilig-thuis", "politie", "gemeente"}},
                      {"threshold", 2},
                      {"lockThresholds", {2, 3}},
                      {"generation", 1},
                      {"ceremony", "make"},
                      {"attempt", 1}};
  return {{"v", 1},
          {"region", "zuid-limburg"},
          {"version", 12},
          {"validFrom", "2026-07-01T00:00:00Z"},
          {"validUntil", "2027-07-01T00:00:00Z"},
          {"timeZone", "Europe/Amsterdam"},
          {"themes", {theme("verward-hoog-risico-gedrag"), theme("geweld")}},
          {"purposes", {"persoonsgerichte-aanpak", "toezicht"}},
          {"severities", {"laag", "midden", "hoog", "acuut"}},
          {"legalBases", {"wgbo-conflict-van-plichten", "wmo"}},
          {"partners",
           {partner_document("zvh", "00000099000000001000"),
            partner_document("ggz", "00000099000000002000"),
            partner_document("veilig-thuis", "00000099000000003000"),
            partner_document("politie", "00000099000000004000"),
            partner_document("gemeente", "00000099000000005000")}},
          {"domains", {{{"id", "zvh"}, {"recipient", "zvh"}, {"epochs", {epoch}}}}},
          {"signatures", Json::array()}};
}

inline config::Trust trust() {
  return {"zuid-limburg",
          {signing_key("authority 1").public_key(), signing_key("authority 2").public_key(),
           signing_key("authority 3").public_key()},
          2};
}

inline std::string signed_text(config::Json document) {
  for (const auto* authority : {"authority 1", "authority 2"}) {
    document = config::sign_directory(std::move(document), signing_key(authority)).value();
  }
  return document.dump(1);
}

inline config::Directory directory(const config::Json& document = directory_document()) {
  return config::Directory::read(signed_text(document), trust()).value();
}

}  // namespace sluis::test
