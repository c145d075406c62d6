// The dealer: for now ONE command makes all keys of a region. It plays every holder's part of
// protocol.md §6 in its own process, so that what comes out (transcripts that all holders signed, a
// share for each) is exactly what they will make among themselves. When they do, this file and its
// source go, and nothing else changes: until then whoever runs the command could keep the keys.
#pragma once

#include <string>
#include <vector>

#include "config/directory.hpp"
#include "crypto/scalar.hpp"
#include "crypto/sign.hpp"
#include "gateway/keys/transcript.hpp"

namespace sluis::gateway::cli {

struct DealtKey {
  Transcript transcript;
  std::vector<crypto::SecretScalar> shares;  // k_1 … k_n
};

/// Makes the key of one (domain, epoch, use): every holder deals a polynomial of its own, and what
/// each receives is added up, so that no single one determines the key. `sign_keys` are the
/// holders' own, in the order of `epoch.holders`.
[[nodiscard]] DealtKey deal_key(const std::string& region, const config::DomainId& domain,
                                const config::Epoch& epoch, const std::string& use,
                                const std::vector<const crypto::SigningKey*>& sign_keys);

}  // namespace sluis::gateway::cli
