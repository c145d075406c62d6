#include "gateway/core/tokens.hpp"

#include <catch2/catch.hpp>
#include <thread>

#include "tests/gateway/temporary_folder.hpp"

using namespace sluis;
using namespace std::chrono_literals;
using gateway::TokenFile;

namespace {

class FixedClock final : public config::Clock {
 public:
  [[nodiscard]] config::Timestamp now() const override { return now_; }
  config::Timestamp now_ = config::parse_time("2026-11-22T09:00:00Z").value();
};

const config::Duration ten_days{0, 10, 0};

}  // namespace

TEST_CASE("tokens: one that was created is known, with its name and role", "[core][tokens]") {
  const test::TemporaryFolder folder;
  const auto path = folder / "tokens.json";
  FixedClock clock;
  const auto token = gateway::create_token(path, "ggz-epd", "sender", ten_days, clock);
  REQUIRE(token.ok());
  CHECK(token->size() == 49);
  CHECK(token->starts_with("sluis_"));
  CHECK(test::mode_of(path) == 0600);
  CHECK(test::contents(path).find(token->substr(6)) == std::string::npos);

  TokenFile file(path);
  const auto caller = file.check(*token, clock.now());
  REQUIRE(caller);
  CHECK(caller->name == "ggz-epd");
  CHECK(caller->role == "sender");
  CHECK(caller->id.size() == 8);
}

TEST_CASE("tokens: nobody gets in with another text, or too late", "[core][tokens]") {
  const test::TemporaryFolder folder;
  const auto path = folder / "tokens.json";
  FixedClock clock;
  const auto token = gateway::create_token(path, "ggz-epd", "sender", ten_days, clock).value();
  auto other = token;
  other.back() = other.back() == 'A' ? 'Q' : 'A';
  TokenFile file(path);
  CHECK_FALSE(file.check(other, clock.now()));
  CHECK_FALSE(file.check("", clock.now()));
  CHECK_FALSE(file.check(token + "A", clock.now()));
  CHECK_FALSE(file.check("Sluis_" + token.substr(6), clock.now()));
  CHECK(file.check(token, clock.now() + 240h - 1ms));
  CHECK_FALSE(file.check(token, clock.now() + 240h));
}

TEST_CASE("tokens: a revoked one is out at the next call", "[core][tokens]") {
  const test::TemporaryFolder folder;
  const auto path = folder / "tokens.json";
  FixedClock clock;
  const auto first = gateway::create_token(path, "ggz-epd", "sender", ten_days, clock).value();
  TokenFile file(path);
  REQUIRE(file.check(first, clock.now()));
  const auto second =
      gateway::create_token(path, "zvh", "procesregisseur", ten_days, clock).value();
  CHECK(file.check(second, clock.now()));
  REQUIRE(gateway::revoke_token(path, "ggz-epd").ok());
  CHECK_FALSE(file.check(first, clock.now()));
  CHECK(file.check(second, clock.now()));
  const auto again = gateway::revoke_token(path, "ggz-epd");
  REQUIRE_FALSE(again.ok());
  CHECK(again.failure().code == config::Code::not_found);
  std::filesystem::remove(path);
  CHECK_FALSE(file.check(second, clock.now()));
}

TEST_CASE("tokens: a damaged file leaves the last good one in force", "[core][tokens]") {
  const test::TemporaryFolder folder;
  const auto path = folder / "tokens.json";
  FixedClock clock;
  const auto token = gateway::create_token(path, "ggz-epd", "sender", ten_days, clock).value();
  TokenFile file(path);
  REQUIRE(file.check(token, clock.now()));
  const auto good = test::contents(path);
  test::put(path, "{\"v\":1,");
  CHECK(file.check(token, clock.now()));
  CHECK_FALSE(gateway::create_token(path, "other", "sender", ten_days, clock).ok());
  test::put(path, good);
  CHECK(file.check(token, clock.now()));
}

TEST_CASE("tokens: what cannot be created", "[core][tokens]") {
  const test::TemporaryFolder folder;
  const auto path = folder / "tokens.json";
  FixedClock clock;
  struct Case {
    std::string name, role;
    config::Code code;
  };
  REQUIRE(gateway::create_token(path, "taken", "sender", ten_days, clock).ok());
  const auto c = GENERATE(values<Case>({
      {"taken", "sender", config::Code::conflict},
      {"Upper", "sender", config::Code::invalid},
      {"", "sender", config::Code::invalid},
      {"fine", "boss", config::Code::invalid},
      {"fine", "", config::Code::invalid},
  }));
  const auto created = gateway::create_token(path, c.name, c.role, ten_days, clock);
  REQUIRE_FALSE(created.ok());
  CHECK(created.failure().code == c.code);
  CHECK(gateway::read_tokens(path)->size() == 1);
}

TEST_CASE("tokens: an expired name is free again", "[core][tokens]") {
  const test::TemporaryFolder folder;
  const auto path = folder / "tokens.json";
  FixedClock clock;
  REQUIRE(gateway::create_token(path, "ggz-epd", "sender", ten_days, clock).ok());
  clock.now_ += 240h;
  REQUIRE(gateway::create_token(path, "ggz-epd", "sender", ten_days, clock).ok());
  CHECK(gateway::read_tokens(path)->size() == 1);
}

TEST_CASE("tokens: two writers lose nothing", "[core][tokens]") {
  const test::TemporaryFolder folder;
  const auto path = folder / "tokens.json";
  const FixedClock clock;
  const auto write = [&](const std::string& prefix) {
    for (int i = 0; i < 20; ++i) {
      (void)gateway::create_token(path, prefix + std::to_string(i), "sender", ten_days, clock);
    }
  };
  std::thread one(write, "a"), two(write, "b");
  one.join();
  two.join();
  CHECK(gateway::read_tokens(path)->size() == 40);
}
