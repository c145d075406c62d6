// What the tests of the region's keys ask and wait for.
#pragma once

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "tests/functional/region.hpp"

namespace sluis::test {

inline const std::vector<std::string> key_holders{"veilig-thuis", "politie", "gemeente"};

/// The entry of /keys for this epoch of the demo's domain and this use; null when there is none.
inline Json key_status(TestRegion& region, std::string_view partner, const std::string& epoch,
                       const std::string& use) {
  const auto answer = region.operations(partner, "/keys");
  if (answer.status != 200) return nullptr;
  for (const auto& key : answer.json["keys"])
    if (key["epoch"] == epoch && key["use"] == use) return key;
  return nullptr;
}

/// The demo's epoch, as the directory has it.
inline std::string first_epoch(TestRegion& region) {
  const auto document = Json::parse(contents(region.layout().directory()));
  return document["domains"][0]["epochs"][0]["id"];
}

/// Waits until every partner has this generation of both keys, acknowledged by all.
inline void wait_generation(TestRegion& region, const std::string& epoch, std::uint64_t generation,
                            const std::vector<std::string>& partners) {
  for (const auto& partner : partners)
    for (const std::string use : {"tag", "lock"}) {
      Json last;
      const bool reached = poll_until(within(std::chrono::minutes(2)), [&] {
        last = key_status(region, partner, epoch, use);
        return last.is_object() && last["state"] == "in-force" && last["generation"] == generation;
      });
      if (!reached) throw std::runtime_error(partner + ": " + last.dump(1));
    }
}

inline std::vector<std::string> everybody() {
  std::vector<std::string> all;
  for (const auto& partner : gateway::cli::demo_partners) all.emplace_back(partner.id);
  return all;
}

/// The names of a holder's files of shares and ceremonies.
inline std::vector<std::string> key_files(TestRegion& region, std::string_view partner) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(region.data(partner) / "keys"))
    names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace sluis::test
