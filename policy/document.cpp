#include "policy/document.hpp"

#include "policy/rule_index.hpp"

namespace sluis::policy {

Known Known::of(const config::Directory& directory) {
  Known known;
  known.vocabulary = directory.vocabulary();
  for (const auto& partner : directory.partners()) known.partners.insert(partner.id.str());
  for (const auto& domain : directory.domains()) {
    known.recipients.emplace(domain.id.str(), domain.recipient.str());
  }
  return known;
}

Policy::Policy(Document document, const Known& known, crypto::Array<32> hash)
    : document_(std::make_shared<const Document>(std::move(document))),
      index_(std::make_shared<const RuleIndex>(*document_, known)),
      hash_(hash) {}

}  // namespace sluis::policy
