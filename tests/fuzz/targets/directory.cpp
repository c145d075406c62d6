// The signed directory (protocol.md §1): as it comes, which nobody signed, and signed by the
// region's authorities, since an authority too may sign what is wrong.
#include "config/directory.hpp"

#include <algorithm>
#include <set>

#include "policy/document.hpp"
#include "tests/config/region_fixture.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace sluis;
using config::Directory;
using config::Json;

namespace {

std::optional<std::string> signed_by_authorities(Json document) {
  for (const auto* authority : {"authority 1", "authority 2"}) {
    auto next = config::sign_directory(std::move(document), test::signing_key(authority));
    if (!next) return std::nullopt;
    document = std::move(*next);
  }
  return document.dump();
}

void partners_hold(const Directory& directory) {
  std::set<config::PublicKey> keys;
  std::size_t all = 0;
  for (const auto& partner : directory.partners()) {
    fuzz::must(directory.partner(partner.id) == &partner, "a partner is found by its id");
    fuzz::must(directory.partner_by_oin(partner.oin) == &partner, "and by its OIN");
    fuzz::must(!partner.seal_keys.empty(), "and can be sealed to");
    keys.insert({partner.sign_key, partner.log_key, partner.witness_key});
    keys.insert(partner.seal_keys.begin(), partner.seal_keys.end());
    all += 3 + partner.seal_keys.size();
  }
  fuzz::must(keys.size() == all, "no key has two places");
  fuzz::must(!keys.contains(config::PublicKey{}), "no key is zero");
}

void epoch_holds(const Directory& directory, const config::Domain& domain,
                 const config::Epoch& epoch) {
  const std::set<config::PartnerId> holders(epoch.holders.begin(), epoch.holders.end());
  fuzz::must(holders.size() == epoch.holders.size(), "no holder stands twice");
  fuzz::must(!holders.contains(domain.recipient), "the recipient holds no share");
  for (const auto& holder : holders)
    fuzz::must(directory.partner(holder) != nullptr, "a holder is a partner");
  fuzz::must(epoch.threshold >= 2 && epoch.threshold < holders.size(), "2 to n − 1 holders");
  fuzz::must(epoch.from < epoch.until, "an epoch ends after it begins");
  fuzz::must(epoch.generation >= 1 && epoch.attempt >= 1, "generation and attempt count from 1");
  for (const auto k : epoch.lock_thresholds) fuzz::must(k >= 2, "no lock opens for one");
}

void directory_holds(const Directory& directory) {
  fuzz::must(directory.region() == test::trust().region, "it is of this region");
  fuzz::must(directory.valid_from() < directory.valid_until(), "it ends after it begins");
  partners_hold(directory);
  for (const auto& domain : directory.domains()) {
    fuzz::must(directory.domain(domain.id) == &domain, "a domain is found by its id");
    fuzz::must(directory.partner(domain.recipient) != nullptr, "its recipient is a partner");
    for (const auto& epoch : domain.epochs) epoch_holds(directory, domain, epoch);
    (void)Directory::epochs_in_force(domain, directory.valid_from());
  }
  (void)policy::Known::of(directory);
  (void)directory.time_zone().local_day(directory.valid_from());
  const auto again = Directory::read(directory.text(), test::trust());
  fuzz::must(again.ok() && again->hash() == directory.hash(), "its text is the same directory");
  fuzz::must(again->check_successor(directory).ok(), "and may follow itself");
}

}  // namespace

bool fuzz::accepts(std::string_view input) {
  static const config::Trust nobody{
      "zuid-limburg", {test::signing_key("never signs a directory").public_key()}, 1};
  fuzz::must(!Directory::read(input, nobody).ok(), "what no authority signed is refused");
  const bool as_it_is = Directory::read(input, test::trust()).ok();
  auto json = config::parse_json(input);
  if (!json || !json->is_object()) return false;
  const auto text = signed_by_authorities(std::move(*json));
  if (!text) return false;
  const auto directory = Directory::read(*text, test::trust());
  fuzz::must(directory.ok() || !as_it_is, "signing again refuses nothing");
  if (directory) directory_holds(*directory);
  return directory.ok();
}
