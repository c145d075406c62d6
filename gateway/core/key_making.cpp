#include "gateway/core/key_making.hpp"

#include <spdlog/spdlog.h>

namespace sluis::gateway {

using config::Code;
using config::error;
using config::Result;

namespace {

KeyGeneration name_of(const CeremonyPlan& plan) {
  return KeyRecord{plan.ceremony, {}}.name();
}

}  // namespace

KeyMaking::KeyMaking(const KeyFiles& files, Ceremony ceremony, bool durable)
    : files_(files),
      plan_(ceremony.plan()),
      cer_(ceremony.cer()),
      name_(name_of(plan_)),
      ceremony_(std::move(ceremony)),
      durable_(durable) {}

Result<std::shared_ptr<KeyMaking>> KeyMaking::begin(const KeyFiles& files, CeremonyPlan plan,
                                                    const config::PartnerId& self,
                                                    const crypto::SecretScalar* old_share) {
  auto ceremony = Ceremony::begin(std::move(plan), self, old_share);
  if (!ceremony) return ceremony.failure();
  return std::shared_ptr<KeyMaking>(new KeyMaking(files, std::move(*ceremony), false));
}

Result<std::shared_ptr<KeyMaking>> KeyMaking::restore(const KeyFiles& files,
                                                      const KeyGeneration& name) {
  const auto state = files.read(KeyFiles::Kind::ceremony, name);
  if (!state) return state.failure();
  auto ceremony = Ceremony::restore(state->reveal());
  if (!ceremony) return ceremony.failure();
  return std::shared_ptr<KeyMaking>(new KeyMaking(files, std::move(*ceremony), true));
}

Result<std::vector<RoundMessage>> KeyMaking::exchange(const std::vector<RoundMessage>& from_others,
                                                      const Ceremony::OwnKeys& own) {
  const std::scoped_lock lock(mutex_);
  if (ended_) return error(Code::not_found, "this ceremony has ended");
  for (const auto& message : from_others) {
    const auto taken = ceremony_.receive(message, own);
    if (!taken)
      spdlog::debug("{}: a message of {}: {}", name_.key.str(), message.from.str(),
                    taken.failure().detail);
    else if (*taken)
      durable_ = false;
  }
  trouble_.clear();
  for (bool more = true; more;) {
    const auto advanced = ceremony_.advance(own);
    if (!advanced) trouble_ = advanced.failure().detail;
    more = advanced.ok() && *advanced;
    if (more) durable_ = false;
  }
  if (!durable_) {
    const auto state = ceremony_.serialise();
    if (auto kept = files_.write(KeyFiles::Kind::ceremony, name_, state.reveal()); !kept) {
      trouble_ = kept.failure().detail;
      return kept.failure();
    }
    durable_ = true;
    moved_at_ = std::chrono::system_clock::now();
  }
  return ceremony_.messages();
}

Result<void> KeyMaking::end() {
  const std::scoped_lock lock(mutex_);
  ended_ = true;
  return files_.wipe(KeyFiles::Kind::ceremony, name_);
}

KeyMaking::Look KeyMaking::look() const {
  const std::scoped_lock lock(mutex_);
  return {ceremony_.progress(), ceremony_.messages().size(), trouble_, moved_at_, ended_};
}

std::optional<KeyMaking::Made> KeyMaking::made() const {
  const std::scoped_lock lock(mutex_);
  const auto* transcript = ceremony_.transcript();
  if (transcript == nullptr || !durable_) return std::nullopt;
  Made made{{*transcript, {}}, nullptr};
  for (auto& message : ceremony_.messages())
    if (message.round == Round::acknowledge) made.record.acknowledgements.push_back(message);
  if (const auto* share = ceremony_.share())
    made.share = std::make_shared<const crypto::SecretScalar>(
        crypto::SecretScalar::copy_of(share->reveal()).value());
  return made;
}

}  // namespace sluis::gateway
