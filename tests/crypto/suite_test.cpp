#include "crypto/suite.hpp"

#include <catch2/catch.hpp>

#include "crypto/encoding.hpp"
#include "support.hpp"

using namespace sluis::crypto;

TEST_CASE("Expander: RFC 9380's vectors for expand_message_xmd with SHA-512", "[suite]") {
  const auto vectors = test::vectors("rfc9380-expand-message-xmd-sha512.json");
  const suite::Expander expander(vectors["DST"].get<std::string>());
  REQUIRE(vectors["tests"].size() == 10);
  for (const auto& vector : vectors["tests"]) {
    const auto message = vector["msg"].get<std::string>();
    const auto expected = vector["uniform_bytes"].get<std::string>();
    CAPTURE(message, expected);
    Bytes uniform(expected.size() / 2);
    expander.expand({as_view(message)}, uniform);
    CHECK(hex(uniform) == expected);
    const auto half = View(as_view(message)).first(message.size() / 2);
    Bytes in_parts(uniform.size());
    expander.expand({half, as_view(message).subspan(half.size())}, in_parts);
    CHECK(in_parts == uniform);
  }
}

TEST_CASE("Expander: the suite's 64 bytes are those of any length", "[suite]") {
  const suite::Expander expander(suite::group_dst);
  Bytes uniform(64);
  expander.expand({as_view("x")}, uniform);
  CHECK(equal(expander.expand({as_view("x")}), uniform));
  CHECK(equal(suite::uniform_for_group(as_view("x")), uniform));
}

TEST_CASE("Expander: the longest, and what RFC 9380 lets no one ask for", "[suite]") {
  const suite::Expander longest(std::string(255, 'a'));
  CHECK_THROWS_AS(suite::Expander(std::string(256, 'a')), std::invalid_argument);
  Bytes uniform(suite::max_expanded_bytes);
  longest.expand({as_view("x")}, uniform);
  CHECK(View(uniform).last(64).size() == 64);
  CHECK_FALSE(equal(View(uniform).last(64), Bytes(64)));
  uniform.push_back(0);
  CHECK_THROWS_AS(longest.expand({as_view("x")}, uniform), std::invalid_argument);
}
