// The region of tests/config/region_fixture.hpp with everything that its gateways stand on, and one
// gateway of it without HTTP. The keys of the domain are real: made 2 of 3.
#pragma once

#include <spdlog/fwd.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "config/json.hpp"
#include "gateway/core/curve_pool.hpp"
#include "gateway/core/holder_history.hpp"
#include "gateway/core/peers.hpp"
#include "gateway/core/recorder.hpp"
#include "gateway/core/region.hpp"
#include "gateway/core/waiting.hpp"
#include "tests/gateway/keys/key_making.hpp"
#include "tests/gateway/store/support.hpp"

namespace sluis::gateway::test {

/// Stands still until a test moves it. Starts at 2026-11-21T12:00:00Z.
class StillClock final : public config::Clock {
 public:
  [[nodiscard]] config::Timestamp now() const override {
    return config::Timestamp(std::chrono::milliseconds(millis_.load()));
  }
  void advance(std::chrono::milliseconds by) { millis_ += by.count(); }

 private:
  std::atomic<std::int64_t> millis_{1'795'262'400'000};
};

config::PartnerId partner(std::string_view id);
KeyName key_name(const std::string& use);
crypto::SealKey seal_key(const std::string& partner);

/// The fixture's directory.
config::Json region_document();
/// `document` with this field of this partner replaced.
config::Json with_partner(config::Json document, const std::string& id, const std::string& field,
                          config::Json value);

/// The policy that this partner has unless a test says otherwise: ggz sends, zvh takes and is
/// queried, the holders evaluate for both.
std::string policy_of(const std::string& partner);

/// What `self` stands on in the region of `document`.
Standing standing_of(const std::string& self, const std::string& policy,
                     const config::Json& document = region_document());
/// Fresh keys, but those that the directory names.
GatewayKeys keys_of(const std::string& self);

/// The domain's key for this use, and its single-server key k.
const sluis::test::MadeKey& dealt(const std::string& use);
crypto::SecretScalar whole_key(const std::string& use);
/// F(x) as a plain RFC 9497 server with key k gives it.
crypto::Array<64> single_key_output(const std::string& use, const crypto::Bytes& input);

/// What tests look at: the records of the log, oldest first, and those of one action.
std::vector<config::Json> records(store::Store& store);
std::vector<config::Json> records(store::Store& store, const std::string& action);

/// What is logged while it lives, from `warn` on.
class LogLines {
 public:
  LogLines();
  ~LogLines();
  LogLines(const LogLines&) = delete;
  LogLines& operator=(const LogLines&) = delete;
  [[nodiscard]] std::string text() const { return said_.str(); }

 private:
  std::ostringstream said_;
  std::shared_ptr<spdlog::logger> before_;
};

/// One gateway: its standing, its store in a folder of its own, its one executor.
struct Gateway {
  explicit Gateway(const std::string& self) : Gateway(self, policy_of(self)) {}
  Gateway(const std::string& self, const std::string& policy,
          const config::Json& document = region_document());
  ~Gateway();

  /// Runs the task, and whatever else is under way, until it ends. At most 60 s.
  template <class T>
  T run(Task<T> task) {
    std::optional<T> value;
    run(keep(std::move(task), value));
    return std::move(*value);
  }
  void run(Task<void> task);
  /// Runs what is under way until `reached` is true. At most 60 s.
  void run_until(const std::function<bool()>& reached);
  /// Lets what can run now run, without waiting for anything longer than that.
  void settle() { run_for(std::chrono::milliseconds(30)); }
  void run_for(std::chrono::milliseconds time);

  StillClock clock;
  asio::io_context io{1};
  store::test::Opened store;
  Region region;
  CurvePool curve{1};
  Recorder recorder;

 private:
  template <class T>
  static Task<void> keep(Task<T> task, std::optional<T>& into) {
    into.emplace(co_await std::move(task));
  }
};

/// For an Evaluator whose test counts who is asked: nobody is ever late, however busy the machine.
inline const HedgeLimits patient{std::chrono::hours(1),   std::chrono::seconds(0),
                                 std::chrono::hours(1),   std::chrono::hours(1),
                                 std::chrono::seconds(1), std::chrono::seconds(30)};

/// The other gateways of the region, as one object: its holders answer with their real shares.
class FakePeers final : public Peers {
 public:
  struct Asked {
    std::string holder;
    EvaluationRequest request;
  };
  Task<config::Result<crypto::Evaluation>> evaluate(const config::PartnerId& holder,
                                                    const EvaluationRequest& request) override;
  Task<config::Result<std::vector<Receipt>>> deliver(
      const config::PartnerId& to, const std::vector<Envelope>& envelopes) override;
  Task<config::Result<std::vector<RoundMessage>>> deal(const config::PartnerId& to,
                                                       const Dealing& dealing) override;
  Task<config::Result<std::vector<KeyRecord>>> domain_keys(const config::PartnerId& from) override;
  Task<bool> alive(const config::PartnerId& partner) override {
    ++looked_at;
    co_return !dead.contains(partner.str());
  }

  std::map<std::string, config::Code> failing;       // holders, with what they answer
  std::map<std::string, std::uint32_t> retry_after;  // and when they say to come back
  std::set<std::string> lying;                       // holders that answer under another key
  std::map<std::string, std::function<Task<void>()>> before;  // a partner's answers wait for it
  std::function<config::Result<std::vector<Receipt>>(const std::string& to,
                                                     const std::vector<Envelope>&)>
      receive;

  std::set<std::string> dead;  // as `alive` has it
  std::size_t looked_at = 0;

  std::vector<Asked> asked;
  [[nodiscard]] std::vector<std::string> asked_holders() const;
};

}  // namespace sluis::gateway::test
