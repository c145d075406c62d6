// One batch of blinded elements, put to t holders until t of them have answered rightly.
#pragma once

#include <map>
#include <vector>

#include "gateway/core/curve_pool.hpp"
#include "gateway/core/peers.hpp"
#include "gateway/core/region.hpp"

namespace sluis::gateway {

/// Asks t holders at once. One that fails, or whose proof is wrong, is left out and another is
/// asked in its place; answers that were verified for the first set are carried over to the second
/// by λ_i(S′)/λ_i(S), so nobody who answered is asked twice. Lives for one batch, on one executor.
class EvaluationRound {
 public:
  EvaluationRound(std::shared_ptr<const Standing> standing, const config::PartnerId& self,
                  Peers& peers, CurvePool& curve, const KeyName& key,
                  const std::vector<crypto::Array<32>>& blinded);

  /// The combined elements, as the single server with key k would have answered.
  Task<config::Result<std::vector<crypto::Array<32>>>> run();

 private:
  using Elements = std::vector<crypto::Array<32>>;
  struct Answer {
    Elements elements;
    std::vector<std::uint32_t> set;  // the holders' numbers that it was asked for
  };

  config::Result<void> choose();  // fills set_ up to t, from holders that have not failed
  Task<void> ask(std::uint32_t number);
  Task<config::Result<Elements>> answer_of(std::uint32_t number);
  Task<config::Result<Elements>> evaluate_here(std::uint32_t number);
  config::Result<Elements> combined() const;
  [[nodiscard]] const KeySet::Holder& holder(std::uint32_t number) const;

  const std::shared_ptr<const Standing> standing_;
  const config::PartnerId& self_;
  Peers& peers_;
  CurvePool& curve_;
  const KeyName& key_;
  const Elements& blinded_;
  const KeySet* keys_ = nullptr;
  std::vector<std::uint32_t> set_;  // the numbers in use now
  std::map<std::uint32_t, Answer> answers_;
  std::map<std::uint32_t, config::Error> failed_;
};

}  // namespace sluis::gateway
