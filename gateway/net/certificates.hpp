// X.509 certificates (RFC 5280) for a region of one's own and for tests: one authority, leaves
// with an OIN. A region that is in earnest uses PKIoverheid's.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "config/result.hpp"

namespace sluis::gateway::net {

/// A certificate and its private key, both PEM; the key is wiped when freed. Moved, never copied.
struct CertifiedKey {
  CertifiedKey() = default;
  ~CertifiedKey();
  CertifiedKey(CertifiedKey&&) = default;
  CertifiedKey& operator=(CertifiedKey&&) = default;

  std::string certificate;
  std::string key;  // PKCS #8
};

struct Validity {
  std::chrono::system_clock::time_point not_before;
  std::chrono::system_clock::time_point not_after;
};

/// A self-signed authority: P-256, for leaves only (path length 0).
[[nodiscard]] CertifiedKey make_ca(const std::string& common_name, const Validity& validity);

struct LeafRequest {
  std::string common_name;
  std::string oin;                     // subject.serialNumber; empty: none
  std::vector<std::string> alt_names;  // `IP:127.0.0.1`, `DNS:localhost`
  Validity validity;
};

/// A P-256 key with a certificate for both ends of TLS and a random serial number. `invalid` when
/// `ca` is not an authority's certificate and key, or an alternative name is malformed.
[[nodiscard]] config::Result<CertifiedKey> make_leaf(const CertifiedKey& ca,
                                                     const LeafRequest& request);

}  // namespace sluis::gateway::net
