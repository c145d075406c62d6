// The pseudonyms that a person has at this organisation, as a recipient.
#pragma once

#include <vector>

#include "gateway/core/evaluator.hpp"
#include "gateway/core/linkage.hpp"
#include "gateway/core/region.hpp"

namespace sluis::gateway {

struct PersonTag {
  config::DomainId domain;
  config::EpochId epoch;
  std::string kind;
  crypto::Array<32> tag;
};
using PersonTags = std::vector<PersonTag>;

/// For each key, in each epoch in force of each domain that this organisation receives. The holders
/// take part in it and count it; the failures are the evaluator's. What is handed in must live
/// until it ends.
Task<config::Result<PersonTags>> person_tags(Evaluator& evaluator, const Region& region,
                                             const Standing& standing,
                                             const std::vector<LinkageKey>& keys);

}  // namespace sluis::gateway
