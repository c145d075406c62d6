// The Node programs of this folder, as a test runs them.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "config/json.hpp"
#include "crypto/bytes.hpp"
#include "crypto/encoding.hpp"

namespace sluis::test {

/// Does a job with one of the installed clients, "noble/deal.mjs" say, and gives what it found. The
/// job's file and what the client says are left in `folder`. Throws, with the client's own words,
/// when it refuses what it got, and when it does not end in time.
[[nodiscard]] config::Json run_client(const std::string& client, const config::Json& job,
                                      const std::filesystem::path& folder);

/// Bytes between the test and its clients are hex.
template <class Range>
[[nodiscard]] std::vector<std::string> hex_list(const Range& items) {
  std::vector<std::string> list;
  for (const auto& item : items) list.push_back(crypto::hex(item));
  return list;
}

template <std::size_t N>
[[nodiscard]] crypto::Array<N> from_hex(const config::Json& text) {
  return crypto::array_from_hex<N>(text.get<std::string>()).value();
}

}  // namespace sluis::test
