// One ceremony: what goes to the others and comes from them; key_keeper.hpp declares it.
#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "gateway/core/key_running.hpp"

namespace sluis::gateway {

using config::Code;
using config::error;
using config::Result;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

constexpr milliseconds first_pause{20}, most_pause{1000};
constexpr std::chrono::seconds silence_is_told_after{10};

bool has_part(const CeremonyPlan& plan, const config::PartnerId& partner) {
  return plan.dealer(partner) != nullptr || plan.holder(partner) != nullptr;
}

bool has_part(const Transcript& transcript, const config::PartnerId& partner) {
  const auto is = [&](const CeremonyMember& member) { return member.id == partner; };
  return std::any_of(transcript.dealers.begin(), transcript.dealers.end(), is) ||
         std::any_of(transcript.holders.begin(), transcript.holders.end(), is);
}

std::string_view action_of(const std::string& ceremony) {
  if (ceremony == "refresh") return "key.refresh";
  return ceremony == "reshare" ? "key.reshare" : "key.make";
}

}  // namespace

void KeyKeeper::spawn(std::shared_ptr<KeyMaking> making) {
  const auto name = making->name();
  const auto of = std::make_shared<Running>(executor_, std::move(making));
  if (const auto* newest = region_.standing()->domain_keys->newest(name.key))
    of->adopted = newest->transcript.cer() == of->making->cer();
  running_.insert_or_assign(name, of);
  ++under_way_;
  asio::co_spawn(executor_, drive(of), asio::detached);
}

Task<void> KeyKeeper::drive(std::shared_ptr<Running> of) {
  auto pause = first_pause;
  auto look = of->making->look();
  while (!stopping_ && !look.ended) {
    bool moved = false;
    try {
      moved = co_await exchange_with_all(*of);
      look = of->making->look();
      tell_silence(*of, look);
      co_await tell_faults(*of, look);
      if (look.progress.in_force && !of->adopted) co_await adopt(*of);
      if (look.progress.acknowledged && of->adopted) publish_acknowledgements(*of);
    } catch (const std::exception& fault) {
      spdlog::error("keys: {}: {}", of->making->name().key.str(), fault.what());
    }
    look = of->making->look();
    pause = moved ? first_pause : std::min(pause * 2, most_pause);
    if (!look.ended) co_await of->bell.wait_until(steady_clock::now() + pause);
  }
  const auto found = running_.find(of->making->name());
  if (look.ended && found != running_.end() && found->second == of) running_.erase(found);
  --under_way_;
  ended_bell_.ring();
  bell_.ring();
}

/// True when something was said that was not known before, here or there.
Task<bool> KeyKeeper::exchange_with_all(Running& of) {
  const auto before = of.making->look().messages;
  const auto messages = co_await exchange(of.making, {});
  if (!messages) co_return false;
  std::vector<config::PartnerId> others;
  for (auto& partner : of.making->plan().participants())
    if (partner != region_.self()) others.push_back(std::move(partner));
  Latch all(executor_, others.size());
  for (const auto& partner : others)
    asio::co_spawn(executor_, exchange_with(of, partner, *messages),
                   [&all](const std::exception_ptr&) { all.arrive(); });
  co_await all.wait();
  co_return of.making->look().messages > before;
}

Task<void> KeyKeeper::exchange_with(Running& of, const config::PartnerId& partner,
                                    const std::vector<RoundMessage>& messages) {
  const auto making = of.making;
  const Dealing dealing{making->name(), making->attempt(), messages};
  auto answer = co_await peers_.deal(partner, dealing);
  if (!answer) {
    spdlog::debug("{}: {}: {}", making->name().key.str(), partner.str(), answer.failure().detail);
    co_return;
  }
  auto theirs = std::move(*answer);
  const auto taken = co_await exchange(making, std::move(theirs));
  if (!taken) spdlog::error("keys: {}: {}", making->name().key.str(), taken.failure().detail);
}

Task<Result<std::vector<RoundMessage>>> KeyKeeper::exchange(std::shared_ptr<KeyMaking> making,
                                                            std::vector<RoundMessage> messages) {
  auto work = [this, making, messages = std::move(messages)] {
    const auto keys = region_.keys();
    // With the key that it began with, as long as that is in the file: the directory may name
    // another by now, and the transcript is then signed anew (key_signing.cpp).
    const auto& plan = making->plan();
    const auto* dealer = plan.dealer(region_.self());
    const auto* member = dealer == nullptr ? plan.holder(region_.self()) : dealer;
    const auto* begun_with = member == nullptr ? nullptr : keys->sign_key(member->sign_key);
    const auto sign = begun_with == nullptr ? region_.sign_key() : *begun_with;
    return making->exchange(messages, {sign, keys->seal});
  };
  auto known = co_await curve_.run(std::move(work));
  co_return known;
}

Task<Result<std::vector<RoundMessage>>> KeyKeeper::answer(config::PartnerId peer, Dealing dealing) {
  const auto standing = region_.standing();
  const auto unknown = error(Code::generation, "no such ceremony is named by the directory here");
  if (running(dealing.key) == nullptr) {
    const auto known = standing->domain_keys->records(dealing.key.key);
    for (const auto& record : known) {
      if (record.name() != dealing.key || record.transcript.attempt != dealing.attempt) continue;
      if (!has_part(record.transcript, peer)) co_return error(Code::forbidden, "not permitted");
      co_return record.acknowledgements;
    }
    const auto* domain = standing->directory->domain(dealing.key.key.domain);
    bool may_have_part = !known.empty() && has_part(known.back().transcript, peer);
    if (domain != nullptr)
      for (const auto& epoch : domain->epochs)
        if (epoch.id == dealing.key.key.epoch &&
            std::find(epoch.holders.begin(), epoch.holders.end(), peer) != epoch.holders.end())
          may_have_part = true;
    if (!may_have_part) co_return error(Code::forbidden, "not permitted");
    bell_.ring();
    co_return unknown;
  }
  const auto making = running_.at(dealing.key)->making;
  if (!has_part(making->plan(), peer)) co_return error(Code::forbidden, "not permitted");
  if (making->attempt() != dealing.attempt) {
    if (making->attempt() < dealing.attempt) bell_.ring();
    co_return unknown;
  }
  const auto before = making->look().messages;
  auto messages = std::move(dealing.messages);
  auto known = co_await exchange(making, std::move(messages));
  if (known.ok() && known->size() > before)
    if (auto* of = running(making->name())) of->bell.ring();
  co_return known;
}

/// Once for each round and each set of partners that a ceremony waits for.
void KeyKeeper::tell_silence(Running& of, const KeyMaking::Look& look) {
  const auto& progress = look.progress;
  if (progress.waiting_for.empty() || !progress.faults.empty()) return;
  if (std::chrono::system_clock::now() - look.moved_at < silence_is_told_after) return;
  std::string text =
      "round " + std::to_string(static_cast<unsigned>(progress.round)) + " waits for";
  for (const auto& partner : progress.waiting_for) text += " " + partner.str();
  if (!of.told.insert(text).second) return;
  spdlog::warn("keys: {}, generation {}, attempt {}: {}", of.making->name().key.str(),
               of.making->name().generation, of.making->attempt(), text);
}

Task<void> KeyKeeper::tell_faults(Running& of, const KeyMaking::Look& look) {
  for (const auto& fault : look.progress.faults) {
    const auto text = fault.partner.str() + ": " + fault.reason;
    if (!of.told.insert(text).second) continue;
    spdlog::error("keys: {}, generation {}, attempt {}: partner {}", of.making->name().key.str(),
                  of.making->name().generation, of.making->attempt(), text);
    auto about = record("key.fault", of.making->name());
    about.outcome = audit::Outcome::error;
    about.counterparty = fault.partner.str();
    about.rule = fault.reason;
    try {
      co_await write_record(std::move(about));
    } catch (const store::Unavailable&) {
      of.told.erase(text);  // once more, when the store is there again
    }
  }
}

/// The share first, then the record, then the transcript: whoever finds the transcript here has the
/// share, and whatever is cut off in between is done again.
Task<void> KeyKeeper::adopt(Running& of) {
  const auto made = of.making->made();
  if (!made) co_return;
  const auto name = of.making->name();
  if (made->share) {
    auto store_it = [this, name, share = made->share] {
      return KeyShares::write(files_, name, *share);
    };
    const auto written = co_await curve_.run(std::move(store_it));
    if (!written) {
      spdlog::error("keys: {}", written.failure().detail);
      co_return;
    }
  }
  auto about = record(action_of(made->record.transcript.ceremony), name);
  co_await write_record(std::move(about));
  const auto standing = region_.standing();
  auto chain = standing->domain_keys->records(name.key);
  std::erase_if(chain, [&](const KeyRecord& record) {
    return record.transcript.generation >= name.generation;
  });
  auto record = made->record;
  record.acknowledgements.clear();
  chain.push_back(std::move(record));
  auto with_it = standing->domain_keys->with(chain, *standing->directory, DomainKeys::Source::own);
  if (!with_it) {
    spdlog::error("keys: {}", with_it.failure().detail);
    co_return;
  }
  if (made->share) {
    auto shares = *standing->shares;
    shares.add(name, *made->share);
    keep_shares(std::move(shares));
  }
  of.adopted = keep(std::move(*with_it));
  if (of.adopted)
    spdlog::info("keys: {}, generation {} is in force", name.key.str(), name.generation);
}

void KeyKeeper::publish_acknowledgements(const Running& of) {
  const auto made = of.making->made();
  const auto name = of.making->name();
  const auto standing = region_.standing();
  const auto* newest = standing->domain_keys->newest(name.key);
  if (!made || newest == nullptr) return;
  if (newest->name() == name) {
    auto messages = made->record.acknowledgements;
    if (!keep(standing->domain_keys->with_acknowledgements(name.key, std::move(messages)))) return;
  }
  // Its secrets have done their work: the polynomial, and the shares as they were sent.
  if (auto ended = of.making->end(); !ended) spdlog::error("keys: {}", ended.failure().detail);
}

}  // namespace sluis::gateway
