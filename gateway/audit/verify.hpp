// Verifies a log from its folder alone, without the gateway that wrote it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "config/result.hpp"
#include "gateway/audit/merkle.hpp"
#include "gateway/audit/note.hpp"

namespace sluis::gateway::audit {

struct VerifyOptions {
  /// A checkpoint of this log that the officer kept: the log must have grown out of that state.
  std::optional<std::string> since{};
  /// The witnesses of which a cosignature must be there: of a state that this log has grown out of.
  std::vector<Verifier> witnesses{};
  /// Off for a log whose records are not a gateway's, such as the test vectors.
  bool records_are_ours = true;
};

/// The first thing that is wrong, in the order of the records.
struct Fault {
  /// The record that it is about, counted from 0, where one can be named.
  std::optional<std::uint64_t> record;
  /// For people: what was found, and in which file.
  std::string what;
};

struct VerifyReport {
  Checkpoint checkpoint;  // as signed; empty where its signature is not good
  std::uint64_t records_checked = 0;
  std::optional<Fault> fault;
  [[nodiscard]] bool ok() const noexcept { return !fault; }
};

/// Checks the checkpoint's signature, hashes every record again up to the signed root, compares
/// every hash tile of every level, checks that each record is in its one canonical form, and with
/// `since` that nothing before that checkpoint has changed. `log` has the origin as its name. What
/// witnesses signed is read from the folder's `witnessed/` and from the checkpoint itself; of each
/// witness the last state counts.
///
/// What this cannot see alone is a folder that was put back whole to an earlier checkpoint: that
/// takes `since`, or a cosignature that was kept elsewhere.
[[nodiscard]] VerifyReport verify_log(const std::filesystem::path& folder, const Verifier& log,
                                      const VerifyOptions& options = {});

/// The origin that the folder's checkpoint claims, unverified: to make a Verifier of a partner's
/// key from the directory. `not_found` or `invalid` where there is none.
[[nodiscard]] config::Result<std::string> claimed_origin(const std::filesystem::path& folder);

}  // namespace sluis::gateway::audit
