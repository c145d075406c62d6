// Asks partners' gateways to witness this gateway's log (audit.md), and says which are late.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "gateway/audit/journal.hpp"
#include "gateway/audit/log_chain.hpp"
#include "gateway/audit/log_reader.hpp"
#include "gateway/core/recorder.hpp"
#include "gateway/core/waiting.hpp"

namespace sluis::gateway {

/// The partners' witnesses, as C2SP's tlog-witness has them. `unavailable` where no answer came.
class WitnessPeers {
 public:
  struct Answer {
    int status = 0;
    std::string body;
  };
  virtual ~WitnessPeers() = default;
  virtual Task<config::Result<Answer>> add_checkpoint(const config::PartnerId& partner,
                                                      std::string body) = 0;
  /// The last checkpoint that this partner cosigned of the log with this origin hash.
  virtual Task<config::Result<Answer>> last_checkpoint(const config::PartnerId& partner,
                                                       std::string origin_hash) = 0;
};

struct WitnessLimits {
  std::chrono::milliseconds every{60'000};  // partners see sizes, and so how busy we are
  std::chrono::milliseconds late{3'600'000};
};

/// How far one partner has witnessed one of our logs.
struct WitnessState {
  config::PartnerId partner;
  std::string origin;
  std::uint64_t size = 0;                      // of the log, as published
  std::uint64_t cosigned = 0;                  // so much of it the witness has signed
  std::optional<config::Timestamp> at{};       // when it signed that
  std::optional<config::Timestamp> waiting{};  // since when it lacks something
  bool late = false;                           // for longer than the limit; recorded
  std::string problem{};                       // why the last try failed
};

/// One round a minute, over the published log alone: hashes, never a record. What a witness signed
/// is kept in the log's folder as `witnessed/<partner>`. A witness that has seen a later state of
/// the log than the database has, signed by ourselves, ends all signing (fork guard); its word
/// alone does not. Runs on one executor.
class Witnessing {
 public:
  Witnessing(const Executor& executor, const Region& region, store::Store& store,
             audit::Journal& journal, const Recorder& recorder, WitnessPeers& peers,
             std::filesystem::path logs, WitnessLimits limits);

  void start();
  Task<void> stop();
  [[nodiscard]] std::vector<WitnessState> states() const;

 private:
  using Key = std::pair<config::PartnerId, std::string>;  // and the log's origin

  Task<void> run();
  Task<void> round();
  Task<void> ask(const config::Partner& partner, const audit::PublishedLog& log,
                 WitnessState& state);
  bool keep(const config::Partner& partner, const audit::PublishedLog& log, const std::string& note,
            const std::string& lines, WitnessState& state);
  Task<void> compare(const config::PartnerId& partner, WitnessState& state);
  Task<void> watch_lateness(WitnessState& state);
  WitnessState& state_of(const config::Partner& partner, const audit::PublishedLog& log);

  const Executor executor_;
  const Region& region_;
  store::Store& store_;
  audit::Journal& journal_;
  const Recorder& recorder_;
  WitnessPeers& peers_;
  const std::filesystem::path logs_;
  const WitnessLimits limits_;
  Bell bell_;
  Latch ended_;
  bool started_ = false;
  bool stopping_ = false;
  std::map<Key, WitnessState> states_;
};

}  // namespace sluis::gateway
