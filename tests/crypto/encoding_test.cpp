#include "crypto/encoding.hpp"

#include <catch2/catch.hpp>

using namespace sluis::crypto;

TEST_CASE("base64url: RFC 4648 without padding, both ways", "[encoding]") {
  struct Case {
    std::string plain;
    std::string text;
  };
  const auto c = GENERATE(values<Case>({{"", ""},
                                        {"f", "Zg"},
                                        {"fo", "Zm8"},
                                        {"foo", "Zm9v"},
                                        {"foob", "Zm9vYg"},
                                        {"\xfb\xff\xfe", "-__-"}}));
  CHECK(base64url(as_view(c.plain)) == c.text);
  const auto decoded = from_base64url(c.text);
  REQUIRE(decoded);
  CHECK(as_text(*decoded) == c.plain);
}

TEST_CASE("base64url: one text only for each byte string", "[encoding]") {
  const auto text = GENERATE(
      values<std::string>({"Zg==", "Zg=", "Z", "Zm9vY", "Zh", "Zm9", "Zm 8", "Zm8\n", " Zm8",
                           "Zm8.", "+//+", "Zm8\xc3\xa9", std::string("Zm8\0", 4)}));
  CAPTURE(text);
  CHECK_FALSE(from_base64url(text));
}

TEST_CASE("base64url: takes the 64 characters of its alphabet, of all bytes", "[encoding]") {
  const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  for (int byte = 0; byte < 256; ++byte) {
    CAPTURE(byte);
    const auto c = static_cast<char>(byte);
    const bool ours = alphabet.find(c) != std::string::npos;
    const std::string text{'Z', 'm', c, 'v'};
    CHECK(from_base64url(text).has_value() == ours);
    CHECK(array_from_base64url<3>(text).has_value() == ours);
    if (c != '+' && c != '/' && !(ours && c != '-' && c != '_')) CHECK_FALSE(from_base64(text));
  }
}

TEST_CASE("base64url: into an array of exactly its size", "[encoding]") {
  CHECK(array_from_base64url<2>("Zm8") == Array<2>{'f', 'o'});
  CHECK_FALSE(array_from_base64url<1>("Zm8"));
  CHECK_FALSE(array_from_base64url<3>("Zm8"));
  CHECK_FALSE(array_from_base64url<2>("Zm9"));

  Array<3> target{1, 2, 3};
  CHECK_FALSE(base64url_into("Zm8", target));
  CHECK(target == Array<3>{});
}

TEST_CASE("base64: with padding, as strict", "[encoding]") {
  CHECK(base64(as_view("fo")) == "Zm8=");
  CHECK(base64(as_view("\xfb\xff\xfe")) == "+//+");
  CHECK(from_base64("Zm8=") == Bytes{'f', 'o'});
  for (const char* const text :
       {"Zm8", "Zm8==", "Zm9=", "Zm8=\n", "-__-", "Zg=", "=", "Zg==Zg=="}) {
    CAPTURE(text);
    CHECK_FALSE(from_base64(text));
  }
}

TEST_CASE("hex: lower case out, both in", "[encoding]") {
  CHECK(hex(Bytes{0x00, 0xab, 0xff}) == "00abff");
  CHECK(from_hex("00ABff") == Bytes{0x00, 0xab, 0xff});
  CHECK(from_hex("") == Bytes{});
  CHECK(array_from_hex<2>("0102") == Array<2>{1, 2});
  CHECK_FALSE(array_from_hex<2>("010203"));
  for (const char* const text : {"0", "0g", "00 11", "00:11", "0x00"}) {
    CAPTURE(text);
    CHECK_FALSE(from_hex(text));
  }
}
