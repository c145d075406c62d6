#include "gateway/cli/region_data.hpp"

#include <catch2/catch.hpp>
#include <functional>

#include "tests/gateway/temporary_folder.hpp"

using namespace sluis;
using gateway::cli::Differences;
using gateway::cli::RegionData;
using nlohmann::json;

namespace {

/// Two signals that match and are open after two; a third partner's that is in no match.
struct Data {
  test::TemporaryFolder folder;
  Data() {
    std::filesystem::create_directory(folder / "signals");
    std::filesystem::create_directory(folder / "expect");
    test::put(folder / "signals" / "ggz.jsonl", "{\"id\":\"a\"}\n{\"id\":\"c\"}\n");
    test::put(folder / "signals" / "ggd.jsonl", "{\"id\":\"b\"}\n");
    test::put(folder / "queries.jsonl", "{\"case\":\"Z1\"}\n{\"case\":\"Z2\"}\n");
    test::put(folder / "expect" / "matches.jsonl",
              R"({"signals":["a","b"],"partners":["ggd","ggz"],"certainty":"certain",)"
              R"("ambiguous":false})"
              "\n");
    test::put(folder / "expect" / "open.jsonl",
              "{\"signal\":\"a\",\"afterTwo\":true,\"afterThree\":false}\n"
              "{\"signal\":\"b\",\"afterTwo\":true,\"afterThree\":true}\n"
              "{\"signal\":\"c\",\"afterTwo\":false,\"afterThree\":false}\n");
    test::put(folder / "expect" / "queries.jsonl",
              "{\"case\":\"Z1\",\"signals\":[\"b\",\"a\"],\"partners\":[\"ggd\",\"ggz\"]}\n"
              "{\"case\":\"Z2\",\"signals\":[],\"partners\":[]}\n");
  }
};

json match() {
  return {{"id", "m"},
          {"certainty", "certain"},
          {"ambiguous", false},
          {"partners", {"ggd", "ggz"}},
          {"signals",
           {{{"id", "b"}, {"partner", "ggd"}, {"open", true}},
            {{"id", "a"}, {"partner", "ggz"}, {"open", true}}}}};
}

}  // namespace

TEST_CASE("region data: what is as it must be has no difference", "[cli][compare]") {
  const Data files;
  const auto data = RegionData::read(files.folder.path(), 2);
  REQUIRE(data.ok());
  CHECK(data->queries.size() == 2);
  Differences differences;
  compare_matches(*data, {match()}, differences);
  compare_answer(*data, "Z1", {{"matches", {match()}}}, differences);
  compare_answer(*data, "Z2", {{"matches", json::array()}}, differences);
  CHECK(differences.count() == 0);
}

TEST_CASE("region data: after three, answers keep what is open", "[cli][compare]") {
  const Data files;
  const auto data = RegionData::read(files.folder.path(), 3);
  REQUIRE(data.ok());
  CHECK(data->open == std::set<std::string>{"b"});
  CHECK(data->answers.at("Z1") == std::vector<std::string>{"b"});
  CHECK(data->matches.size() == 1);
}

TEST_CASE("region data: each difference is named", "[cli][compare]") {
  struct Case {
    std::string name;
    std::function<void(json&)> change;
    std::string said;
  };
  const auto c = GENERATE(values<Case>({
      {"less certain", [](json& m) { m["certainty"] = "probable"; }, "must be certain"},
      {"ambiguous", [](json& m) { m["ambiguous"] = true; }, "is not ambiguous"},
      {"a signal too many",
       [](json& m) {
         m["signals"].push_back({{"id", "c"}, {"partner", "ggz"}});
       },
       "1 too many, first c"},
      {"another partner", [](json& m) { m["partners"] = {"ggd"}; }, "1 missing, first ggz"},
      {"another sender", [](json& m) { m["signals"][0]["partner"] = "ggz"; }, "is from ggd"},
      {"not open", [](json& m) { m["signals"][0]["open"] = false; }, "open signals: 1 missing"},
  }));
  DYNAMIC_SECTION(c.name) {
    const Data files;
    const auto data = RegionData::read(files.folder.path(), 2).value();
    auto changed = match();
    c.change(changed);
    Differences differences;
    compare_matches(data, {changed}, differences);
    REQUIRE(differences.count() >= 1);
    CHECK(differences.first().front().find(c.said) != std::string::npos);
  }
}

TEST_CASE("region data: missing and superfluous matches and answers", "[cli][compare]") {
  const Data files;
  const auto data = RegionData::read(files.folder.path(), 2).value();
  Differences none;
  compare_matches(data, {}, none);
  CHECK(none.first().front() == "match with signal a: missing");

  json other{{"id", "other"}, {"signals", {{{"id", "c"}, {"partner", "ggz"}}}}};
  Differences two;
  compare_matches(data, {match(), other}, two);
  CHECK(two.first().front() == "match other: one too many");

  Differences answers;
  compare_answer(data, "Z1", {{"matches", json::array()}}, answers);
  compare_answer(data, "Z2", {{"matches", {match()}}}, answers);
  compare_answer(data, "Z9", json::object(), answers);
  CHECK(answers.count() == 3);
}

TEST_CASE("region data: a damaged line is named by its place alone", "[cli][compare]") {
  const Data files;
  test::put(files.folder / "queries.jsonl", "{\"case\":\"Z1\"}\n{\"bsn\":\"901222835\"\n");
  const auto data = RegionData::read(files.folder.path(), 2);
  REQUIRE_FALSE(data.ok());
  CHECK(data.failure().detail.find("line 2") != std::string::npos);
  CHECK(data.failure().detail.find("901222835") == std::string::npos);
}
