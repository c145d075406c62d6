#include "gateway/audit/merkle.hpp"

#include <catch2/catch.hpp>

#include "crypto/encoding.hpp"
#include "crypto/hash.hpp"
#include "gateway/audit/tiles.hpp"
#include "support.hpp"

using namespace sluis;
using namespace sluis::gateway::audit;

namespace {

/// MTH, written as RFC 6962 §2.1 defines it.
Hash by_definition(std::span<const Hash> leaves) {
  if (leaves.empty()) return crypto::sha256({});
  if (leaves.size() == 1) return leaves[0];
  std::size_t k = 1;
  while (2 * k < leaves.size()) k *= 2;
  return node_hash(by_definition(leaves.first(k)), by_definition(leaves.subspan(k)));
}

std::vector<Hash> leaves(std::size_t count) {
  std::vector<Hash> leaves;
  for (std::size_t i = 0; i < count; ++i) {
    leaves.push_back(leaf_hash(crypto::as_view(std::to_string(i))));
  }
  return leaves;
}

}  // namespace

TEST_CASE("the roots of Certificate Transparency's test tree", "[merkle]") {
  const std::vector<std::pair<std::string, std::string>> steps{
      {"", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
      {"00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"},
      {"10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"},
      {"2021", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"},
      {"3031", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"},
      {"40414243", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"},
      {"5051525354555657", "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"},
      {"606162636465666768696a6b6c6d6e6f",
       "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"},
  };
  CompactRange range;
  CHECK(crypto::hex(range.root()) ==
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  for (const auto& [leaf, root] : steps) {
    range.append(leaf_hash(*crypto::from_hex(leaf)));
    CHECK(crypto::hex(range.root()) == root);
  }
  CHECK(range.size() == 8);
}

TEST_CASE("range and tiles give the root that the definition gives", "[merkle]") {
  const auto all = leaves(600);
  CompactRange range;
  TileEdge edge;
  std::size_t full_tiles = 0;
  for (std::size_t n = 0; n <= all.size(); ++n) {
    if (n < 70 || n % 64 < 2) {
      const auto root = by_definition(std::span(all).first(n));
      CHECK(range.root() == root);
      CHECK(edge.root() == root);
    }
    if (n == all.size()) break;
    range.append(all[n]);
    edge.append(all[n], [&](unsigned level, std::uint64_t index, std::span<const Hash> hashes) {
      CHECK(level == 0);
      CHECK(index == full_tiles++);
      CHECK(hashes.size() == tile_width);
      CHECK(hashes[0] == all[index * tile_width]);
    });
  }
  CHECK(full_tiles == 2);
  CHECK(edge.growing(0).size() == 88);
  CHECK(edge.growing(1).size() == 2);
  CHECK(edge.index(0) == 2);
  CHECK(edge.index(1) == 0);
  CHECK(edge.growing(1)[1] == by_definition(std::span(all).subspan(256, 256)));
}

TEST_CASE("a third level of tiles", "[merkle]") {
  const auto all = leaves(256 * 256 + 300);
  TileEdge edge;
  std::vector<std::uint64_t> level_one;
  for (const auto& leaf : all) {
    edge.append(leaf, [&](unsigned level, std::uint64_t index, std::span<const Hash>) {
      if (level == 1) level_one.push_back(index);
    });
  }
  CHECK(level_one == std::vector<std::uint64_t>{0});
  CHECK(edge.levels() == 3);
  CHECK(edge.growing(2).size() == 1);
  CHECK(edge.growing(1).size() == 1);
  CHECK(edge.index(1) == 1);
  CHECK(edge.root() == by_definition(all));
}

TEST_CASE("names of tiles", "[tiles]") {
  CHECK(tile_path(0, 0, 256) == "tile/0/000");
  CHECK(tile_path(2, 999, 3) == "tile/2/999.p/3");
  CHECK(tile_path(0, 1000, 256) == "tile/0/x001/000");
  CHECK(bundle_path(1234067, 256) == "tile/entries/x001/x234/067");
  CHECK(bundle_path(1234067, 17) == "tile/entries/x001/x234/067.p/17");
}

TEST_CASE("a bundle gives back its records, and nothing of one cut short", "[tiles]") {
  std::string bundle;
  const std::vector<std::string> records{"", "a", std::string(300, 'x')};
  for (const auto& record : records) append_to_bundle(bundle, record);
  std::string_view rest = bundle;
  for (const auto& record : records) CHECK(take_from_bundle(rest) == record);
  CHECK_FALSE(take_from_bundle(rest));
  for (std::size_t size = 5; size < bundle.size(); ++size) {
    rest = std::string_view(bundle).substr(0, size);
    CHECK(take_from_bundle(rest) == "");
    CHECK(take_from_bundle(rest) == "a");
    CHECK_FALSE(take_from_bundle(rest));
  }
  CHECK_THROWS(append_to_bundle(bundle, std::string(65536, 'x')));
}
