// A recipient's side: envelopes in, receipts out (protocol.md §5).
#pragma once

#include <memory>
#include <vector>

#include "gateway/core/curve_pool.hpp"
#include "gateway/core/envelope.hpp"
#include "gateway/core/recorder.hpp"

namespace sluis::gateway {

struct Arrival;

/// Takes envelopes from a partner whose certificate was checked. Each stands alone; a receipt is
/// signed only when what it says is durable. All calls on one executor.
class Receive {
 public:
  Receive(const Region& region, store::Store& store, CurvePool& curve, const Recorder& recorder)
      : region_(region), store_(store), curve_(curve), recorder_(recorder) {}

  /// One receipt an envelope, in order: `stored`, `duplicate`, `refused` with its reason (final),
  /// or `deferred` with its reason (the sender tries again).
  Task<std::vector<Receipt>> receive(config::PartnerId peer, std::vector<Envelope> envelopes);

 private:
  struct Parcel;  // one envelope on its way in
  using Parcels = std::vector<std::shared_ptr<Parcel>>;

  void unpack(Parcel& parcel, const config::PartnerId& peer, const Standing& standing) const;
  void check(Parcel& parcel, const Standing& standing) const;
  store::Store::Work act_for(const std::shared_ptr<Parcel>& parcel,
                             const std::shared_ptr<const Standing>& standing) const;
  void take(store::Transaction& tx, Parcel& parcel, const Standing& standing) const;
  void record_arrival(store::Transaction& tx, const Parcel& parcel, const Arrival& arrival) const;
  store::ReceivedSignal row_for(const Parcel& parcel) const;

  const Region& region_;
  store::Store& store_;
  CurvePool& curve_;
  const Recorder& recorder_;
};

}  // namespace sluis::gateway
