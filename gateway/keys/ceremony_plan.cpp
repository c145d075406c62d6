#include "gateway/keys/ceremony_plan.hpp"

#include <algorithm>

#include "config/object_reader.hpp"
#include "crypto/encoding.hpp"

namespace sluis::gateway {

using config::Code;
using config::Directory;
using config::error;
using config::Json;
using config::ObjectReader;
using config::Result;

namespace {

const CeremonyMember* member(const std::vector<CeremonyMember>& members,
                             const config::PartnerId& id) {
  const auto found = std::ranges::find(members, id, &CeremonyMember::id);
  return found == members.end() ? nullptr : &*found;
}

/// The holders that the directory names, with their keys of now.
Result<void> set_holders(CeremonyPlan& plan, const config::Epoch& epoch,
                         const Directory& directory) {
  for (const auto& id : epoch.holders) {
    const auto* partner = directory.partner(id);
    if (partner == nullptr || !partner->active) {
      return error(Code::conflict, "holder \"" + id.str() +
                                       "\" is suspended: name others in a directory with "
                                       "ceremony \"reshare\", or make it active again");
    }
    const auto number = static_cast<std::uint32_t>(plan.ceremony.holders.size() + 1);
    plan.ceremony.holders.push_back({number, id, partner->sign_key});
    plan.seal_keys.push_back(partner->seal_keys.front());
  }
  return {};
}

bool same_holders(const Transcript& a, const Transcript& b) {
  const auto same = [](const CeremonyMember& x, const CeremonyMember& y) {
    return x.number == y.number && x.id == y.id;
  };
  return a.threshold == b.threshold && std::ranges::equal(a.holders, b.holders, same);
}

/// t of the old holders that are active now, from place attempt − 1 on.
Result<std::vector<CeremonyMember>> old_holders(const Transcript& previous, std::uint64_t attempt,
                                                const Directory& directory) {
  std::vector<CeremonyMember> active, dealers;
  for (const auto& each : previous.holders) {
    const auto* partner = directory.partner(each.id);
    if (partner == nullptr || !partner->active) continue;
    active.push_back({each.number, each.id, partner->sign_key});
  }
  if (active.size() < previous.threshold) {
    return error(Code::conflict, "only " + std::to_string(active.size()) + " of the " +
                                     std::to_string(previous.threshold) +
                                     " old holders that it takes are active partners");
  }
  const auto first = static_cast<std::size_t>((attempt - 1) % active.size());
  for (std::size_t i = 0; i < previous.threshold; ++i) {
    dealers.push_back(active[(first + i) % active.size()]);
  }
  std::ranges::sort(dealers, {}, &CeremonyMember::number);
  return dealers;
}

Result<void> set_dealers(CeremonyPlan& plan, const Directory& directory) {
  auto& ceremony = plan.ceremony;
  ceremony.dealers = ceremony.holders;
  if (ceremony.ceremony == "make") {
    if (!plan.previous) return {};
    return error(Code::conflict,
                 "a key that is there is not made once more: name \"refresh\" or \"reshare\", or "
                 "a new epoch");
  }
  if (!plan.previous) {
    return error(Code::conflict, "there is no previous key to " + ceremony.ceremony +
                                     ": fetch its transcripts from a partner first");
  }
  if (plan.previous->generation >= ceremony.generation) {
    return error(Code::conflict, "the previous key is of generation " +
                                     std::to_string(plan.previous->generation) + " already");
  }
  ceremony.previous = plan.previous->hash();
  if (ceremony.ceremony == "refresh") {
    if (same_holders(ceremony, *plan.previous)) return {};
    return error(Code::conflict,
                 "a refresh keeps holders, their order and the threshold: name \"reshare\"");
  }
  auto dealers = old_holders(*plan.previous, ceremony.attempt, directory);
  if (!dealers) return dealers.failure();
  ceremony.dealers = std::move(*dealers);
  return {};
}

}  // namespace

std::vector<config::PartnerId> CeremonyPlan::participants() const {
  std::vector<config::PartnerId> all;
  for (const auto* members : {&ceremony.dealers, &ceremony.holders}) {
    for (const auto& each : *members) {
      if (std::ranges::find(all, each.id) == all.end()) all.push_back(each.id);
    }
  }
  return all;
}

const CeremonyMember* CeremonyPlan::dealer(const config::PartnerId& id) const {
  return member(ceremony.dealers, id);
}

const CeremonyMember* CeremonyPlan::holder(const config::PartnerId& id) const {
  return member(ceremony.holders, id);
}

Json CeremonyPlan::json() const {
  Json document{{"ceremony", ceremony.json()}, {"sealKeys", Json::array()}};
  for (const auto& key : seal_keys) document["sealKeys"].push_back(crypto::base64url(key));
  if (previous) document["previous"] = previous->json();
  return document;
}

std::optional<CeremonyPlan> CeremonyPlan::parse(const Json& value, const std::string& pointer,
                                                std::vector<config::Error>& errors) {
  const auto errors_before = errors.size();
  std::optional<CeremonyPlan> parsed;
  ObjectReader::read(value, pointer, errors, [&](ObjectReader& in) {
    const auto* ceremony_value = in.any("ceremony");
    auto seal_keys = in.parsed_list("sealKeys", {1, 255}, config::parse_public_key);
    const auto* previous_value = in.optional_any("previous");
    if (ceremony_value == nullptr) return;
    auto ceremony = Transcript::parse(*ceremony_value, in.key_pointer("ceremony"), errors);
    std::optional<Transcript> previous;
    if (previous_value != nullptr) {
      previous = Transcript::parse(*previous_value, in.key_pointer("previous"), errors);
    }
    if (!ceremony || errors.size() != errors_before) return;
    if (seal_keys.size() != ceremony->holders.size()) in.fault("sealKeys", "not one a holder");
    if (ceremony->previous.has_value() != previous.has_value()) {
      in.fault("previous", "not the one that the ceremony names");
    }
    parsed = CeremonyPlan{std::move(*ceremony), std::move(seal_keys), std::move(previous)};
  });
  if (errors.size() != errors_before) return std::nullopt;
  return parsed;
}

const config::Epoch* named_epoch(const Directory& directory, const config::DomainId& domain,
                                 const config::EpochId& epoch) {
  const auto* of = directory.domain(domain);
  if (of == nullptr) return nullptr;
  const auto found = std::ranges::find(of->epochs, epoch, &config::Epoch::id);
  return found == of->epochs.end() ? nullptr : &*found;
}

Result<CeremonyPlan> plan_ceremony(const Directory& directory, const config::DomainId& domain,
                                   const config::EpochId& epoch, std::string_view use,
                                   const Transcript* previous) {
  const auto name = "domain \"" + domain.str() + "\", epoch \"" + epoch.str() + "\", use \"" +
                    std::string(use) + "\": ";
  const auto* named = named_epoch(directory, domain, epoch);
  if (named == nullptr) return error(Code::not_found, name + "not in the directory");
  CeremonyPlan plan{Transcript{directory.region(),
                               domain,
                               epoch,
                               std::string(use),
                               named->generation,
                               named->ceremony,
                               named->attempt,
                               named->threshold,
                               {},
                               {},
                               std::nullopt,
                               {},
                               {},
                               {},
                               {}},
                    {},
                    previous == nullptr ? std::nullopt : std::optional(*previous)};
  auto done = set_holders(plan, *named, directory);
  if (done) done = set_dealers(plan, directory);
  if (!done) return error(done.failure().code, name + done.failure().detail);
  return plan;
}

}  // namespace sluis::gateway
