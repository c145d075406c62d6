#include "tests/functional/expectation.hpp"

#include <catch2/catch.hpp>

#include "tests/gateway/temporary_folder.hpp"

namespace sluis::test {

namespace {

Json signal(const std::string& id, const Json& person) {
  return {{"id", id}, {"person", person}};
}

const Json anna{{"bsn", "900000004"},
                {"givenNames", "Anna"},
                {"familyName", "Vos"},
                {"birthDate", "1980-01-02"}};
const Json anna_without_bsn{
    {"givenNames", "A."}, {"familyName", "VOS"}, {"birthDate", "1980-01-02"}};
const Json twin{{"bsn", "900000016"},
                {"givenNames", "Arie"},
                {"familyName", "Vos"},
                {"birthDate", "1980-01-02"}};

}  // namespace

TEST_CASE("expectation: the region's data gives what its maker says", "[tools]") {
  const auto data = RegionData::read(SLUIS_REGION_DATA);
  const auto computed = Expectation::of(data), given = Expectation::read(SLUIS_REGION_DATA);
  CHECK(given.matches.size() > 500);
  CHECK(computed.matches == given.matches);
  CHECK(computed.answers == given.answers);
  CHECK(computed.open == given.open);
  CHECK(data.linkage_keys().size() > 4'000);
}

TEST_CASE("expectation: a part of the data is written with what follows from that part",
          "[tools]") {
  const TemporaryFolder folder;
  const auto part = RegionData::read(SLUIS_REGION_DATA).first(40, 5);
  part.write(folder.path());
  const auto back = RegionData::read(folder.path());
  CHECK(back.signals == part.signals);
  CHECK(back.queries.size() == 5);
  CHECK(Expectation::read(folder.path()).open.size() == 200);
}

TEST_CASE("expectation: what contradicts neither links nor opens", "[tools]") {
  RegionData data;
  data.signals["ggz"] = {signal("a", anna)};
  data.signals["politie"] = {signal("b", twin)};
  CHECK(Expectation::of(data).matches.empty());
  data.signals["ggd"] = {signal("c", anna_without_bsn)};
  const auto expected = Expectation::of(data);
  REQUIRE(expected.matches.size() == 1);
  CHECK(expected.matches[0] == Json{{"signals", {"a", "b", "c"}},
                                    {"partners", {"ggd", "ggz", "politie"}},
                                    {"certainty", "probable"},
                                    {"ambiguous", true}});
  for (const auto& each : expected.open) {
    CHECK(each["afterTwo"] == true);
    CHECK(each["afterThree"] == (each["signal"] == "c"));
  }
}

}  // namespace sluis::test
