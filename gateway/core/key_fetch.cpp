// The transcripts that others made, asked of the holders; key_keeper.hpp declares it.
#include <spdlog/spdlog.h>

#include <algorithm>

#include "gateway/core/key_running.hpp"

namespace sluis::gateway {

std::vector<config::PartnerId> KeyKeeper::whom_to_ask(const std::set<KeyName>& about) const {
  const auto standing = region_.standing();
  std::vector<config::PartnerId> holders;
  for (const auto& key : about) {
    const auto* domain = standing->directory->domain(key.domain);
    if (domain == nullptr) continue;
    for (const auto& epoch : domain->epochs)
      if (epoch.id == key.epoch)
        holders.insert(holders.end(), epoch.holders.begin(), epoch.holders.end());
  }
  std::sort(holders.begin(), holders.end());
  holders.erase(std::unique(holders.begin(), holders.end()), holders.end());
  std::erase_if(holders, [&](const config::PartnerId& id) {
    const auto* partner = standing->directory->partner(id);
    return id == region_.self() || partner == nullptr || !partner->active;
  });
  return holders;
}

/// True when something new was found.
Task<bool> KeyKeeper::fetch() {
  if (fetching_) co_return false;
  fetching_ = true;
  const auto standing = region_.standing();
  const auto asked = lacking_;
  bool found = false;
  for (const auto& holder : whom_to_ask(lacking_)) {
    if (stopping_) break;
    auto records = co_await peers_.domain_keys(holder);
    if (!records) {
      spdlog::debug("keys of {}: {}", holder.str(), records.failure().detail);
      continue;
    }
    auto theirs = std::move(*records);
    try {
      const bool took = co_await take(holder, std::move(theirs));
      found = found || took;
    } catch (const std::exception& fault) {
      spdlog::error("keys of {}: {}", holder.str(), fault.what());
    }
  }
  for (const auto& key : asked) {
    const auto* domain = standing->directory->domain(key.domain);
    if (domain == nullptr) continue;
    for (const auto& epoch : domain->epochs)
      if (epoch.id == key.epoch &&
          asked_for_.insert({{key, epoch.generation}, epoch.attempt}).second)
        found = true;  // a first answer, or none: what waited for it may go on
  }
  fetching_ = false;
  co_return found;
}

Task<bool> KeyKeeper::take(config::PartnerId from, std::vector<KeyRecord> records) {
  bool found = false;
  const auto keys = lacking_;
  for (const auto& key : keys) {
    std::vector<KeyRecord> chain;
    for (const auto& record : records)
      if (record.name().key == key) chain.push_back(record);
    if (chain.empty()) continue;
    std::stable_sort(chain.begin(), chain.end(), [](const auto& a, const auto& b) {
      return a.transcript.generation < b.transcript.generation;
    });
    const auto standing = region_.standing();
    const auto* known = standing->domain_keys->newest(key);
    const auto& offered = chain.back();
    const bool same = known != nullptr && known->name() == offered.name() &&
                      known->transcript.attempt == offered.transcript.attempt;
    if (same && (known->acknowledged() || !offered.acknowledged())) continue;
    // What we have a part in, our own ceremony brings, with our share.
    if (!same && running(offered.name()) != nullptr) continue;
    auto with_it = standing->domain_keys->with(chain, *standing->directory);
    if (!with_it) {
      if (with_it.failure().code != config::Code::generation)
        spdlog::warn("keys of {}: {}", from.str(), with_it.failure().detail);
      continue;
    }
    const auto name = offered.name();
    if (!same) {
      auto about = record("key.take", name);
      about.counterparty = from.str();
      co_await write_record(std::move(about));
    }
    // Built again: the standing may have changed while the record was written.
    const auto now = region_.standing();
    auto whole = now->domain_keys->with(chain, *now->directory);
    if (!whole || !keep(std::move(*whole))) continue;
    found = true;
    if (!same) spdlog::info("keys: {}, generation {} is in force", name.key.str(), name.generation);
  }
  co_return found;
}

Task<void> KeyKeeper::renew() {
  const auto standing = region_.standing();
  for (const auto& domain : standing->directory->domains())
    for (const auto& epoch : domain.epochs)
      for (const auto* use : {"tag", "lock"}) {
        const KeyName key{domain.id, epoch.id, use};
        const auto* known = standing->domain_keys->newest(key);
        if (known == nullptr || known->transcript.generation != epoch.generation ||
            known->transcript.attempt != epoch.attempt)
          lacking_.insert(key);
      }
  for (auto& [name, of] : running_) of->bell.ring();
  co_await fetch();
}

}  // namespace sluis::gateway
