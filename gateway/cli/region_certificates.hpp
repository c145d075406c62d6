// The certificates of a demo region: an authority of its own, and one for each gateway.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "config/result.hpp"
#include "gateway/cli/region_plan.hpp"

namespace sluis::gateway::cli {

struct CertificateFiles {
  std::string oin, name;
  std::filesystem::path certificate, key;
};

/// Makes the authority and, for every gateway, a certificate with its OIN in subject.serialNumber,
/// good for 127.0.0.1, ::1 and localhost, as server and as client. Keys are written 0600.
[[nodiscard]] config::Result<void> issue_certificates(const RegionPlan& plan,
                                                      const std::filesystem::path& ca_certificate,
                                                      const std::filesystem::path& ca_key,
                                                      const std::vector<CertificateFiles>& files);

}  // namespace sluis::gateway::cli
