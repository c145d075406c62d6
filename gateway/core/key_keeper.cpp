#include "gateway/core/key_keeper.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "gateway/core/key_running.hpp"
#include "gateway/keys/approval.hpp"

namespace sluis::gateway {

using config::Code;
using config::error;
using config::Result;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

constexpr milliseconds look_every{1000};
constexpr milliseconds first_pause{50};  // while transcripts are lacking
constexpr std::string_view uses[] = {"tag", "lock"};

bool is_named(const KeyRecord* record, const config::Epoch& epoch) {
  return record != nullptr && record->transcript.generation == epoch.generation &&
         record->transcript.attempt == epoch.attempt;
}

std::vector<std::string> texts_of(const std::vector<config::PartnerId>& partners) {
  std::vector<std::string> texts;
  texts.reserve(partners.size());
  for (const auto& partner : partners) texts.push_back(partner.str());
  return texts;
}

std::string texts_joined(const std::vector<config::PartnerId>& partners) {
  std::string joined;
  for (const auto& partner : partners) joined += (joined.empty() ? "" : ", ") + partner.str();
  return joined;
}

/// A share goes to others than before: its holder's own operator has a say. What was begun once was
/// approved then.
bool must_be_approved(const CeremonyPlan& plan, const config::PartnerId& self,
                      const KeyFiles& files, const KeyGeneration& name) {
  if (plan.ceremony.ceremony != "reshare" || plan.dealer(self) == nullptr) return false;
  const auto begun = KeyMaking::restore(files, name);
  return !begun || (*begun)->attempt() != plan.ceremony.attempt;
}

}  // namespace

std::string KeyStatus::text() const {
  std::string said = state == "in-force"             ? "in force"
                     : state == "handing-over"       ? "in force, being acknowledged"
                     : state == "making"             ? "being made"
                     : state == "fetching"           ? "asked of its holders"
                     : state == "waits-for-approval" ? "waits for approval"
                                                     : "stopped";
  if (state == "making" && round) said += ", round " + std::to_string(*round);
  if (state == "making" && !waiting_for.empty()) {
    said += ", waiting for ";
    for (const auto& partner : waiting_for)
      said += (&partner == &waiting_for.front() ? "" : " and ") + partner;
  }
  for (const auto& fault : faults) said += "; " + fault;
  return said;
}

KeyKeeper::KeyKeeper(const Executor& executor, Region& region, Peers& peers, CurvePool& curve,
                     store::Store& store, const Recorder& recorder, KeyFiles files,
                     std::filesystem::path data)
    : executor_(executor),
      region_(region),
      peers_(peers),
      curve_(curve),
      store_(store),
      recorder_(recorder),
      files_(std::move(files)),
      data_(std::move(data)),
      bell_(executor),
      ended_bell_(executor) {}

KeyKeeper::~KeyKeeper() = default;

void KeyKeeper::start() {
  restore_all();
  ++under_way_;
  asio::co_spawn(executor_, run(), asio::detached);
}

Task<void> KeyKeeper::stop() {
  stopping_ = true;
  bell_.ring();
  for (auto& [name, of] : running_) of->bell.ring();
  while (under_way_ > 0) co_await ended_bell_.wait_until(steady_clock::now() + look_every);
}

Task<void> KeyKeeper::run() {
  auto pause = first_pause;
  while (!stopping_) {
    bool lacking = false;
    try {
      lacking = co_await look();
    } catch (const std::exception& fault) {
      spdlog::error("keys: {}", fault.what());
    }
    pause = lacking ? std::min(pause * 2, look_every) : first_pause;
    co_await bell_.wait_until(steady_clock::now() + (lacking ? pause : look_every));
  }
  --under_way_;
  ended_bell_.ring();
}

/// True while transcripts are lacking.
Task<bool> KeyKeeper::look() {
  const auto standing = region_.standing();
  if (!standing->directory->usable_at(region_.now())) co_return false;
  lacking_.clear();
  notes_.clear();
  wants_approval_ = false;
  for (const auto& domain : standing->directory->domains())
    for (const auto& epoch : domain.epochs) {
      if (epoch.until <= region_.now()) continue;
      for (const auto use : uses)
        consider({domain.id, epoch.id, std::string(use)}, epoch, *standing);
    }
  if (wants_approval_) co_await look_for_approval();
  bool found = false;
  if (!lacking_.empty()) found = co_await fetch();
  if (found) bell_.ring();
  co_await renew_signatures();
  co_await wipe();
  co_await drop_links();
  co_return !lacking_.empty();
}

Task<void> KeyKeeper::look_for_approval() {
  const auto directory = region_.standing()->directory;
  const auto approved = is_approved(data_ / "approvals.json", *directory, region_.self());
  if (!approved) spdlog::error("keys: {}", approved.failure().detail);
  if (!approved || !*approved) co_return;
  auto about = recorder_.start("key.approve", audit::Outcome::permit, this_gateway(region_.self()),
                               Trace::fresh());
  about.object = {"directory", std::to_string(directory->version())};
  co_await write_record(std::move(about));
  approved_ = directory->hash();
  bell_.ring();
}

void KeyKeeper::consider(const KeyName& key, const config::Epoch& epoch, const Standing& standing) {
  const auto* newest = standing.domain_keys->newest(key);
  auto& note = notes_[key];
  if (is_named(newest, epoch)) {
    note.state = "in-force";
    note.to_do = signatures_to_do(*newest, standing);
    if (running({key, epoch.generation}) != nullptr) {
      note.state = "handing-over";
      return;
    }
    // An old share may go when all have the new one; who has no part any more must be told so.
    const auto held = standing.shares->list();
    const bool old_share = std::any_of(held.begin(), held.end(), [&](const KeyGeneration& each) {
      return each.key == key && each.generation < epoch.generation;
    });
    if (old_share && !newest->acknowledged()) {
      note.state = "handing-over";
      lacking_.insert(key);
    }
    return;
  }
  take_part(key, epoch, standing);
}

void KeyKeeper::take_part(const KeyName& key, const config::Epoch& epoch,
                          const Standing& standing) {
  auto& note = notes_[key];
  const KeyGeneration name{key, epoch.generation};
  if (const auto* of = running(name); of != nullptr && of->making->attempt() >= epoch.attempt) {
    note.state = "making";
    return;
  }
  const auto* newest = standing.domain_keys->newest(key);
  note.state = "fetching";
  auto plan = plan_ceremony(*standing.directory, key.domain, key.epoch, key.use,
                            newest == nullptr ? nullptr : &newest->transcript);
  lacking_.insert(key);
  if (!plan) {
    note.to_do = plan.failure().detail;
    return;
  }
  const auto everybody = plan->participants();
  if (std::find(everybody.begin(), everybody.end(), region_.self()) == everybody.end()) return;
  // Asked once first: who lost its files must not deal a second time in what is made already.
  if (!asked_for_.contains({name, epoch.attempt})) return;
  if (must_be_approved(*plan, region_.self(), files_, name) &&
      approved_ != standing.directory->hash()) {
    wants_approval_ = true;
    note.state = "waits-for-approval";
    note.to_do = "this gateway would deal its share to " + texts_joined(epoch.holders) +
                 ": when that is meant, `sluis keys approve` for directory version " +
                 std::to_string(standing.directory->version());
    return;
  }
  auto making = begin_or_restore(key, epoch, std::move(*plan), standing);
  if (!making) {
    note.state = "stopped";
    note.to_do = making.failure().detail;
    return;
  }
  lacking_.erase(key);
  note.state = "making";
  spawn(std::move(*making));
}

/// Of each generation and attempt one ceremony is ever begun.
Result<std::shared_ptr<KeyMaking>> KeyKeeper::begin_or_restore(const KeyName& key,
                                                               const config::Epoch& epoch,
                                                               CeremonyPlan plan,
                                                               const Standing& standing) {
  const KeyGeneration name{key, epoch.generation};
  // One that runs is asked, not its file: it may be writing that now, and two objects of one file
  // would write it in turns.
  auto* of = running(name);
  auto before = of != nullptr ? Result<std::shared_ptr<KeyMaking>>(of->making)
                              : KeyMaking::restore(files_, name);
  if (!before && before.failure().code != Code::not_found) return before.failure();
  if (before && (*before)->attempt() >= epoch.attempt) {
    if ((*before)->attempt() == epoch.attempt && (*before)->cer() == plan.ceremony.cer())
      return before;
    return error(
        Code::conflict,
        "the directory names another ceremony than the one that was begun here as attempt " +
            std::to_string((*before)->attempt()) +
            "; the region's authorities must raise the attempt");
  }
  if (before) {
    if (const auto ended = (*before)->end(); !ended) return ended.failure();
    if (of != nullptr) of->bell.ring();
    running_.erase(name);
  }
  const auto* newest = standing.domain_keys->newest(key);
  const auto* old_share = newest == nullptr ? nullptr : standing.shares->find(newest->name());
  return KeyMaking::begin(files_, std::move(plan), region_.self(), old_share);
}

/// Ceremonies go on where they were, also when the directory names a later one by now.
void KeyKeeper::restore_all() {
  const auto names = files_.list(KeyFiles::Kind::ceremony);
  if (!names) {
    spdlog::error("keys: {}", names.failure().detail);
    return;
  }
  const auto standing = region_.standing();
  for (const auto& name : *names) {
    auto making = KeyMaking::restore(files_, name);
    if (making)
      spawn(std::move(*making));
    else
      spdlog::error("keys: {}: {}", name.key.str(), making.failure().detail);
  }
}

KeyKeeper::Running* KeyKeeper::running(const KeyGeneration& name) {
  const auto found = running_.find(name);
  return found == running_.end() ? nullptr : found->second.get();
}

bool KeyKeeper::keep(DomainKeys keys) {
  // On home, between two suspensions: nobody else changes the keys meanwhile. A small file, seldom.
  if (auto written = keys.write(data_ / "domain-keys.json"); !written) {
    spdlog::error("keys: {}", written.failure().detail);
    return false;
  }
  auto standing = *region_.standing();
  standing.domain_keys = std::make_shared<const DomainKeys>(std::move(keys));
  region_.replace(std::move(standing));
  return true;
}

void KeyKeeper::keep_shares(KeyShares shares) {
  auto standing = *region_.standing();
  standing.shares = std::make_shared<const KeyShares>(std::move(shares));
  region_.replace(std::move(standing));
}

audit::Record KeyKeeper::record(std::string_view action, const KeyGeneration& name) const {
  auto record =
      recorder_.start(action, audit::Outcome::permit, this_gateway(region_.self()), Trace::fresh());
  record.object = {"key", name.key.str() + "/" + std::to_string(name.generation)};
  return record;
}

Task<void> KeyKeeper::write_record(audit::Record record) {
  auto act = [this, record = std::move(record)](store::Transaction& tx) {
    recorder_.append(tx, record);
    return Nothing{};
  };
  co_await write(store_, std::move(act));
}

std::vector<KeyStatus> KeyKeeper::status() const {
  const auto standing = region_.standing();
  std::vector<KeyStatus> all;
  for (const auto& domain : standing->directory->domains())
    for (const auto& epoch : domain.epochs)
      if (epoch.until > region_.now())
        for (const auto use : uses)
          all.push_back(status_of(domain, epoch, std::string(use), *standing));
  return all;
}

KeyStatus KeyKeeper::status_of(const config::Domain& domain, const config::Epoch& epoch,
                               const std::string& use, const Standing& standing) const {
  KeyStatus status{.key = {domain.id, epoch.id, use}, .from = epoch.from, .until = epoch.until};
  status.in_force_now = epoch.from <= region_.now();
  status.ceremony = epoch.ceremony;
  status.named_generation = epoch.generation;
  status.named_attempt = epoch.attempt;
  if (const auto* newest = standing.domain_keys->newest(status.key)) {
    status.generation = newest->transcript.generation;
    status.attempt = newest->transcript.attempt;
    status.threshold = newest->transcript.threshold;
    for (const auto& holder : newest->transcript.holders) status.holders.push_back(holder.id.str());
    status.share_here = standing.shares->find(newest->name()) != nullptr;
  }
  status.state = status.generation == epoch.generation ? "in-force" : "fetching";
  if (const auto note = notes_.find(status.key); note != notes_.end()) {
    status.state = note->second.state;
    status.to_do = note->second.to_do;
  }
  const auto found = running_.find({status.key, epoch.generation});
  if (found == running_.end()) return status;
  const auto look = found->second->making->look();
  status.round = static_cast<unsigned>(look.progress.round);
  status.waiting_for = texts_of(look.progress.waiting_for);
  status.since = std::chrono::time_point_cast<config::Timestamp::duration>(look.moved_at);
  for (const auto& fault : look.progress.faults)
    status.faults.push_back("partner " + fault.partner.str() + ": " + fault.reason);
  if (!look.trouble.empty()) status.faults.push_back(look.trouble);
  if (status.generation != epoch.generation)
    status.state = status.faults.empty() ? "making" : "stopped";
  if (!look.progress.faults.empty() && status.state == "stopped")
    status.to_do =
        "ask that partner what happened; when it is mended, or the partner replaced, the region's "
        "authorities sign a directory with a higher attempt";
  return status;
}

}  // namespace sluis::gateway
