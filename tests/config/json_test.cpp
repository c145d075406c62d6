#include "config/json.hpp"

#include <bit>
#include <catch2/catch.hpp>
#include <cstdint>
#include <limits>

namespace sluis::config {
namespace {

std::string refusal(std::string_view text, JsonLimits limits = {}) {
  const auto parsed = parse_json(text, limits);
  return parsed.ok() ? "taken" : parsed.failure().detail;
}

std::string repeat(std::string_view text, std::size_t count) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all += text;
  return all;
}

TEST_CASE("parse_json: takes what RFC 8259 has", "[json]") {
  const auto parsed =
      parse_json(R"( {"a":[1,-2,3.5,true,false,null,"\u00e9\ud83d\ude00"],"b":{}} )");
  REQUIRE(parsed.ok());
  CHECK((*parsed)["a"][0] == 1);
  CHECK((*parsed)["a"][2] == 3.5);
  CHECK((*parsed)["a"][6] == "é😀");
  CHECK(parse_json("0").ok());
  CHECK(parse_json("\"\"").ok());
}

TEST_CASE("parse_json: refuses the rest, with a place and without the text", "[json]") {
  struct Case {
    std::string name, text, detail;
  };
  const auto c = GENERATE(values<Case>({
      {"nothing", "", "line 1, column 1: the text ends too soon"},
      {"cut short", "{\"a\":\n [1", "line 2, column 4: the text ends too soon"},
      {"bytes after it", "{}\n x", "line 2, column 2: more text after the end"},
      {"two values", "1 2", "line 1, column 3: more text after the end"},
      {"a trailing comma", "[1,]", "line 1, column 4: this is not JSON"},
      {"a comment", "{} // x", "line 1, column 4: more text after the end"},
      {"a double key", "{\"a\":1,\n\"a\":2}", "line 2, column 3: double key"},
      {"a double key, spelled otherwise", R"({"a":1,"\u0061":2})", "line 1, column 15: double key"},
      {"bad UTF-8", "[\"\xc3\x28\"]", "line 1, column 4: bad UTF-8"},
      {"an overlong form", "[\"\xc0\xaf\"]", "line 1, column 3: bad UTF-8"},
      {"a surrogate in UTF-8", "[\"\xed\xa0\x80\"]", "line 1, column 4: bad UTF-8"},
      {"half a pair", R"(["\ud83d"])", "line 1, column 9: half of a surrogate pair"},
      {"a control character", "[\"a\tb\"]", "line 1, column 4: a control character in a string"},
      {"too large", "[1e400]", "line 1, column 6: a number that a double can't hold"},
      {"too small", "[1e-400]", "line 1, column 8: a number that a double can't hold"},
      {"an integer that would change", "[9007199254740993]",
       "line 1, column 18: a number that a double can't hold"},
      {"a long integer that would change", "[123456789012345678901]",
       "line 1, column 23: a number that a double can't hold"},
      {"NaN", "[NaN]", "line 1, column 2: this is not JSON"},
      {"a leading zero", "[01]", "line 1, column 3: this is not JSON"},
  }));
  DYNAMIC_SECTION(c.name) {
    CHECK(refusal(c.text) == c.detail);
  }
}

TEST_CASE("parse_json: a fault inside has a pointer", "[json]") {
  CHECK(parse_json(R"({"a":[0,{"b/c":1,"b/c":2}]})").failure().pointer == "/a/1/b~1c");
  CHECK(parse_json(R"({"a":[0,1,9007199254740993]})").failure().pointer == "/a/2");
  CHECK(parse_json(R"([[],[],{"x":{"y":1e-999}}])").failure().pointer == "/2/x/y");
}

TEST_CASE("parse_json: says nothing of the input", "[json]") {
  for (const auto* text : {R"({"a":"geheim)", R"({"a":geheim})", R"("geheim" "geheim")",
                           "\"geheim\xff\"", R"({"bsn":"geheim","bsn":"geheim"})"}) {
    CHECK(refusal(text).find("geheim") == std::string::npos);
  }
}

TEST_CASE("parse_json: depth is bounded, and costs no stack", "[json]") {
  const auto nested = [](std::size_t levels) { return repeat("[", levels) + repeat("]", levels); };
  CHECK(parse_json(nested(32)).ok());
  CHECK(refusal(nested(33)) == "line 1, column 33: deeper than 32 levels");
  CHECK(refusal(repeat("{\"a\":", 100'000)) == "line 1, column 161: deeper than 32 levels");
  CHECK_FALSE(parse_json(repeat("[", 100'000), {.depth = 200'000}).ok());
  CHECK(parse_json(nested(100'000), {.depth = 100'000}).ok());
}

TEST_CASE("parse_json: comments where they are allowed", "[json]") {
  const std::string text = "// why\n{ /* a */ \"a\": 1 // b\n}";
  CHECK(parse_json(text, {.allow_comments = true}).ok());
  CHECK_FALSE(parse_json(text).ok());
  CHECK_FALSE(parse_json("{} /* open", {.allow_comments = true}).ok());
}

TEST_CASE("parse_json: large numbers that a double holds", "[json]") {
  for (const auto* text :
       {"9007199254740992", "-9007199254740992", "9007199254740994", "1152921504606846976",
        "100000000000000000000", "1e308", "5e-324", "0e999", "-0", "0.1"}) {
    INFO(text);
    const auto parsed = parse_json(text);
    REQUIRE(parsed.ok());
    // The canonical form is taken in its turn, and is its own.
    const auto once = jcs(*parsed);
    REQUIRE(once.ok());
    const auto again = parse_json(*once);
    REQUIRE(again.ok());
    CHECK(*jcs(*again) == *once);
  }
}

TEST_CASE("es6_number: RFC 8785 appendix B", "[json][jcs]") {
  struct Case {
    std::uint64_t bits;
    std::string text;
  };
  const auto c = GENERATE(values<Case>({
      {0x0000000000000000, "0"},
      {0x8000000000000000, "0"},
      {0x0000000000000001, "5e-324"},
      {0x8000000000000001, "-5e-324"},
      {0x7fefffffffffffff, "1.7976931348623157e+308"},
      {0xffefffffffffffff, "-1.7976931348623157e+308"},
      {0x4340000000000000, "9007199254740992"},
      {0xc340000000000000, "-9007199254740992"},
      {0x4430000000000000, "295147905179352830000"},
      {0x44b52d02c7e14af5, "9.999999999999997e+22"},
      {0x44b52d02c7e14af6, "1e+23"},
      {0x44b52d02c7e14af7, "1.0000000000000001e+23"},
      {0x444b1ae4d6e2ef4e, "999999999999999700000"},
      {0x444b1ae4d6e2ef4f, "999999999999999900000"},
      {0x444b1ae4d6e2ef50, "1e+21"},
      {0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7"},
      {0x3eb0c6f7a0b5ed8d, "0.000001"},
      {0x41b3de4355555553, "333333333.3333332"},
      {0x41b3de4355555554, "333333333.33333325"},
      {0x41b3de4355555555, "333333333.3333333"},
      {0x41b3de4355555556, "333333333.3333334"},
      {0x41b3de4355555557, "333333333.33333343"},
      {0xbecbf647612f3696, "-0.0000033333333333333333"},
      {0x43143ff3c1cb0959, "1424953923781206.2"},
  }));
  CHECK(es6_number(std::bit_cast<double>(c.bits)) == c.text);
}

TEST_CASE("jcs: RFC 8785 section 3.2.2 and 3.2.3", "[json][jcs]") {
  const auto value = parse_json(R"({
    "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
    "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
    "literals": [null, true, false]
  })");
  CHECK(*jcs(*value) ==
        R"({"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],)"
        R"("string":"€$\u000f\nA'B\"\\\\\"/"})");

  const auto sorting = parse_json(R"({
    "\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh",
    "1": "One", "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control",
    "\u00f6": "Latin Small Letter O With Diaeresis"
  })");
  CHECK(*jcs(*sorting) ==
        "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\xc2\x80\":\"Control\","
        "\"ö\":\"Latin Small Letter O With Diaeresis\",\"€\":\"Euro Sign\","
        "\"😀\":\"Emoji: Grinning Face\",\"\xef\xac\xb3\":\"Hebrew Letter Dalet With Dagesh\"}");
}

TEST_CASE("jcs: refuses what has no canonical form", "[json][jcs]") {
  CHECK_FALSE(jcs(Json(std::numeric_limits<double>::infinity())).ok());
  CHECK_FALSE(jcs(Json(std::uint64_t{9007199254740993})).ok());
  CHECK_FALSE(jcs(Json(std::numeric_limits<std::int64_t>::max())).ok());
  CHECK_FALSE(jcs(Json("\xff")).ok());
  CHECK_FALSE(jcs(Json::object({{"\xff", 1}})).ok());
}

TEST_CASE("is_utf8", "[json]") {
  CHECK(is_utf8("a€😀"));
  CHECK_FALSE(is_utf8("\xf4\x90\x80\x80"));
  CHECK_FALSE(is_utf8("\xe2\x82"));
}

TEST_CASE("extend_pointer: escapes, and leaves out what is no name", "[json]") {
  std::string pointer;
  extend_pointer(pointer, "a/b~c");
  extend_pointer(pointer, std::size_t{3});
  CHECK(pointer == "/a~1b~0c/3");
  extend_pointer(pointer, std::string(65, 'x'));
  extend_pointer(pointer, "a\nb");
  CHECK(pointer == "/a~1b~0c/3");
}

TEST_CASE("locate: from a pointer to a line and a column", "[json]") {
  const std::string text =
      "// settings\n"
      "{ \"é\": 1, \"a\": [ 10, // } ]\n"
      "   {\"b\\\"}\": \"}\", \"c\":   true}, /* \" */ [] ],\n"
      "  \"d/e\" : -1.5 }";
  struct Case {
    std::string pointer;
    Place place;
  };
  const auto c = GENERATE(values<Case>({{"", {2, 1}},
                                        {"/é", {2, 8}},
                                        {"/a", {2, 16}},
                                        {"/a/0", {2, 18}},
                                        {"/a/1", {3, 4}},
                                        {"/a/1/c", {3, 25}},
                                        {"/a/2", {3, 40}},
                                        {"/d~1e", {4, 11}},
                                        {"/a/1/missing", {3, 4}},
                                        {"/a/7", {2, 16}},
                                        {"/missing/x", {2, 1}}}));
  DYNAMIC_SECTION(c.pointer) {
    const Place place = locate(text, c.pointer);
    CHECK(place.line == c.place.line);
    CHECK(place.column == c.place.column);
  }
}

TEST_CASE("join_errors: all at once, each with its place", "[json]") {
  const Error joined = join_errors(
      "x.json is refused", "{\n \"a\": 1 }",
      {error(Code::invalid, "must be a text", "/a"), error(Code::invalid, "is missing", "/b")});
  CHECK(joined.detail ==
        "x.json is refused\n  line 2, column 7: /a: must be a text\n"
        "  line 1, column 1: /b: is missing");
  CHECK(joined.pointer == "/a");
}

}  // namespace
}  // namespace sluis::config
