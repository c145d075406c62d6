// What a signal that arrives does to the others: links, matches, and contents that open.
// protocol.md §2 (Linking) and §4 (Opening).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "crypto/secret.hpp"
#include "gateway/core/region.hpp"
#include "gateway/store/store.hpp"

namespace sluis::gateway {

/// A content that could be opened because of the arrival.
struct Opening {
  std::int64_t row;
  std::int64_t component;  // as it was when the signal arrived
  config::PartnerId from;
  config::SignalId signal;
  std::string kind;
  unsigned k;
};

/// A partner whose share did not lie on the polynomial that opened the group.
struct OddShare {
  config::PartnerId partner;
  config::SignalId signal;
};

struct Openings {
  std::vector<Opening> opened;
  std::vector<OddShare> odd_shares;
};

struct Arrival {
  std::int64_t row = 0;
  store::Component component;
  bool match_is_new = false;
  Openings openings;
};

/// True where both have a tag of a unique kind in the same epoch and it differs.
[[nodiscard]] bool contradict(const std::optional<crypto::Array<32>>& a,
                              const std::optional<crypto::Array<32>>& b) noexcept;

/// The signal's own tag of a unique kind in this epoch, if it has one.
[[nodiscard]] std::optional<crypto::Array<32>> unique_tag(const std::vector<store::Link>& links,
                                                          const config::EpochId& epoch);

/// Counts this match again after something in it opened.
void recount_match(store::Transaction& tx, std::int64_t component, config::Timestamp now);

/// Inserts the signal, links it, lets matches grow together, and opens what can be opened now: all
/// within the caller's act.
Arrival take_in(store::Transaction& tx, const Region& region, const Standing& standing,
                const store::ReceivedSignal& signal, config::Timestamp now);

}  // namespace sluis::gateway
