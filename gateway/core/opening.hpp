// Opening contents: enough partners have signalled the same person (protocol.md §4, Opening).
#pragma once

#include <optional>
#include <vector>

#include "gateway/core/linking.hpp"
#include "gateway/core/recorder.hpp"

namespace sluis::gateway {

/// Opens what one link's group of signals can open now that `link` is in it. Members that open are
/// marked so in `tx` and noted in `openings`.
void open_group(store::Transaction& tx, const Region& region, const Standing& standing,
                const store::ReceivedSignal& arrived, const store::Link& link,
                const std::vector<store::GroupMember>& group, config::Timestamp now,
                Openings& openings);

/// A record for each content that opened, and for each partner whose share did not fit.
void record_openings(store::Transaction& tx, const Recorder& recorder,
                     const config::PartnerId& self, const Openings& openings, const Trace& trace);

/// The content key as the database keeps it: sealed under the gateway's own store key.
[[nodiscard]] crypto::Bytes seal_content_key(const GatewayKeys& keys, const config::PartnerId& from,
                                             const config::SignalId& signal,
                                             crypto::FixedView<32> content_key);

/// The content's box as the database keeps it: sealed once more, under the store key. The database
/// has the shares too, so without this it would give away by itself what k partners have signalled.
[[nodiscard]] crypto::Bytes seal_content_box(const GatewayKeys& keys, const config::PartnerId& from,
                                             const config::SignalId& signal, crypto::View box);
/// The box as it was sent. Nothing under another store key, or when it was tampered with.
[[nodiscard]] std::optional<crypto::Bytes> open_content_box(const GatewayKeys& keys,
                                                            const store::ReceivedSignal& signal);

/// The content of an open signal: its JSON. Nothing while it is closed, or when it was tampered
/// with.
[[nodiscard]] std::optional<config::Json> open_content(const GatewayKeys& keys,
                                                       const config::PartnerId& self,
                                                       const store::ReceivedSignal& signal);

}  // namespace sluis::gateway
