// What one gateway is told when it starts. README.md in this folder has the table.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/directory.hpp"
#include "config/ids.hpp"
#include "config/result.hpp"

namespace sluis::config {

/// An IP address and a port; port 0 lets the system choose.
struct Endpoint {
  std::string address;  // without the brackets of IPv6
  std::uint16_t port = 0;

  /// `127.0.0.1:17410` or `[::1]:17410`.
  [[nodiscard]] static Result<Endpoint> parse(std::string_view text);
  /// Nothing outside this machine can reach it: 127.0.0.0/8 or ::1.
  [[nodiscard]] bool is_loopback() const noexcept;
  [[nodiscard]] std::string str() const;
  bool operator==(const Endpoint&) const = default;
};

/// Read once, when the program starts. Whether the files that it names are there is for
/// `missing_files`.
struct Settings {
  using Path = std::filesystem::path;

  struct Region {
    Trust trust;  // name, authorityKeys, threshold
    Path directory;
  };
  struct Listen {
    Endpoint api, peer;
    Endpoint operators;  // "operator": health and metrics, loopback alone
  };
  struct Tls {
    Path certificate;
    Path key;                  // empty when a token has it
    std::string key_in_token;  // "pkcs11:…" (RFC 7512), or empty
    Path peer_authorities;
    std::optional<Path> api_authorities;
  };
  /// Where a secret is that opens others: one of the two.
  struct SecretSource {
    std::string credential;    // the name of a systemd credential, or empty
    std::optional<Path> file;  // a file that only its owner may use
  };
  /// Where private keys are that stand as "pkcs11:…" in `tls.key` or in the key file.
  struct Pkcs11 {
    Path module;
    SecretSource pin;
  };
  struct Threads {
    unsigned network = 1, curve = 1;
  };
  struct Limits {
    std::size_t body_bytes = 65'536;
    std::size_t batch_bytes = 4'194'304;
    std::size_t batch_lines = 1'024;
    std::uint32_t idle_seconds = 60;
    std::uint32_t request_seconds = 30;
    std::size_t connections = 1'024;
    std::uint32_t drain_seconds = 10;
  };
  struct Delivery {
    std::uint32_t retry_first_ms = 200;
    std::uint32_t retry_most_seconds = 300;
  };

  /// A partner's rate of evaluations that is worth a warning (gateway/core/budget.hpp); 0: none.
  struct Alarm {
    std::uint64_t elements = 5'000;  // in ten minutes
    std::uint64_t times_habit = 10;  // its busiest ten minutes of seven days
  };

  struct Audit {
    std::uint32_t witness_seconds = 60;  // between two rounds of asking the witnesses
    std::uint32_t late_seconds = 3'600;  // then a witness that lacks something is late
  };

  /// Comments are allowed. `invalid` with every refused setting, its key, its place in the file
  /// and what was wrong; `not_found` when there is no such file. All paths are absolute then.
  [[nodiscard]] static Result<Settings> read(const Path& file);
  /// The same of a text; relative paths are taken from `folder`.
  [[nodiscard]] static Result<Settings> parse(std::string_view text, const Path& folder);

  /// An error, its pointer a setting's key, for each file that is named and is not there.
  [[nodiscard]] std::vector<Error> missing_files() const;

  explicit Settings(PartnerId whose) : organisation(std::move(whose)) {}

  PartnerId organisation;
  Region region;
  Listen listen;
  Tls tls;
  Path keys;
  std::optional<SecretSource> key_passphrase;
  std::optional<Pkcs11> pkcs11;
  Path policy, tokens;
  /// Whose signatures put a policy in force, and how many of them it takes.
  std::vector<PublicKey> policy_keys;
  unsigned policy_threshold = 1;
  std::optional<Path> partner_policies;  // a folder: what partners gave us to lay beside ours
  Path data;                             // a folder
  Path guard;                            // of the audit log, a file apart from it
  Threads threads;
  Limits limits;
  Delivery delivery;
  Alarm alarm;
  Audit audit;
  std::string log_level;  // trace, debug, info, warn, error
};

}  // namespace sluis::config
