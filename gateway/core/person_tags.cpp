#include "gateway/core/person_tags.hpp"

#include "crypto/labels.hpp"
#include "crypto/lock.hpp"

namespace sluis::gateway {

Task<config::Result<PersonTags>> person_tags(Evaluator& evaluator, const Region& region,
                                             const Standing& standing,
                                             const std::vector<LinkageKey>& keys) {
  PersonTags tags;
  const auto now = region.now();
  for (const auto& domain : standing.directory->domains()) {
    if (domain.recipient != region.self()) continue;
    for (const auto* epoch : config::Directory::epochs_in_force(domain, now)) {
      std::vector<crypto::Bytes> inputs;
      inputs.reserve(keys.size());
      for (const auto& key : keys)
        inputs.push_back(
            crypto::oprf_input(domain.id.str(), epoch->id.str(), "tag", key.kind, key.value));
      KeyName name{domain.id, epoch->id, "tag"};
      auto outputs = co_await evaluator.evaluate(std::move(name), std::move(inputs));
      if (!outputs) co_return outputs.failure();
      for (std::size_t i = 0; i < keys.size(); ++i) {
        tags.push_back({domain.id, epoch->id, keys[i].kind, crypto::tag_of((*outputs)[i])});
        crypto::wipe((*outputs)[i]);
      }
    }
  }
  co_return tags;
}

}  // namespace sluis::gateway
