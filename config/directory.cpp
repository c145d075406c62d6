#include "config/directory.hpp"

#include <algorithm>

#include "crypto/encoding.hpp"
#include "crypto/labels.hpp"

namespace sluis::config {
namespace {

Error not_a_successor(std::string why) {
  return error(Code::conflict, "directory refused: " + std::move(why));
}

Result<void> check_epochs(const Domain& next, const Domain& previous) {
  for (const Epoch& before : previous.epochs) {
    const auto epoch = std::ranges::find(next.epochs, before.id, &Epoch::id);
    if (epoch == next.epochs.end()) continue;
    const std::string name = "epoch " + before.id.str() + " of domain " + next.id.str();
    if (epoch->lock_thresholds != before.lock_thresholds) {
      return not_a_successor("lockThresholds of " + name +
                             " changed; they may only in a new epoch");
    }
    if (epoch->generation < before.generation) {
      return not_a_successor(name + " goes back from generation " +
                             std::to_string(before.generation) + " to " +
                             std::to_string(epoch->generation));
    }
  }
  return {};
}

}  // namespace

Result<void> Directory::usable_at(Timestamp now) const {
  if (now < valid_from_) {
    return error(Code::expired, "the directory is valid from " + format_time(valid_from_) + " on");
  }
  if (now > valid_until_) {
    return error(Code::expired, "the directory expired at " + format_time(valid_until_) +
                                    "; ask the region's authorities for a new version");
  }
  return {};
}

Result<void> Directory::check_successor(const Directory& previous) const {
  if (region_ != previous.region_) {
    return not_a_successor("it is of region " + region_ + ", not " + previous.region_);
  }
  if (version_ < previous.version_) {
    return not_a_successor("version " + std::to_string(version_) + " is lower than " +
                           std::to_string(previous.version_) + ", the highest seen");
  }
  if (version_ == previous.version_ && hash_ != previous.hash_) {
    return not_a_successor("version " + std::to_string(version_) +
                           " was seen before with another content");
  }
  for (const Domain& before : previous.domains_) {
    const Domain* next = domain(before.id);
    if (next == nullptr) continue;
    if (next->recipient != before.recipient) {
      return not_a_successor("domain " + before.id.str() + " may never change its recipient");
    }
    if (auto epochs = check_epochs(*next, before); !epochs.ok()) return epochs;
  }
  return {};
}

const Partner* Directory::partner(const PartnerId& id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &partners_[found->second];
}

const Partner* Directory::partner_by_oin(const Oin& oin) const {
  const auto found = by_oin_.find(oin);
  return found == by_oin_.end() ? nullptr : &partners_[found->second];
}

const Domain* Directory::domain(const DomainId& id) const {
  const auto found = std::ranges::find(domains_, id, &Domain::id);
  return found == domains_.end() ? nullptr : &*found;
}

std::vector<const Epoch*> Directory::epochs_in_force(const Domain& domain, Timestamp now) {
  std::vector<const Epoch*> in_force;
  for (const Epoch& epoch : domain.epochs) {
    if (epoch.from <= now && now < epoch.until) in_force.push_back(&epoch);
  }
  return in_force;
}

Result<PublicKey> parse_public_key(std::string_view text) {
  const auto bytes = crypto::from_base64url(text);
  if (!bytes) return error(Code::invalid, "must be base64url without padding");
  PublicKey key{};
  if (bytes->size() != key.size()) {
    return error(Code::invalid, std::to_string(bytes->size()) + " bytes, want 32");
  }
  std::ranges::copy(*bytes, key.begin());
  if (key == PublicKey{}) return error(Code::invalid, "is no key: all zeroes");
  return key;
}

Result<Json> sign_directory(Json document, const crypto::SigningKey& key) {
  if (!document.is_object()) return error(Code::invalid, "a directory must be a JSON object");
  Json signatures = document.value("signatures", Json::array());
  if (!signatures.is_array()) {
    return error(Code::invalid, "must be a list", "/signatures");
  }
  document.erase("signatures");
  const auto signed_text = jcs(document);
  if (!signed_text.ok()) return signed_text.failure();
  const std::string name = crypto::base64url(key.public_key());
  const auto signature = key.sign(crypto::directory_signed(*signed_text));

  Json kept = Json::array();
  for (Json& each : signatures) {
    if (!each.is_object() || each.value("key", Json()) != name) kept.push_back(std::move(each));
  }
  kept.push_back({{"key", name}, {"signature", crypto::base64url(signature)}});
  document["signatures"] = std::move(kept);
  return document;
}

}  // namespace sluis::config
