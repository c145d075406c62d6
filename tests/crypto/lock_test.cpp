#include "crypto/lock.hpp"

#include <catch2/catch.hpp>

#include "crypto/element.hpp"
#include "crypto/encoding.hpp"
#include "crypto/labels.hpp"
#include "crypto/voprf.hpp"
#include "support.hpp"

using namespace sluis::crypto;

namespace {

std::string oin(unsigned number) {
  return "0000009900000000" + std::to_string(1000 + number);
}

struct Locked {
  Array<64> l{};
  Lock lock;
  explicit Locked(std::uint8_t k, std::uint8_t person = 1) : l{person}, lock(l, k) {}
  [[nodiscard]] std::vector<Point> points(unsigned count) const {
    std::vector<Point> result;
    for (unsigned i = 0; i < count; ++i) {
      result.push_back(Point::of(oin(i), lock.share_for(oin(i)).y).value());
    }
    return result;
  }
};

bool same(const std::optional<WrapKey>& a, const WrapKey& b) {
  return a && equal(a->reveal(), b.reveal());
}

Point lie(Point point) {
  point.y = add(point.y, Scalar::from_u64(1));
  return point;
}

}  // namespace

TEST_CASE("protocol.json: from a linkage key to tag, shares, K and C", "[lock]") {
  const auto vectors = test::vectors("protocol.json");
  std::size_t links = 0;
  for (const auto& person : vectors["persons"]) {
    for (const auto& link : person["links"]) {
      ++links;
      const auto kind = link["kind"].get<std::string>();
      const auto value = link["value"].get<std::string>();
      CHECK(hex(oprf_input("zvh", "2026b", "tag", kind, value)) == link["xTag"]);
      CHECK(hex(oprf_input("zvh", "2026b", "lock", kind, value)) == link["xLock"]);

      std::vector<Array<64>> outputs;
      for (const std::string use : {"tag", "lock"}) {
        const auto secret = test::secret_scalar(vectors["keys"][use]["k"]);
        const auto key = test::array<32>(vectors["keys"][use]["K"]);
        const std::vector<Bytes> x{oprf_input("zvh", "2026b", use, kind, value)};
        const auto batch = BlindBatch::blind(x).value();
        const auto answer = evaluate(secret.reveal(), key, batch.elements()).value();
        REQUIRE(verify(key, batch.elements(), answer));
        outputs.push_back(batch.finalize(answer.elements)->front());
      }
      CHECK(hex(outputs[0]) == link["Ftag"]);
      CHECK(hex(outputs[1]) == link["Flock"]);
      CHECK(hex(tag_of(outputs[0])) == link["tag"]);

      for (const auto& expected : link["lock"]) {
        const auto k = expected["k"].get<std::uint8_t>();
        const Lock lock(outputs[1], k);
        const WrapKey key = lock.wrap_key();
        CHECK(hex(key.reveal()) == expected["K"]);
        CHECK(hex(lock.check()) == expected["C"]);
        std::vector<Point> points;
        for (const auto& share : expected["shares"]) {
          const auto sender = share["oin"].get<std::string>();
          CHECK(hex(x_of(sender).bytes) == share["x"]);
          const LockShare made = lock.share_for(sender);
          CHECK(made.k == k);
          CHECK(hex(made.y) == share["y"]);
          CHECK(hex(made.check) == expected["C"]);
          points.push_back(Point::of(sender, made.y).value());
        }
        CHECK(same(open(k, std::span(points).first(k), lock.check()), key));
      }
    }
  }
  CHECK(links == 7);
}

TEST_CASE("protocol.json: c_0 is where the shares' polynomial meets 0", "[lock]") {
  const auto link = test::vectors("protocol.json")["persons"][0]["links"][0];
  const auto& expected = link["lock"][0];
  const auto x0 = x_of(expected["shares"][0]["oin"].get<std::string>());
  const auto x1 = x_of(expected["shares"][1]["oin"].get<std::string>());
  const auto y0 = Scalar::parse(test::bytes(expected["shares"][0]["y"])).value();
  const auto y1 = Scalar::parse(test::bytes(expected["shares"][1]["y"])).value();
  const auto slope = mul(sub(y1, y0), invert(sub(x1, x0)).value());
  CHECK(hex(sub(y0, mul(slope, x0)).bytes) == expected["c0"]);
}

TEST_CASE("lock: below k never opens, k do", "[lock]") {
  const auto k = GENERATE(std::uint8_t{2}, std::uint8_t{3}, std::uint8_t{5});
  const Locked locked(k);
  const auto points = locked.points(k + 1U);
  const auto key = locked.lock.wrap_key();
  CHECK(same(open(k, std::span(points).first(k), locked.lock.check()), key));
  CHECK(same(open(k, std::span(points).last(k), locked.lock.check()), key));
  for (std::size_t count = 0; count < k; ++count) {
    const auto few = std::span(points).first(count);
    CHECK_FALSE(open(k, few, locked.lock.check()));
    CHECK_FALSE(find_opening(k, 0, few, locked.lock.check()).key);
    // Not by calling it a smaller lock, either.
    if (count >= 2) {
      const auto smaller = static_cast<std::uint8_t>(count);
      CHECK_FALSE(open(smaller, few, locked.lock.check()));
    }
  }
  CHECK_FALSE(open(k, points, locked.lock.check()));
}

TEST_CASE("lock: another k, another person, another check, a point twice", "[lock]") {
  const Locked locked(2);
  const auto points = locked.points(2);
  CHECK_FALSE(open(2, points, Lock(locked.l, 3).check()));
  CHECK_FALSE(open(2, points, Locked(2, 2).lock.check()));
  CHECK_FALSE(open(2, std::vector{points[0], Locked(2, 2).points(2)[1]}, locked.lock.check()));
  CHECK_FALSE(open(2, std::vector{points[0], points[0]}, locked.lock.check()));
  CHECK_FALSE(open(2, std::vector{points[0], lie(points[1])}, locked.lock.check()));
  CHECK_FALSE(open(2, std::vector{points[0], Point{Scalar{}, points[1].y}}, locked.lock.check()));
  CHECK_THROWS_AS(Lock(locked.l, 1), std::invalid_argument);
  for (const auto& bad : test::bad_scalars()) CHECK_FALSE(Point::of(oin(0), bad));
  CHECK_FALSE(Point::of(oin(0), Bytes(31)));
}

TEST_CASE("lock: the highest k", "[lock]") {
  const Locked locked(255);
  const auto points = locked.points(255);
  CHECK(same(open(255, points, locked.lock.check()), locked.lock.wrap_key()));
}

TEST_CASE("find_opening: opens around liars and names them", "[lock]") {
  struct Case {
    std::string name;
    std::uint8_t k;
    unsigned points;
    std::vector<std::size_t> liars;
    std::size_t own;
    bool opens;
    std::size_t tried;
  };
  const auto c = GENERATE(values<Case>({
      {"nobody lies", 2, 2, {}, 0, true, 1},
      {"nobody lies, more than needed", 3, 6, {}, 5, true, 1},
      {"the first other lies", 2, 3, {1}, 0, true, 2},
      {"the last one lies and is not needed", 2, 3, {2}, 0, true, 1},
      {"two of five lie", 3, 5, {0, 1}, 4, true, 6},
      {"too many lie", 3, 4, {0, 1}, 3, false, 3},
      {"the one itself lies", 2, 4, {0}, 0, false, 3},
  }));
  DYNAMIC_SECTION(c.name) {
    const Locked locked(c.k);
    auto points = locked.points(c.points);
    for (const std::size_t i : c.liars) points[i] = lie(points[i]);
    const auto opening = find_opening(c.k, c.own, points, locked.lock.check());
    CHECK(same(opening.key, locked.lock.wrap_key()) == c.opens);
    CHECK(opening.off_polynomial == (c.opens ? c.liars : std::vector<std::size_t>{}));
    CHECK(opening.subsets_tried == c.tried);
    CHECK_FALSE(opening.gave_up);
  }
}

TEST_CASE("find_opening: stops at its bound", "[lock]") {
  const Locked locked(3);
  auto points = locked.points(6);
  for (std::size_t i = 1; i < 4; ++i) points[i] = lie(points[i]);
  // C(5, 2) = 10 subsets hold point 0, and only the last one, {0, 4, 5}, opens.
  const auto bounded = find_opening(3, 0, points, locked.lock.check(), 9);
  CHECK_FALSE(bounded.key);
  CHECK(bounded.subsets_tried == 9);
  CHECK(bounded.gave_up);
  const auto enough = find_opening(3, 0, points, locked.lock.check(), 10);
  CHECK(enough.key);
  CHECK(enough.off_polynomial == std::vector<std::size_t>{1, 2, 3});
  CHECK_FALSE(enough.gave_up);

  const auto strangers = locked.points(40);
  const auto never = find_opening(5, 0, strangers, Locked(5, 2).lock.check());
  CHECK_FALSE(never.key);
  CHECK(never.subsets_tried == max_opening_subsets);
  CHECK(never.gave_up);
}

TEST_CASE("find_opening: what it is not asked to do", "[lock]") {
  const Locked locked(2);
  const auto points = locked.points(3);
  CHECK_FALSE(find_opening(2, 3, points, locked.lock.check()).key);
  CHECK_FALSE(find_opening(2, 0, {}, locked.lock.check()).key);
  CHECK_FALSE(find_opening(1, 0, points, locked.lock.check()).key);
  const std::vector twice{points[0], points[1], points[1]};
  CHECK_FALSE(find_opening(2, 0, twice, locked.lock.check()).key);
}

TEST_CASE("lock: two domains, epochs or uses have nothing in common", "[lock]") {
  // Even under one key, which real ones never share.
  const auto key = random_scalar();
  const auto output = [&](const char* domain, const char* epoch, const char* use) {
    const std::vector<Bytes> x{oprf_input(domain, epoch, use, "bsn", "999990019")};
    const auto batch = BlindBatch::blind(x).value();
    const auto public_key = Element::base_mul(key.reveal()).value().bytes();
    const auto answer = evaluate(key.reveal(), public_key, batch.elements()).value();
    return batch.finalize(answer.elements).value().front();
  };
  const auto tag = tag_of(output("zvh", "2026b", "tag"));
  CHECK(tag_of(output("zvh", "2026b", "tag")) == tag);
  CHECK(tag_of(output("ggd", "2026b", "tag")) != tag);
  CHECK(tag_of(output("zvh", "2027a", "tag")) != tag);
  CHECK(tag_of(output("zvh", "2026b", "lock")) != tag);
  const Lock here(output("zvh", "2026b", "lock"), 2), there(output("ggd", "2026b", "lock"), 2);
  const auto key_here = here.wrap_key(), key_there = there.wrap_key();
  CHECK_FALSE(equal(key_here.reveal(), key_there.reveal()));
}
