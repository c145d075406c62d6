// One batch of blinded elements, put to t holders until t of them have answered rightly.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "gateway/core/curve_pool.hpp"
#include "gateway/core/holder_history.hpp"
#include "gateway/core/peers.hpp"
#include "gateway/core/region.hpp"
#include "gateway/core/waiting.hpp"

namespace sluis::gateway {

/// What rounds share. It outlives every holder that is still under way.
struct RoundServices {
  Executor executor;
  config::PartnerId self;
  Peers& peers;
  CurvePool& curve;
  HolderHistory& history;
  std::shared_ptr<Underway> underway;  // the holders that were asked and have not answered
};

/// Asks t holders at once, and takes the first t that answer. One that fails, or whose proof is
/// wrong, is replaced by another; so is, once until somebody fails, one that is later than its own
/// recent answers. Answers that were verified for one set are carried over to another by
/// λ_i(S′)/λ_i(S), so nobody is asked twice.
///
/// Shared: a holder that is not waited for any more keeps it alive until it answers. One executor.
class EvaluationRound : public std::enable_shared_from_this<EvaluationRound> {
 public:
  using Elements = std::vector<crypto::Array<32>>;

  EvaluationRound(const RoundServices& services, std::shared_ptr<const Standing> standing,
                  KeyName key, Elements blinded);

  /// The combined elements, as the single server with key k would have answered. Called once.
  Task<config::Result<Elements>> run();

 private:
  using Clock = HolderHistory::Clock;
  using Numbers = std::vector<std::uint32_t>;  // holders' numbers
  struct Asked {
    Numbers set;                // that it was asked to answer for
    Clock::time_point late_at;  // another may be asked from then on
    bool pending = true;
    std::optional<Elements> elements;
  };

  bool ask_more();  // false when too few are left
  [[nodiscard]] Numbers candidates(Clock::time_point now) const;
  [[nodiscard]] Numbers set_with(const Numbers& fresh, std::uint32_t number) const;
  static Task<void> ask(std::shared_ptr<EvaluationRound> round, std::uint32_t number);
  Task<config::Result<Elements>> answer_of(std::uint32_t number);
  Task<config::Result<Elements>> evaluate_here(std::uint32_t number);
  void settle(std::uint32_t number, config::Result<Elements> answer);
  void end();
  [[nodiscard]] Clock::time_point next_late() const;
  [[nodiscard]] std::size_t pending() const;
  [[nodiscard]] Numbers answered() const;
  config::Result<Elements> combined() const;
  [[nodiscard]] config::Error shortage() const;
  [[nodiscard]] const KeySet::Holder& holder(std::uint32_t number) const;

  const RoundServices services_;
  const std::shared_ptr<const Standing> standing_;
  const KeyName key_;
  const Elements blinded_;
  const KeySet* keys_ = nullptr;
  Bell settled_;
  std::map<std::uint32_t, Asked> asked_;
  std::map<std::uint32_t, config::Error> failed_;
  bool over_ = false;
};

}  // namespace sluis::gateway
