// What is over: old generations' shares, an ended epoch's shares and links; key_keeper.hpp declares
// it.
#include <spdlog/spdlog.h>

#include <algorithm>

#include "gateway/core/key_running.hpp"

namespace sluis::gateway {

namespace {
constexpr std::size_t links_an_act = 1000;  // so that no commit waits long for it
}

bool KeyKeeper::over(const KeyName& key, const Standing& standing, config::Timestamp now) {
  const auto* domain = standing.directory->domain(key.domain);
  if (domain == nullptr) return true;
  const auto epoch = std::find_if(domain->epochs.begin(), domain->epochs.end(),
                                  [&](const config::Epoch& each) { return each.id == key.epoch; });
  return epoch == domain->epochs.end() || epoch->until <= now;
}

Task<void> KeyKeeper::wipe() {
  const auto standing = region_.standing();
  const auto now = region_.now();
  const std::string epoch_ended = "epoch-ended", superseded_by = "superseded";
  const auto superseded = [&](const KeyGeneration& name) {
    const auto* newest = standing->domain_keys->newest(name.key);
    return newest != nullptr && newest->transcript.generation > name.generation &&
           newest->acknowledged();
  };
  for (const auto& name : standing->shares->list()) {
    if (over(name.key, *standing, now)) {
      co_await wipe_share(name, epoch_ended);
    } else if (superseded(name)) {
      co_await wipe_share(name, superseded_by);
    }
  }
  const auto ceremonies = files_.list(KeyFiles::Kind::ceremony);
  for (const auto& name : ceremonies.ok() ? *ceremonies : std::vector<KeyGeneration>{}) {
    if (!over(name.key, *standing, now) && !superseded(name)) continue;
    auto* of = running(name);
    const auto wiped =
        of != nullptr ? of->making->end() : files_.wipe(KeyFiles::Kind::ceremony, name);
    if (!wiped) spdlog::error("keys: {}", wiped.failure().detail);
    if (of != nullptr) of->bell.ring();
  }
  for (const auto& key : standing->domain_keys->names())
    if (over(key, *standing, now)) (void)keep(region_.standing()->domain_keys->without(key));
}

Task<void> KeyKeeper::wipe_share(KeyGeneration name, std::string why) {
  auto about = record("key.wipe", name);
  about.rule = why;
  co_await write_record(std::move(about));
  // From memory first: what is not there cannot be used, whatever the disk does.
  auto shares = *region_.standing()->shares;
  shares.remove(name);
  keep_shares(std::move(shares));
  auto work = [this, name] { return files_.wipe(KeyFiles::Kind::share, name); };
  const auto wiped = co_await curve_.run(std::move(work));
  if (!wiped) spdlog::error("keys: {}", wiped.failure().detail);
  if (wiped)
    spdlog::info("keys: our share of {}, generation {} is wiped: {}", name.key.str(),
                 name.generation, why);
}

/// At the recipient: tags of an ended epoch match nothing any more, and are nowhere.
Task<void> KeyKeeper::drop_links() {
  const auto standing = region_.standing();
  const auto now = region_.now();
  for (const auto& domain : standing->directory->domains()) {
    if (domain.recipient != region_.self()) continue;
    for (const auto& epoch : domain.epochs) {
      if (epoch.until > now || dropped_.contains({domain.id, epoch.id})) continue;
      std::uint64_t all = 0;
      std::size_t dropped = links_an_act;
      while (dropped == links_an_act && !stopping_) {
        auto act = [domain_id = domain.id, epoch_id = epoch.id](store::Transaction& tx) {
          return tx.drop_links(domain_id, epoch_id, links_an_act);
        };
        dropped = co_await write(store_, std::move(act));
        all += dropped;
      }
      if (stopping_) co_return;
      co_await scrub(store_);
      dropped_.insert({domain.id, epoch.id});
      if (all == 0) continue;
      auto about = recorder_.start("key.wipe", audit::Outcome::permit, this_gateway(region_.self()),
                                   Trace::fresh());
      about.object = {"links", domain.id.str() + "/" + epoch.id.str()};
      about.rule = "epoch-ended";
      about.count = all;
      co_await write_record(std::move(about));
      spdlog::info("keys: {} links of domain {}, epoch {} are dropped: the epoch has ended", all,
                   domain.id.str(), epoch.id.str());
    }
  }
}

}  // namespace sluis::gateway
