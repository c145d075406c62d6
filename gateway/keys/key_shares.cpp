#include "gateway/keys/key_shares.hpp"

#include <algorithm>

namespace sluis::gateway {

using config::Code;
using config::error;
using config::Result;

Result<KeyShares> KeyShares::read(const KeyFiles& files) {
  const auto names = files.list(KeyFiles::Kind::share);
  if (!names) return names.failure();
  KeyShares held;
  for (const auto& name : *names) {
    const auto bytes = files.read(KeyFiles::Kind::share, name);
    if (!bytes) return bytes.failure();
    const auto share = crypto::parse_secret_scalar(bytes->reveal());
    if (!share)
      return error(Code::invalid, name.key.str() + ": the file of our share holds no share");
    held.add(name, *share);
  }
  return held;
}

Result<void> KeyShares::write(const KeyFiles& files, const KeyGeneration& of,
                              const crypto::SecretScalar& share) {
  return files.write(KeyFiles::Kind::share, of, share.reveal());
}

void KeyShares::add(const KeyGeneration& of, const crypto::SecretScalar& share) {
  shares_.insert_or_assign(of, std::make_shared<const crypto::SecretScalar>(
                                   crypto::SecretScalar::copy_of(share.reveal()).value()));
}

const crypto::SecretScalar* KeyShares::find(const KeyGeneration& of) const {
  const auto found = shares_.find(of);
  return found == shares_.end() ? nullptr : found->second.get();
}

std::vector<KeyGeneration> KeyShares::list() const {
  std::vector<KeyGeneration> names;
  for (const auto& [name, share] : shares_) names.push_back(name);
  return names;
}

Result<void> KeyShares::check(const DomainKeys& keys, const config::PartnerId& self) const {
  for (const auto& [name, share] : shares_) {
    const auto* set = keys.find(name);
    if (set == nullptr) continue;
    const auto holder = std::find_if(set->holders.begin(), set->holders.end(),
                                     [&](const auto& each) { return each.id == self; });
    const auto mine = crypto::Element::base_mul(share->reveal());
    if (holder == set->holders.end() || !mine || *mine != holder->public_key)
      return error(Code::invalid, name.key.str() + ", generation " +
                                      std::to_string(name.generation) +
                                      ": our share is not the one that the holders signed for; "
                                      "restore the folder of shares from a backup");
  }
  return {};
}

}  // namespace sluis::gateway
