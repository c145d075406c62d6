#include "crypto/secret.hpp"

#include <catch2/catch.hpp>
#include <ostream>
#include <set>
#include <thread>
#include <type_traits>

#include "crypto/scalar.hpp"

using namespace sluis::crypto;

namespace {
using Key = Secret<struct KeyTag, 32>;
using OtherKey = Secret<struct OtherTag, 32>;

template <class T>
concept Comparable = requires(const T& a) {
  a == a;
};
template <class T>
concept Printable = requires(std::ostream& out, const T& a) {
  out << a;
};
template <class T>
concept Random = requires {
  T::random();
};
template <class T>
concept RevealsTemporary = requires(T&& a) {
  std::move(a).reveal();
};
}  // namespace

TEST_CASE("Secret: what must not compile does not", "[secret]") {
  STATIC_REQUIRE_FALSE(std::is_copy_constructible_v<Key>);
  STATIC_REQUIRE_FALSE(std::is_copy_assignable_v<Key>);
  STATIC_REQUIRE_FALSE(std::is_default_constructible_v<Key>);
  STATIC_REQUIRE_FALSE(std::is_convertible_v<Key, OtherKey>);
  STATIC_REQUIRE_FALSE(Comparable<Key>);
  STATIC_REQUIRE_FALSE(Printable<Key>);
  STATIC_REQUIRE_FALSE(RevealsTemporary<Key>);
  STATIC_REQUIRE(Random<Key>);
  STATIC_REQUIRE_FALSE(Random<SecretScalar>);
}

TEST_CASE("Secret: take empties the source", "[secret]") {
  Array<32> source;
  source.fill(7);
  const Key key = Key::take(source);
  CHECK(source == Array<32>{});
  Array<32> sevens;
  sevens.fill(7);
  CHECK(equal(key.reveal(), sevens));
}

TEST_CASE("Secret: a copy has exactly the size", "[secret]") {
  const Bytes file(32, 9);
  const auto key = Key::copy_of(file);
  REQUIRE(key);
  CHECK(equal(key->reveal(), file));
  CHECK_FALSE(Key::copy_of(Bytes(31, 9)));
  CHECK_FALSE(Key::copy_of(Bytes(33, 9)));
}

TEST_CASE("Secret: a move hands over the pointer, and the old one has nothing to show",
          "[secret]") {
  Key key = Key::random();
  const std::uint8_t* const place = key.reveal().data();
  Key moved = std::move(key);
  CHECK(moved.reveal().data() == place);
  CHECK_THROWS_AS(key.reveal(), std::logic_error);  // NOLINT(bugprone-use-after-move)

  Key target = Key::random();
  target = std::move(moved);
  CHECK(target.reveal().data() == place);
  CHECK_THROWS_AS(moved.reveal(), std::logic_error);  // NOLINT(bugprone-use-after-move)
}

TEST_CASE("Secret: a freed slot has been wiped before it is used again", "[secret]") {
  const std::uint8_t* place = nullptr;
  {
    const Key key = Key::random();
    place = key.reveal().data();
  }
  // The slot that was freed last is handed out first, and its memory stays ours.
  const Key next = Key::filled([](auto) {});
  CHECK(next.reveal().data() == place);
  CHECK(equal(next.reveal(), Array<32>{}));
}

TEST_CASE("Secret: more than one arena, from several threads, none twice", "[secret]") {
  std::vector<std::vector<Key>> held(4);
  std::vector<std::thread> threads;
  for (auto& mine : held) {
    threads.emplace_back([&mine] {
      for (int i = 0; i < 300; ++i) mine.push_back(Key::random());
    });
  }
  for (auto& thread : threads) thread.join();
  std::set<const std::uint8_t*> places;
  std::set<Bytes> values;
  for (const auto& mine : held) {
    for (const Key& key : mine) {
      places.insert(key.reveal().data());
      values.emplace(key.reveal().begin(), key.reveal().end());
    }
  }
  CHECK(places.size() == 1200);
  CHECK(values.size() == 1200);
}

TEST_CASE("SecretBytes: zeroes at first, and moves", "[secret]") {
  SecretBytes memory(100);
  CHECK(equal(memory.reveal(), Bytes(100)));
  memory.bytes()[3] = 1;
  const std::uint8_t* const place = memory.reveal().data();
  const SecretBytes moved = std::move(memory);
  CHECK(moved.reveal().data() == place);
  CHECK(moved.reveal().size() == 100);
  CHECK(memory.reveal().empty());  // NOLINT(bugprone-use-after-move)
}
