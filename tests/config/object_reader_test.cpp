#include "config/object_reader.hpp"

#include <catch2/catch.hpp>

#include "config/ids.hpp"
#include "config/time.hpp"

namespace sluis::config {
namespace {

using Found = std::vector<std::pair<std::string, std::string>>;

/// What is wrong with `text`, when `fields` reads it.
template <class Fields>
Found faults(std::string_view text, Fields&& fields) {
  const auto json = parse_json(text);
  REQUIRE(json.ok());
  std::vector<Error> errors;
  ObjectReader::read(*json, "", errors, fields);
  Found found;
  for (const Error& each : errors) found.emplace_back(each.pointer, each.detail);
  return found;
}

TEST_CASE("ObjectReader: reads what fits", "[reader]") {
  const auto found = faults(
      R"({"t":"x","n":7,"b":true,"c":"red","id":"ggz","ids":["ggz","ggd"],"day":"2026-02-01",
          "in":{"t":"y"},"list":[{"n":1},{"n":2}],"any":[null]})",
      [](ObjectReader& in) {
        CHECK(in.text("t") == "x");
        CHECK(in.integer("n", {1, 7}) == 7);
        CHECK(in.integer_or("m", 5) == 5);
        CHECK(in.boolean("b"));
        CHECK(in.choice("c", {"red", "blue"}) == "red");
        CHECK(in.parsed("id", PartnerId::parse)->str() == "ggz");
        CHECK(in.parsed_list("ids", {1, 2}, PartnerId::parse).size() == 2);
        CHECK(format_day(in.optional_parsed("day", parse_day).value()) == "2026-02-01");
        CHECK_FALSE(in.optional_parsed("no-day", parse_day));
        CHECK_FALSE(in.optional_text("no-text"));
        in.object("in", [](ObjectReader& inner) { CHECK(inner.text("t") == "y"); });
        CHECK_FALSE(in.optional_object("out", [](ObjectReader&) { FAIL("there is none"); }));
        std::uint64_t sum = 0;
        in.objects("list", {}, [&](ObjectReader& each) { sum += each.integer("n"); });
        CHECK(sum == 3);
        CHECK(in.any("any")->size() == 1);
        CHECK(in.optional_any("none") == nullptr);
      });
  CHECK(found.empty());
}

TEST_CASE("ObjectReader: collects every fault, with its pointer", "[reader]") {
  const auto found = faults(
      R"({"t":1,"long":"abc","n":-1,"f":1.0,"big":9,"b":"true","c":"green","id":"GGZ","ids":["ggz",1],
          "in":{"extra":1},"list":[{},3],"null":null,"what/ever":1})",
      [](ObjectReader& in) {
        CHECK(in.text("t").empty());
        in.text("long", {1, 2});
        in.integer("n");
        in.integer("f");
        in.integer("big", {1, 8});
        in.boolean("b");
        in.choice("c", {"red", "blue"});
        in.parsed("id", PartnerId::parse);
        CHECK(in.parsed_list("ids", {0, 9}, PartnerId::parse).size() == 1);
        in.object("in", [](ObjectReader& inner) { inner.text("t"); });
        in.objects("list", {}, [&](ObjectReader& each) { each.integer("n"); });
        in.optional_text("null");
        in.text("absent");
        in.fault("t", "of our own");
      });
  CHECK(found == Found{{"/t", "must be a text"},
                       {"/long", "must be a text with a length in bytes from 1 to 2"},
                       {"/n", "must be a whole number from 0 to 9007199254740991"},
                       {"/f", "must be a whole number from 0 to 9007199254740991"},
                       {"/big", "must be a whole number from 1 to 8"},
                       {"/b", "must be true or false"},
                       {"/c", "must be one of: red, blue"},
                       {"/id", "not a valid partner id"},
                       {"/ids/1", "must be a text"},
                       {"/in/t", "is missing"},
                       {"/in/extra", "is not a field that is known here"},
                       {"/list/0/n", "is missing"},
                       {"/list/1", "must be an object"},
                       {"/null", "must be a text"},
                       {"/absent", "is missing"},
                       {"/t", "of our own"},
                       {"/what~1ever", "is not a field that is known here"}});
}

TEST_CASE("ObjectReader: what is no object, and lists that do not fit", "[reader]") {
  CHECK(faults("[]", [](ObjectReader&) { FAIL("there are no fields"); }) ==
        Found{{"", "must be an object"}});
  const auto found = faults(R"({"a":{},"b":[1,2]})", [](ObjectReader& in) {
    in.parsed_list("a", {}, PartnerId::parse);
    in.optional_objects("b", {0, 1}, [](ObjectReader&) {});
    in.optional_objects("c", {0, 1}, [](ObjectReader&) {});
    in.optional_parsed_list("d", {}, PartnerId::parse);
  });
  CHECK(found ==
        Found{{"/a", "must be a list"}, {"/b", "must have a number of elements from 0 to 1"}});
}

TEST_CASE("ObjectReader: a boolean that is missing", "[reader]") {
  CHECK(faults("{}", [](ObjectReader& in) { CHECK_FALSE(in.boolean("b")); }) ==
        Found{{"/b", "is missing"}});
}

}  // namespace
}  // namespace sluis::config
