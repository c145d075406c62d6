#include "gateway/cli/region_certificates.hpp"

#include "gateway/files/files.hpp"
#include "gateway/net/certificates.hpp"

namespace sluis::gateway::cli {

using config::Result;

namespace {

Result<void> write_pair(const net::CertifiedKey& pair, const std::filesystem::path& certificate,
                        const std::filesystem::path& key) {
  auto written = write_new(key, crypto::as_view(pair.key), private_mode);
  if (!written) return written;
  return write_new(certificate, crypto::as_view(pair.certificate), public_mode);
}

}  // namespace

Result<void> issue_certificates(const RegionPlan& plan, const std::filesystem::path& ca_certificate,
                                const std::filesystem::path& ca_key,
                                const std::vector<CertificateFiles>& files) {
  const net::Validity validity{plan.valid_from(), plan.valid_until()};
  const auto ca = net::make_ca("Sluis demo authority of region " + plan.name, validity);
  auto written = write_pair(ca, ca_certificate, ca_key);
  for (const auto& each : files) {
    if (!written) return written;
    const auto leaf = net::make_leaf(
        ca, {each.name, each.oin, {"IP:127.0.0.1", "IP:::1", "DNS:localhost"}, validity});
    if (!leaf) return leaf.failure();
    written = write_pair(*leaf, each.certificate, each.key);
  }
  return written;
}

}  // namespace sluis::gateway::cli
