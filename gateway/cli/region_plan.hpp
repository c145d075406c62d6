// What `sluis region create` makes: who is in the region, on which ports, and where their files go.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "config/ids.hpp"
#include "config/result.hpp"
#include "config/time.hpp"

namespace sluis::gateway::cli {

struct DemoPartner {
  std::string_view id, oin, name, kind, legal_basis;
  bool holds;    // a share of the region's keys
  bool matches;  // is the recipient of the domain, and the only one that sends nothing
};

/// The six, in the order of their ports. Test OINs begin 00000099.
inline constexpr std::array<DemoPartner, 6> demo_partners{{
    {"veilig-thuis", "00000099000000001000", "Veilig Thuis", "veilig-thuis",
     "wmo-2015-veilig-thuis", true, false},
    {"ggz", "00000099000000002000", "GGZ-instelling", "ggz", "wgbo-conflict-van-plichten", false,
     false},
    {"politie", "00000099000000003000", "Politie", "politie", "wet-politiegegevens", true, false},
    {"gemeente", "00000099000000004000", "Gemeente", "gemeente", "wmo-2015-gemeente", true, false},
    {"ggd", "00000099000000005000", "GGD", "ggd", "wet-publieke-gezondheid", false, false},
    {"zvh", "00000099000000006000", "Zorg- en Veiligheidshuis", "zvh", "wgs-zorg-en-veiligheid",
     false, true},
}};

/// Its domain has the same id as its recipient.
inline constexpr std::string_view demo_domain = "zvh";

struct RegionPlan {
  std::string name = "zuid-limburg";
  std::uint16_t base_port = 17400;
  unsigned reveal = 2;
  std::uint64_t evaluations_per_day = 20000;
  unsigned valid_days = 365;
  config::Timestamp now;

  [[nodiscard]] config::Timestamp valid_from() const;  // yesterday: clocks differ
  [[nodiscard]] config::Timestamp valid_until() const;
  /// The half-year that `now` is in: 2026b.
  [[nodiscard]] std::string epoch() const;
};

/// Three listeners a gateway, ten ports apart.
struct Ports {
  std::uint16_t api, peer, operations;
};
[[nodiscard]] Ports ports_of(std::uint16_t base_port, std::size_t partner) noexcept;

/// The first base port from 17400 on whose eighteen ports can all be bound on 127.0.0.1 now.
[[nodiscard]] config::Result<std::uint16_t> find_base_port();

/// Where the files of a region lie under its folder.
struct RegionLayout {
  std::filesystem::path root;

  [[nodiscard]] std::filesystem::path manifest() const { return root / "region.json"; }
  [[nodiscard]] std::filesystem::path directory() const { return root / "directory.json"; }
  [[nodiscard]] std::filesystem::path ca_certificate() const { return root / "ca" / "ca.crt"; }
  [[nodiscard]] std::filesystem::path ca_key() const { return root / "ca" / "ca.key"; }
  [[nodiscard]] std::filesystem::path authority_key(unsigned number) const {
    return root / "authority" / ("authority-" + std::to_string(number) + ".json");
  }
  [[nodiscard]] std::filesystem::path partner(std::string_view id) const { return root / id; }
  [[nodiscard]] std::filesystem::path settings(std::string_view id) const {
    return partner(id) / "settings.json";
  }
  [[nodiscard]] std::filesystem::path pid_file(std::string_view id) const {
    return partner(id) / "data" / "sluisd.pid";
  }
  [[nodiscard]] std::filesystem::path log_file(std::string_view id) const {
    return partner(id) / "data" / "sluisd.log";
  }
  /// The demo token of a partner's own system or person.
  [[nodiscard]] std::filesystem::path token(std::string_view client) const {
    return root / "clients" / (std::string(client) + ".token");
  }
};

/// What a region's folder says of itself: region.json, written by `create`.
struct Manifest {
  std::string name;
  std::uint16_t base_port = 0;
  unsigned reveal = 2;

  /// `not_found`, with the command that makes one, when `root` holds no region.
  [[nodiscard]] static config::Result<Manifest> read(const std::filesystem::path& root);
  [[nodiscard]] std::string text() const;
};

/// The place of a partner in `demo_partners`; `not_found`, with the six names, for another.
[[nodiscard]] config::Result<std::size_t> partner_number(std::string_view id);

}  // namespace sluis::gateway::cli
