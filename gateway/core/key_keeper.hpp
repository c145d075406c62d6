// Keeps the region's keys as the directory names them: runs the ceremonies in which this gateway
// has a part, asks the holders for the transcripts of all others, and wipes what is over
// (protocol.md §6).
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "gateway/core/curve_pool.hpp"
#include "gateway/core/key_making.hpp"
#include "gateway/core/key_status.hpp"
#include "gateway/core/peers.hpp"
#include "gateway/core/recorder.hpp"
#include "gateway/keys/key_shares.hpp"

namespace sluis::gateway {

/// Looks at the directory every second and when told to. Each ceremony is driven by a coroutine of
/// its own: it sends all that it knows to every participant and takes all that they know, at once
/// while it moves and with growing pauses while somebody is missing, until every holder has
/// acknowledged. All calls on one executor, which is home; it alone replaces the keys and shares of
/// the region's standing.
class KeyKeeper {
 public:
  /// `data` is the gateway's data folder: the transcripts are in its domain-keys.json.
  KeyKeeper(const Executor& executor, Region& region, Peers& peers, CurvePool& curve,
            store::Store& store, const Recorder& recorder, KeyFiles files,
            std::filesystem::path data);
  KeyKeeper(const KeyKeeper&) = delete;
  KeyKeeper& operator=(const KeyKeeper&) = delete;
  ~KeyKeeper();

  void start();
  /// Returns when nothing of it runs any more.
  Task<void> stop();
  /// The directory or an approval has changed.
  void look_again() { bell_.ring(); }

  /// A participant's messages in, all that is known of the ceremony out. `forbidden` for who has no
  /// part in it; `generation` when the directory in force here does not name it (yet).
  Task<config::Result<std::vector<RoundMessage>>> answer(config::PartnerId peer, Dealing dealing);

  /// Asks the holders now for generations that are not known here. For who was told that the
  /// generation it used is gone.
  Task<void> renew();

  [[nodiscard]] std::vector<KeyStatus> status() const;

 private:
  struct Running;
  struct Note {
    std::string state, to_do;
    std::vector<std::string> faults;
  };
  using Named = std::pair<const config::Domain*, const config::Epoch*>;

  Task<void> run();
  Task<bool> look();
  void consider(const KeyName& key, const config::Epoch& epoch, const Standing& standing);
  void take_part(const KeyName& key, const config::Epoch& epoch, const Standing& standing);
  config::Result<std::shared_ptr<KeyMaking>> begin_or_restore(const KeyName& key,
                                                              const config::Epoch& epoch,
                                                              CeremonyPlan plan,
                                                              const Standing& standing);
  Task<void> look_for_approval();
  void restore_all();
  Running* running(const KeyGeneration& name);

  // key_exchange.cpp: one ceremony
  void spawn(std::shared_ptr<KeyMaking> making);
  Task<void> drive(std::shared_ptr<Running> of);
  Task<bool> exchange_with_all(Running& of);
  Task<void> exchange_with(Running& of, const config::PartnerId& partner,
                           const std::vector<RoundMessage>& messages);
  Task<config::Result<std::vector<RoundMessage>>> exchange(std::shared_ptr<KeyMaking> making,
                                                           std::vector<RoundMessage> messages);
  static void tell_silence(Running& of, const KeyMaking::Look& look);
  Task<void> tell_faults(Running& of, const KeyMaking::Look& look);
  Task<void> adopt(Running& of);
  void publish_acknowledgements(const Running& of);

  // key_fetch.cpp: transcripts of others
  Task<bool> fetch();
  Task<bool> take(config::PartnerId from, std::vector<KeyRecord> records);
  [[nodiscard]] std::vector<config::PartnerId> whom_to_ask(const std::set<KeyName>& about) const;

  // key_signing.cpp: transcripts signed anew after a signKey changed
  Task<void> renew_signatures();
  Task<void> sign_anew(KeyName key);
  Task<void> collect_signatures(std::set<KeyName> keys);
  Task<void> take_signatures(config::PartnerId from, KeyRecord record);
  [[nodiscard]] std::string signatures_to_do(const KeyRecord& newest,
                                             const Standing& standing) const;

  // key_wiping.cpp: what is over
  Task<void> wipe();
  Task<void> wipe_share(KeyGeneration name, std::string why);
  Task<void> drop_links();
  [[nodiscard]] static bool over(const KeyName& key, const Standing& standing,
                                 config::Timestamp now);

  [[nodiscard]] bool keep(DomainKeys keys);
  void keep_shares(KeyShares shares);
  audit::Record record(std::string_view action, const KeyGeneration& name) const;
  Task<void> write_record(audit::Record record);
  [[nodiscard]] KeyStatus status_of(const config::Domain& domain, const config::Epoch& epoch,
                                    const std::string& use, const Standing& standing) const;

  const Executor executor_;
  Region& region_;
  Peers& peers_;
  CurvePool& curve_;
  store::Store& store_;
  const Recorder& recorder_;
  const KeyFiles files_;
  const std::filesystem::path data_;
  std::map<KeyGeneration, std::shared_ptr<Running>> running_;
  std::map<KeyName, Note> notes_;
  std::set<KeyName> lacking_;                                    // to be asked of the holders
  std::set<std::pair<KeyGeneration, std::uint64_t>> asked_for_;  // with its attempt, at least once
  std::set<std::pair<config::DomainId, config::EpochId>> dropped_;  // whose links are gone
  struct {
    std::uint64_t version = 0;  // of the directory that they were asked for under
    std::chrono::milliseconds pause{0};
    std::chrono::steady_clock::time_point due{};
  } signatures_;  // when to ask again for signatures that are made anew
  Bell bell_, ended_bell_;
  std::optional<crypto::Array<32>> approved_;  // the hash of the directory whose dealing may begin
  bool wants_approval_ = false;
  bool fetching_ = false;
  bool stopping_ = false;
  std::size_t under_way_ = 0;  // coroutines
};

}  // namespace sluis::gateway
