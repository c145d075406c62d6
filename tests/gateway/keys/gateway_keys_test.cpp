#include "gateway/keys/gateway_keys.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "config/json.hpp"
#include "crypto/encoding.hpp"
#include "tests/gateway/temporary_folder.hpp"

using namespace sluis;
using gateway::GatewayKeys;

namespace {

const std::string key_a(43, 'A');  // 32 zero bytes

std::string key_file(const std::string& from = "", const std::string& to = "") {
  std::string text = R"({"v":1,"signKeys":["K"],"logKey":"K","witnessKey":"K","storeKey":"K",)"
                     R"("referenceKey":"K","bodyKey":"K","sealKeys":["K","K"]})";
  for (auto at = text.find("\"K\""); at != std::string::npos; at = text.find("\"K\"")) {
    text.replace(at + 1, 1, key_a);
  }
  if (!from.empty()) text.replace(text.find(from), from.size(), to);
  return text;
}

}  // namespace

TEST_CASE("gateway keys: what was created reads back the same", "[core][keys]") {
  const test::TemporaryFolder folder;
  const auto path = folder / "gateway.json";
  const auto created = GatewayKeys::create(path);
  REQUIRE(created.ok());
  CHECK(test::mode_of(path) == 0600);

  const auto read = GatewayKeys::read(path);
  REQUIRE(read.ok());
  CHECK(read->sign.public_key() == created->sign.public_key());
  CHECK(read->log.public_key() == created->log.public_key());
  CHECK(read->witness.public_key() == created->witness.public_key());
  REQUIRE(read->seal.size() == 1);
  CHECK(read->seal[0].public_key() == created->seal[0].public_key());
  CHECK(std::ranges::equal(read->store_key.reveal(), created->store_key.reveal()));
  CHECK(std::ranges::equal(read->reference_key.reveal(), created->reference_key.reveal()));
  CHECK(std::ranges::equal(read->body_key.reveal(), created->body_key.reveal()));
  CHECK(read->sign.public_key() != read->log.public_key());
}

TEST_CASE("gateway keys: a file is never written over", "[core][keys]") {
  const test::TemporaryFolder folder;
  const auto path = folder / "gateway.json";
  REQUIRE(GatewayKeys::create(path).ok());
  const auto before = test::contents(path);
  const auto again = GatewayKeys::create(path);
  REQUIRE_FALSE(again.ok());
  CHECK(again.failure().code == config::Code::conflict);
  CHECK(test::contents(path) == before);
}

TEST_CASE("gateway keys: a file that others may use is refused with what to do", "[core][keys]") {
  const test::TemporaryFolder folder;
  const auto path = folder / "gateway.json";
  REQUIRE(GatewayKeys::create(path).ok());
  const auto mode = GENERATE(0640U, 0604U, 0620U, 0601U);
  test::set_mode(path, mode);
  const auto read = GatewayKeys::read(path);
  REQUIRE_FALSE(read.ok());
  CHECK(read.failure().code == config::Code::forbidden);
  CHECK(read.failure().detail.find("chmod 600") != std::string::npos);
}

TEST_CASE("gateway keys: what does not fit is refused, without a byte of it", "[core][keys]") {
  struct Case {
    std::string name, from, to, said;
  };
  const auto c = GENERATE_COPY(values<Case>({
      {"another version", "\"v\":1", "\"v\":2", "\"v\""},
      {"no version", "\"v\":1,", "", "no \"v\""},
      {"a key too short", key_a, key_a.substr(1), "\"signKeys\""},
      {"padding", key_a, key_a.substr(1) + "=", "\"signKeys\""},
      {"a field missing", "\"logKey\":\"" + key_a + "\",", "", "no \"logKey\""},
      {"a field twice", "\"logKey\"", "\"witnessKey\"", "\"witnessKey\""},
      {"an unknown field", "\"logKey\"", "\"logKeys\"", "unknown field"},
      {"no sign key", "[\"" + key_a + "\"]", "[]", "no \"signKeys\""},
      {"no seal key", "[\"" + key_a + "\",\"" + key_a + "\"]", "[]", "no \"sealKeys\""},
      {"an escape", "\"" + key_a, "\"\\u0041" + key_a.substr(1), "\"signKeys\""},
      {"more after it", "]}", "]} x", "column"},
      {"cut short", "]}", "", "column"},
  }));
  DYNAMIC_SECTION(c.name) {
    const test::TemporaryFolder folder;
    const auto path = folder / "gateway.json";
    test::put(path, key_file(c.from, c.to));
    test::set_mode(path, 0600);
    const auto read = GatewayKeys::read(path);
    REQUIRE_FALSE(read.ok());
    CHECK(read.failure().detail.find(c.said) != std::string::npos);
    CHECK(read.failure().detail.find("AAAA") == std::string::npos);
  }
  SECTION("the file that the cases change is itself good") {
    const test::TemporaryFolder folder;
    const auto path = folder / "gateway.json";
    test::put(path, key_file());
    test::set_mode(path, 0600);
    const auto read = GatewayKeys::read(path);
    REQUIRE(read.ok());
    CHECK(read->seal.size() == 2);
  }
}

TEST_CASE("gateway keys: generated keys are fresh each time", "[core][keys]") {
  CHECK(GatewayKeys::generate().sign.public_key() != GatewayKeys::generate().sign.public_key());
}
