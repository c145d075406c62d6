// Transcripts that their holders sign anew after a signKey changed (protocol.md §6), so that who
// comes new can verify them against the directory of today; key_keeper.hpp declares it.
#include <spdlog/spdlog.h>

#include <algorithm>

#include "gateway/core/key_running.hpp"

namespace sluis::gateway {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

// Nobody who has the key waits for these signatures, so a holder that is slow is asked ever less.
constexpr milliseconds first_pause{1000}, most_pause{60'000};

/// Where this partner's signature stands; nothing where it holds nothing of the key.
std::optional<std::size_t> place_of(const Transcript& transcript, const config::PartnerId& id) {
  const auto found = std::ranges::find(transcript.holders, id, &CeremonyMember::id);
  if (found == transcript.holders.end()) return std::nullopt;
  return static_cast<std::size_t>(found - transcript.holders.begin());
}

/// The one that the directory names, where the key file has it.
const crypto::SigningKey* named_key(const GatewayKeys& keys, const config::Directory& directory,
                                    const config::PartnerId& self) {
  const auto* entry = directory.partner(self);
  return entry == nullptr ? nullptr : keys.sign_key(entry->sign_key);
}

}  // namespace

std::string KeyKeeper::signatures_to_do(const KeyRecord& newest, const Standing& standing) const {
  std::string names;
  for (const auto& holder : newest.yet_to_sign(*standing.directory)) {
    if (holder == region_.self() &&
        region_.keys()->sign_key(newest.signed_with[*place_of(newest.transcript, holder)]) ==
            nullptr)
      return "the signKey that we signed this key's transcript with is no longer in the key file, "
             "so "
             "it cannot be signed anew: the region's authorities should name a refresh";
    names += (names.empty() ? "" : ", ") + holder.str();
  }
  if (names.empty()) return {};
  return "not yet signed anew with a new signKey by " + names +
         ": until then a gateway that comes new cannot verify this key";
}

Task<void> KeyKeeper::renew_signatures() {
  const auto standing = region_.standing();
  const auto& directory = *standing->directory;
  std::set<KeyName> by_us, by_others;
  for (const auto& key : standing->domain_keys->names()) {
    const auto& newest = *standing->domain_keys->newest(key);
    for (const auto& holder : newest.yet_to_sign(directory))
      (holder == region_.self() ? by_us : by_others).insert(key);
  }
  for (const auto& key : by_us) co_await sign_anew(key);
  if (signatures_.version != directory.version())
    signatures_ = {directory.version(), first_pause, steady_clock::now()};
  if (by_others.empty() || steady_clock::now() < signatures_.due) co_return;
  co_await collect_signatures(std::move(by_others));
  signatures_.due = steady_clock::now() + signatures_.pause;
  signatures_.pause = std::min(signatures_.pause * 2, most_pause);
}

/// Only what we signed before, by the word of a key that is ours: who can write in the data folder
/// alone must not have another transcript signed.
Task<void> KeyKeeper::sign_anew(KeyName key) {
  const auto standing = region_.standing();
  const auto keys = region_.keys();
  auto record = *standing->domain_keys->newest(key);
  const auto place = place_of(record.transcript, region_.self()).value();
  const auto* sign = named_key(*keys, *standing->directory, region_.self());
  if (sign == nullptr || keys->sign_key(record.signed_with.at(place)) == nullptr) co_return;
  auto work = [sign = *sign, message = record.transcript.signed_bytes()] {
    return sign.sign(message);
  };
  record.transcript.signatures[place] = co_await curve_.run(std::move(work));
  const auto name = record.name();
  auto about = this->record("key.sign", name);
  co_await write_record(std::move(about));
  // The standing may have changed while the record was written.
  const auto now = region_.standing();
  auto signed_anew = now->domain_keys->with_signatures(record, *now->directory);
  if (signed_anew && keep(std::move(*signed_anew)))
    spdlog::info("keys: {}, generation {}: signed anew with our new signKey", name.key.str(),
                 name.generation);
}

Task<void> KeyKeeper::collect_signatures(std::set<KeyName> keys) {
  for (const auto& holder : whom_to_ask(keys)) {
    if (stopping_) co_return;
    auto records = co_await peers_.domain_keys(holder);
    if (!records) {
      spdlog::debug("keys of {}: {}", holder.str(), records.failure().detail);
      continue;
    }
    for (auto& record : *records) {
      if (!keys.contains(record.name().key)) continue;
      auto offered = std::move(record);
      co_await take_signatures(holder, std::move(offered));
    }
  }
}

Task<void> KeyKeeper::take_signatures(config::PartnerId from, KeyRecord record) {
  const auto standing = region_.standing();
  if (!standing->domain_keys->with_signatures(record, *standing->directory)) co_return;
  const auto name = record.name();
  auto about = this->record("key.take", name);
  about.counterparty = from.str();
  about.rule = "signed-anew";
  co_await write_record(std::move(about));
  const auto now = region_.standing();
  auto taken = now->domain_keys->with_signatures(record, *now->directory);
  if (taken && keep(std::move(*taken)))
    spdlog::info("keys: {}, generation {}: signatures made anew, taken from {}", name.key.str(),
                 name.generation, from.str());
}

}  // namespace sluis::gateway
