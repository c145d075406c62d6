#include "tests/functional/scanner.hpp"

#include <catch2/catch.hpp>
#include <set>

#include "crypto/encoding.hpp"
#include "tests/functional/canary.hpp"
#include "tests/gateway/temporary_folder.hpp"

namespace sluis::test {

namespace {

const std::string needle = "Wqztplkëmxrtgb";

std::string utf16_of_ascii(std::string_view text, bool little_endian) {
  std::string bytes;
  for (const char c : text) bytes += little_endian ? std::string{c, '\0'} : std::string{'\0', c};
  return bytes;
}

std::vector<Leak> leaks_in(const Scanner& scanner, std::string_view text) {
  std::vector<Leak> leaks;
  scanner.scan(text, "text", leaks);
  return leaks;
}

}  // namespace

TEST_CASE("scanner: what is planted once is found, however it is written", "[tools]") {
  const std::string plain = "Wqztplkmxrtgb", noise = "\x01 {\"x\":\"", more = "\"}\xff\x00";
  const auto base64 = [&](std::size_t before, bool url) {
    const auto text = std::string(before, 'x') + plain + "yz";
    return url ? crypto::base64url(crypto::as_view(text)) : crypto::base64(crypto::as_view(text));
  };
  struct Case {
    std::string name, text, encoding;
  };
  const auto c = GENERATE_COPY(values<Case>({
      {"as it is", plain, "plain"},
      {"base64, nothing before", base64(0, false), "base64 at 0"},
      {"base64, one byte before", base64(1, false), "base64 at 1"},
      {"base64, two bytes before", base64(2, false), "base64 at 2"},
      {"base64, four bytes before", base64(4, false), "base64 at 1"},
      {"hex", crypto::hex(crypto::as_view(plain)), "hex"},
      {"UTF-16LE", utf16_of_ascii(plain, true), "UTF-16LE"},
      {"UTF-16BE", utf16_of_ascii(plain, false), "UTF-16BE"},
  }));
  DYNAMIC_SECTION(c.name) {
    const Scanner scanner({plain, "something else", "and another one"});
    const auto leaks = leaks_in(scanner, noise + c.text + more);
    REQUIRE(leaks.size() == 1);
    CHECK(leaks[0].needle == plain);
    CHECK(leaks[0].encoding == c.encoding);
    CHECK(leaks_in(scanner, noise + more).empty());
  }
}

TEST_CASE("scanner: the alphabets of base64 and the escapes of JSON are both known", "[tools]") {
  const Scanner scanner({needle, "<?<?>>>~~~~"});
  const std::string other = "<?<?>>>~~~~";
  CHECK(leaks_in(scanner, crypto::base64url(crypto::as_view(other))).size() == 1);
  CHECK(leaks_in(scanner, crypto::base64(crypto::as_view(other))).size() == 1);
  CHECK(leaks_in(scanner, "{\"name\":\"Wqztplk\\u00ebmxrtgb\"}").size() == 1);
  CHECK(leaks_in(scanner, "Wqztplk\\u00EBmxrtgb").size() == 1);
  std::string escaped;
  for (const char c : std::string("Wqztplk"))
    escaped += "\\u00" + crypto::hex(crypto::as_view({&c, 1}));
  escaped += "\\u00eb";
  for (const char c : std::string("mxrtgb"))
    escaped += "\\u00" + crypto::hex(crypto::as_view({&c, 1}));
  CHECK(leaks_in(scanner, escaped).size() == 1);
  auto capitals = crypto::hex(crypto::as_view(needle));
  for (auto& c : capitals) c = static_cast<char>(std::toupper(c));
  CHECK(leaks_in(scanner, capitals).size() == 1);
}

TEST_CASE("scanner: a number inside a trace id or UUID is chance, beside anything else a leak",
          "[tools]") {
  const Scanner scanner({"955709222"});
  CHECK(leaks_in(scanner, "bsn\"955709222\"").size() == 1);
  CHECK(leaks_in(scanner, "bsn|955709222|").size() == 1);
  CHECK(leaks_in(scanner, "ab955709222cd").size() == 1);
  CHECK(leaks_in(scanner, std::string("\x00\x31", 2) + "955709222").size() == 1);
  CHECK(leaks_in(scanner, "0af7651916cd955709222211c80319c0").empty());
  CHECK(leaks_in(scanner, "0bdf7b61-fa98-499c-9c84-1955709222bb").empty());
  CHECK(leaks_in(scanner, "0bdf7b61-fa98-499c-9c84-139955709222").empty());
  CHECK(leaks_in(scanner, "0bdf7b61-fa98-499c-9c84-139f7c3aeabb 955709222").size() == 1);
}

TEST_CASE("scanner: looks into every file, its name too, with tens of thousands of needles",
          "[tools]") {
  const TemporaryFolder folder;
  std::mt19937_64 random(7);
  std::vector<std::string> needles;
  for (int i = 0; i < 20'000; ++i) needles.push_back(made_up_bsn(random));
  const Scanner scanner(needles);
  std::string noise(4'000'000, '\0');
  for (auto& c : noise) c = static_cast<char>(random());
  std::filesystem::create_directories(folder / "a" / "b");
  put(folder / "a" / "b" / "noise", noise);
  put(folder / "a" / "empty", "");
  CHECK(scanner.scan_folder(folder.path()).empty());
  put(folder / "a" / "b" / "end", noise + needles[19'999]);
  put(folder / "a" / ("x" + needles[3]), "");
  std::set<std::string> found;
  for (const auto& leak : scanner.scan_folder(folder.path())) found.insert(leak.needle);
  CHECK(found == std::set{needles[3], needles[19'999]});
  CHECK_THROWS(Scanner({"tooshort"}));
}

TEST_CASE("canary: every value is new, its BSN passes, the wrong ones do not", "[tools]") {
  Aviary aviary(3);
  std::set<std::string> numbers;
  for (int i = 0; i < 200; ++i) numbers.insert(aviary.person().bsn);
  CHECK(numbers.size() == 200);
  for (const auto& needle : aviary.needles())
    CHECK(needle.size() >= Scanner::shortest_needle_bytes);
  const auto signal = aviary.signal(aviary.person(), "verward-hoog-risico-gedrag");
  const Scanner scanner(aviary.needles());
  std::vector<Leak> leaks;
  scanner.scan(signal.dump(), "signal", leaks);
  std::set<std::string> found;
  for (const auto& leak : leaks) found.insert(leak.needle);
  for (const auto* field : {"bsn", "givenNames", "familyName", "birthDate", "houseNumber"})
    CHECK(found.contains(signal["person"][field].get<std::string>()));
  CHECK(found.contains(signal["contact"]["name"].get<std::string>()));
  CHECK(found.contains(signal["payload"]["nested"]["note"].get<std::string>()));
}

}  // namespace sluis::test
