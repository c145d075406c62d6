// The region of the configuration tests as a policy knows it, and the example of policy/README.md.
#pragma once

#include <fstream>
#include <sstream>
#include <string>

#include "config/json.hpp"
#include "policy/document.hpp"
#include "tests/config/region_fixture.hpp"

namespace sluis::test {

inline const policy::Known& known() {
  static const policy::Known known = policy::Known::of(directory());
  return known;
}

/// The policy of ggz, with a rule of every sort.
inline config::Json policy_document() {
  using config::Json;
  return {{"organisation", "ggz"},
          {"version", 7},
          {"validUntil", "2027-06-30"},
          {"send",
           {{{"id", "ggz-zvh"},
             {"to", {"zvh"}},
             {"themes", {"verward-hoog-risico-gedrag"}},
             {"severityAtLeast", "hoog"},
             {"purposes", {"persoonsgerichte-aanpak"}},
             {"legalBasis", "wgbo-conflict-van-plichten"},
             {"identifiers", {"bsn", "name-dob"}},
             {"shares", {"severity", "observedAt", "contact"}},
             {"revealAfterPartners", 2},
             {"keep", "P180D"},
             {"followUpWithin", "P5D"},
             {"until", "2027-01-01"}}}},
          {"accept",
           {{{"id", "from-all"}, {"from", {"*"}}, {"themes", {"*"}}, {"keepAtMost", "P365D"}}}},
          {"query",
           {{{"id", "regie"},
             {"roles", {"procesregisseur"}},
             {"purposes", {"persoonsgerichte-aanpak"}},
             {"themes", {"*"}},
             {"shows", {"contact"}},
             {"perDay", 1000},
             {"caseRequired", true}}}},
          {"evaluate",
           {{{"id", "vt-zvh"},
             {"partner", "veilig-thuis"},
             {"domain", "zvh"},
             {"perDay", {{"tag", 20000}, {"lock", 10000}}}}}},
          {"forbid", Json::array()}};
}

inline policy::Policy policy_of(const config::Json& document) {
  return policy::read_policy(document.dump(1), known()).value();
}

}  // namespace sluis::test
