#include "gateway/audit/proof.hpp"

#include <catch2/catch.hpp>

#include "crypto/encoding.hpp"
#include "gateway/audit/log_reader.hpp"
#include "support.hpp"

using namespace sluis;
using namespace sluis::gateway::audit;
using namespace sluis::gateway::audit::test;

namespace {

std::vector<Hash> leaves(std::size_t count) {
  std::vector<Hash> all;
  for (const auto& record : numbered(count)) all.push_back(leaf_hash(crypto::as_view(record)));
  return all;
}

Subtree over(const std::vector<Hash>& all) {
  return [&all](unsigned level, std::uint64_t index) {
    const auto width = std::size_t{1} << level;
    return CompactRange(std::span(all).subspan(index * width, width)).root();
  };
}

Hash root(const std::vector<Hash>& all, std::size_t size) {
  return CompactRange(std::span(all).first(size)).root();
}

}  // namespace

TEST_CASE("every earlier tree is shown to be the beginning of every later one", "[proof]") {
  const auto all = leaves(40);
  for (std::size_t size = 0; size <= all.size(); ++size) {
    for (std::size_t old = 0; old <= size; ++old) {
      const auto proof = consistency_proof(old, size, over(all)).value();
      CHECK(verify_consistency(old, root(all, old), size, root(all, size), proof));
      if (old == 0 || old == size) {
        CHECK(proof.empty());
        continue;
      }
      // Anything else than what it is of, and it shows nothing.
      CHECK_FALSE(verify_consistency(old, all[0] == root(all, old) ? all[1] : all[0], size,
                                     root(all, size), proof));
      CHECK_FALSE(verify_consistency(old, root(all, old), size, all[0], proof));
      CHECK_FALSE(verify_consistency(old, root(all, old), size + 1, root(all, size), {}));
      auto longer = proof;
      longer.push_back(all[0]);
      CHECK_FALSE(verify_consistency(old, root(all, old), size, root(all, size), longer));
      auto forged = proof;
      forged.back()[0] ^= 1;
      CHECK_FALSE(verify_consistency(old, root(all, old), size, root(all, size), forged));
      const auto shorter = std::span(proof).first(proof.size() - 1);
      CHECK_FALSE(verify_consistency(old, root(all, old), size, root(all, size), shorter));
    }
  }
  CHECK_FALSE(verify_consistency(3, root(all, 3), 2, root(all, 2), {}));
}

TEST_CASE("a subtree that cannot be read gives no proof", "[proof]") {
  CHECK_FALSE(consistency_proof(
      3, 5, [](unsigned, std::uint64_t) -> std::optional<Hash> { return std::nullopt; }));
}

TEST_CASE("the example's proof is reproduced", "[proof]") {
  std::vector<Hash> all;
  for (int i = 0; i < 5; ++i)
    all.push_back(leaf_hash(crypto::as_view("record " + std::to_string(i))));
  const auto proof = consistency_proof(3, 5, over(all)).value();
  REQUIRE(proof.size() == 4);
  CHECK(crypto::base64(proof[0]) == "eQtCVVwoF8KPO6ujvYzB2nR8wC1umQQeZPjGJ0bPBTs=");
  CHECK(crypto::base64(proof[3]) == "4/xhsimX2iSB/tWu1E/YKdvUyNH5pt75w0DiEhlhg+k=");
}

TEST_CASE("proofs come from the published tiles alone, whatever their levels", "[proof]") {
  const TempFolder folder;
  TestLog log(folder.path());
  Publisher publisher(*log.store, folder.path() / "log");
  const std::size_t count = 65'536 + 700;
  log.append(numbered(count));
  REQUIRE(publisher.flush(std::chrono::seconds(30)));
  const LogReader reader(folder.path() / "log" / "2026");
  const auto all = leaves(count);
  for (const std::size_t old : {1UL, 255UL, 256UL, 300UL, 65'535UL, 65'536UL, 65'537UL, 66'000UL}) {
    const auto proof = consistency_proof(old, count, [&](unsigned level, std::uint64_t index) {
      return reader.subtree(level, index, count);
    });
    REQUIRE(proof);
    CHECK(verify_consistency(old, root(all, old), count, root(all, count), *proof));
  }
}
