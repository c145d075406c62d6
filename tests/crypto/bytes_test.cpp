#include "crypto/bytes.hpp"

#include <catch2/catch.hpp>
#include <thread>
#include <vector>

using namespace sluis::crypto;

TEST_CASE("init: again and from several threads", "[bytes]") {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back([] { init(); });
  for (auto& thread : threads) thread.join();
  CHECK_NOTHROW(init());
}

TEST_CASE("concat: parts in order, a zero byte where it is named", "[bytes]") {
  CHECK(concat({}).empty());
  CHECK(concat({as_view("ab"), as_view(zero_byte), as_view(""), as_view("c")}) ==
        Bytes{'a', 'b', 0, 'c'});
}

TEST_CASE("equal: contents and lengths", "[bytes]") {
  CHECK(equal(as_view("abc"), as_view("abc")));
  CHECK(equal(View{}, View{}));
  CHECK_FALSE(equal(as_view("abc"), as_view("abd")));
  CHECK_FALSE(equal(as_view("abc"), as_view("ab")));
}
