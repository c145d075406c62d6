// A region for ceremonies of any size: the one of region_fixture.hpp with partners h1 … h9 besides.
#pragma once

#include <string>
#include <vector>

#include "tests/config/region_fixture.hpp"

namespace sluis::test {

struct Named {
  std::vector<std::string> holders;
  unsigned threshold = 2;
  std::uint64_t generation = 1;
  std::string ceremony = "make";
  std::uint64_t attempt = 1;
  std::vector<std::string> suspended = {};
  std::vector<std::string> new_sign_keys = {};  // these sign with "… new sign"
};

/// "h1" … "hn"
inline std::vector<std::string> holders(unsigned n) {
  std::vector<std::string> ids;
  for (unsigned i = 1; i <= n; ++i) ids.push_back("h" + std::to_string(i));
  return ids;
}

inline config::PartnerId partner_id(const std::string& id) {
  return config::PartnerId::parse(id).value();
}

inline config::Directory directory_naming(const Named& named) {
  const auto has = [](const std::vector<std::string>& list, const std::string& id) {
    return std::find(list.begin(), list.end(), id) != list.end();
  };
  auto document = directory_document();
  for (unsigned i = 1; i <= 9; ++i) {
    const auto id = "h" + std::to_string(i);
    auto partner = partner_document(id, "0000009900000001000" + std::to_string(i));
    if (has(named.suspended, id)) partner["status"] = "suspended";
    if (has(named.new_sign_keys, id)) partner["signKey"] = public_key(id + " new sign");
    document["partners"].push_back(partner);
  }
  auto& epoch = document["domains"][0]["epochs"][0];
  epoch["holders"] = named.holders;
  epoch["threshold"] = named.threshold;
  epoch["generation"] = named.generation;
  epoch["ceremony"] = named.ceremony;
  epoch["attempt"] = named.attempt;
  return directory(document);
}

}  // namespace sluis::test
