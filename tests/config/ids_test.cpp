#include "config/ids.hpp"

#include <catch2/catch.hpp>
#include <set>

namespace sluis::config {
namespace {

TEST_CASE("ids: forms", "[ids]") {
  CHECK(PartnerId::parse("veilig-thuis").ok());
  CHECK(PartnerId::parse(std::string(40, 'a')).ok());
  for (const auto& bad : {std::string(), std::string(41, 'a'), std::string("GGZ"),
                          std::string("a b"), std::string("é"), std::string("a\0b", 3)}) {
    CHECK_FALSE(PartnerId::parse(bad).ok());
  }
  CHECK(Oin::parse("00000099000000002000").ok());
  CHECK_FALSE(Oin::parse("0000009900000000200").ok());
  CHECK_FALSE(Oin::parse("0000009900000000200a").ok());
}

TEST_CASE("ids: UUIDs are version 4, lower case", "[ids]") {
  CHECK(SignalId::parse("0bdf7b61-fa98-499c-9c84-139f7c3aeabb").ok());
  for (const auto* bad :
       {"0BDF7B61-fa98-499c-9c84-139f7c3aeabb", "0bdf7b61-fa98-199c-9c84-139f7c3aeabb",
        "0bdf7b61-fa98-499c-cc84-139f7c3aeabb", "0bdf7b61fa98-499c-9c84-139f7c3aeabb-",
        "{0bdf7b61-fa98-499c-9c84-139f7c3aeabb}", ""}) {
    CHECK_FALSE(SignalId::parse(bad).ok());
  }
}

TEST_CASE("ids: random ones are well formed and differ", "[ids]") {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const auto id = random_uuid();
    CHECK(is_uuid(id));
    CHECK(seen.insert(id).second);
  }
}

TEST_CASE("codes: names are kebab-case and distinct; denied reads as not there", "[result]") {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(Code::internal); ++i) {
    const auto name = code_name(static_cast<Code>(i));
    CHECK(is_slug(name));
    CHECK(names.insert(name).second);
  }
  CHECK(public_message(Code::forbidden) == public_message(Code::not_found));
}

TEST_CASE("Result: asking for the other one is a bug", "[result]") {
  const Result<int> good = 1;
  const Result<int> bad = error(Code::invalid, "x");
  CHECK(*good == 1);
  CHECK_THROWS_AS(good.failure(), std::logic_error);
  CHECK_THROWS_AS(bad.value(), std::logic_error);
  CHECK_THROWS_AS(Result<void>().failure(), std::logic_error);
}

}  // namespace
}  // namespace sluis::config
