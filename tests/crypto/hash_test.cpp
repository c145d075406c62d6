#include "crypto/hash.hpp"

#include <catch2/catch.hpp>
#include <thread>

#include "crypto/encoding.hpp"

using namespace sluis::crypto;

TEST_CASE("sha512, sha256: FIPS 180-4's example, whole and in parts", "[hash]") {
  const std::string sha512_abc =
      "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
      "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";
  CHECK(hex(sha512({as_view("abc")})) == sha512_abc);
  CHECK(hex(sha512({as_view("a"), View{}, as_view("bc")})) == sha512_abc);
  CHECK(hex(sha512_32({as_view("ab"), as_view("c")})) == sha512_abc.substr(0, 64));

  const std::string sha256_abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  CHECK(hex(sha256({as_view("abc")})) == sha256_abc);
  CHECK(hex(sha256({as_view("a"), View{}, as_view("bc")})) == sha256_abc);
  CHECK(hex(sha256({})) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_CASE("sha256: each thread has a state of its own", "[hash]") {
  const auto expected = sha256({as_view("abc")});
  std::vector<int> wrong(4);
  std::vector<std::thread> threads;
  for (int& count : wrong) {
    threads.emplace_back([&] {
      for (int i = 0; i < 1000; ++i) count += sha256({as_view("abc")}) == expected ? 0 : 1;
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(wrong == std::vector<int>(4));
}

TEST_CASE("hmac_sha256: RFC 4231, short, usual and long keys", "[hash]") {
  CHECK(hex(hmac_sha256(Bytes(20, 0x0b), {as_view("Hi "), as_view("There")})) ==
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  CHECK(hex(hmac_sha256(as_view("Jefe"), {as_view("what do ya want for nothing?")})) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(hex(hmac_sha256(Bytes(131, 0xaa),
                        {as_view("Test Using Larger Than Block-Size Key - Hash Key First")})) ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}
