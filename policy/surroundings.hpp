// What of a region a policy is laid beside: what a policy may name, and what rules can do there.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "policy/document.hpp"

namespace sluis::policy {

/// For checking, explaining and comparing; deciding does without the rest.
struct Surroundings : Known {
  std::map<std::string, std::string, std::less<>> names;                // by partner
  std::map<std::string, std::set<std::string>, std::less<>> holders;    // by domain, all epochs'
  std::map<std::string, std::set<unsigned>, std::less<>> lock_heights;  // by domain, all epochs'
  std::optional<config::Duration> keep_at_most;  // no policy of the region keeps anything longer

  [[nodiscard]] static Surroundings of(const config::Directory& directory);
  /// For authors: from a directory's text without checking its signatures, or from a document that
  /// has of a directory the words, partners and domains alone, and may have "keepAtMost". Comments
  /// are allowed.
  [[nodiscard]] static config::Result<Surroundings> read(std::string_view text);
};

}  // namespace sluis::policy
