// /peer/v1/evaluations: a holder answers partners, within their budgets, and nobody else.
#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "crypto/element.hpp"
#include "crypto/encoding.hpp"
#include "crypto/voprf.hpp"
#include "tests/functional/region.hpp"

namespace sluis::test {

namespace {

constexpr std::size_t budget = 12;

Json blinded(std::size_t count) {
  std::vector<crypto::Bytes> inputs;
  for (std::size_t i = 0; i < count; ++i) inputs.push_back({static_cast<std::uint8_t>(i), 1});
  const auto batch = crypto::BlindBatch::blind(inputs).value();
  Json list = Json::array();
  for (const auto& element : batch.elements()) list.push_back(crypto::base64url(element));
  return list;
}

/// One region for all of these.
struct Fixture {
  Fixture() : region({"--evaluations-per-day", std::to_string(budget)}) {
    region.start();
    const auto document = Json::parse(contents(region.layout().directory()));
    epoch = document["domains"][0]["epochs"][0]["id"];
  }
  [[nodiscard]] Json request(const Json& elements) const {
    return {{"domain", "zvh"},
            {"epoch", epoch},
            {"generation", 1},
            {"use", "tag"},
            {"holders", {"politie", "gemeente"}},
            {"blinded", elements}};
  }
  Answer ask(const Json& body, std::string_view as = "ggz", std::string_view holder = "politie") {
    return region.peer(holder, region.identity(as),
                       {"POST", "/peer/v1/evaluations", body.dump(), "application/json"});
  }
  void check_refused(const Json& body, int status, const std::string& code,
                     const std::vector<std::string>& pointers = {}, std::string_view as = "ggz",
                     std::string_view holder = "politie") {
    const auto kept = region.kept(holder);
    const auto before = count(region.records(holder), "evaluation.answer", "deny", code);
    const auto answer = ask(body, as, holder);
    INFO(answer.body << answer.failure);
    CHECK(answer.status == status);
    CHECK(answer.code() == code);
    CHECK(answer.pointers() == pointers);
    CHECK(count(region.records(holder), "evaluation.answer", "deny", code) == before + 1);
    CHECK(region.kept(holder) == kept);
  }

  TestRegion region;
  std::string epoch;
};

Fixture& fixture() {
  static Fixture made;
  return made;
}

}  // namespace

TEST_CASE("peer: an evaluation is answered, proved, counted and recorded", "[peer]") {
  auto& f = fixture();
  const auto before = f.region.kept("politie").budget;
  const auto answer = f.ask(f.request(blinded(3)), "veilig-thuis");
  INFO(answer.body << answer.failure);
  REQUIRE(answer.status == 200);
  CHECK(answer.json["generation"] == 1);
  CHECK(answer.json["evaluated"].size() == 3);
  CHECK(crypto::array_from_base64url<64>(answer.json["proof"].get<std::string>()));
  CHECK(f.region.kept("politie").budget == before + 3);
  const auto records = f.region.records("politie");
  CHECK(std::ranges::any_of(records, [](const Json& record) {
    return record["action"] == "evaluation.answer" && record["outcome"] == "permit" &&
           record["count"] == 3 && record["counterparty"] == "veilig-thuis";
  }));
}

TEST_CASE("peer: over a day's budget nothing is evaluated, also not a part", "[peer]") {
  auto& f = fixture();
  REQUIRE(f.ask(f.request(blinded(budget - 2)), "ggd").status == 200);
  f.check_refused(f.request(blinded(3)), 429, "over-budget", {}, "ggd");
  const auto wait = std::stoul(f.ask(f.request(blinded(3)), "ggd").header("Retry-After"));
  CHECK(wait > 24 * 3600 - 60);  // what was used a moment ago counts for 24 hours
  CHECK(wait <= 24 * 3600 + 600);
  CHECK(f.ask(f.request(blinded(2)), "ggd").status == 200);
  f.check_refused(f.request(blinded(1)), 429, "over-budget", {}, "ggd");
  auto lock = f.request(blinded(budget));
  lock["use"] = "lock";  // a budget of its own
  CHECK(f.ask(lock, "ggd").status == 200);
  f.check_refused(f.request(blinded(budget + 1)), 429, "over-budget");  // more than a whole day's
}

TEST_CASE("peer: an evaluation that is not one is refused with its own code", "[peer]") {
  auto& f = fixture();
  const auto good = blinded(2);
  auto request = f.request(good);
  SECTION("of the identity") {
    request["blinded"][1] = crypto::base64url(crypto::Array<32>{});
    f.check_refused(request, 400, "invalid", {"/blinded/1"});
  }
  SECTION("of an element that is not canonical") {
    crypto::Array<32> element;
    element.fill(0xff);
    request["blinded"][0] = crypto::base64url(element);
    f.check_refused(request, 400, "invalid", {"/blinded/0"});
  }
  SECTION("of 31 bytes") {
    request["blinded"][0] = crypto::base64url(crypto::View(crypto::Array<31>{}));
    f.check_refused(request, 400, "invalid", {"/blinded/0"});
  }
  SECTION("of nothing") {
    request["blinded"] = Json::array();
    f.check_refused(request, 400, "invalid", {"/blinded"});
  }
  SECTION("of 1,025 elements") {
    request["blinded"] = Json(1025, good[0]);
    f.check_refused(request, 413, "too-large", {"/blinded"});
  }
  SECTION("under a generation that is not there") {
    request["generation"] = 2;
    f.check_refused(request, 409, "generation");
  }
  SECTION("for holders without the one asked") {
    request["holders"] = {"veilig-thuis", "gemeente"};
    f.check_refused(request, 400, "invalid", {"/holders"});
  }
  SECTION("for one holder twice") {
    request["holders"] = {"politie", "politie"};
    f.check_refused(request, 400, "invalid", {"/holders"});
  }
  SECTION("for more holders than the threshold") {
    request["holders"] = {"politie", "gemeente", "veilig-thuis"};
    f.check_refused(request, 400, "invalid", {"/holders"});
  }
  SECTION("for somebody who holds nothing") {
    request["holders"] = {"politie", "ggd"};
    f.check_refused(request, 400, "invalid", {"/holders"});
  }
  SECTION("for an unknown use") {
    request["use"] = "sleutel";
    f.check_refused(request, 400, "invalid", {"/use"});
  }
  SECTION("in a domain that is not there") {
    request["domain"] = "elders";
    f.check_refused(request, 403, "forbidden");
  }
  SECTION("in an epoch that is not there") {
    request["epoch"] = "1999a";
    f.check_refused(request, 403, "forbidden");
  }
  SECTION("at a partner that is no holder") {
    f.check_refused(request, 403, "forbidden", {}, "ggz", "ggd");
  }
  SECTION("with a field too many") {
    request["extra"] = 1;
    f.check_refused(request, 400, "invalid", {"/extra"});
  }
}

TEST_CASE("peer: the domain's recipient may have tags evaluated, and never the lock", "[peer]") {
  auto& f = fixture();
  auto request = f.request(blinded(1));
  CHECK(f.ask(request, "zvh").status == 200);
  request["use"] = "lock";
  for (const auto* holder : {"politie", "gemeente"})
    f.check_refused(request, 403, "forbidden", {}, "zvh", holder);
  const auto answer = f.ask(request, "zvh");
  const auto unknown = f.request(blinded(1));
  auto elsewhere = unknown;
  elsewhere["domain"] = "elders";
  CHECK(answer.body ==
        f.ask(elsewhere, "zvh").body);  // "not permitted" and "not there" read the same
}

TEST_CASE("peer: a budget is passed neither by connections side by side nor by a holder's end",
          "[peer]") {
  auto& f = fixture();
  const auto asked = f.request(blinded(budget / 4));
  std::vector<std::thread> callers;
  std::atomic<int> answered = 0, over = 0;
  for (int i = 0; i < 16; ++i)
    callers.emplace_back([&] {
      const auto answer = f.ask(asked, "gemeente");  // a connection of its own
      answered += answer.status == 200 ? 1 : 0;
      over += answer.code() == "over-budget" ? 1 : 0;
    });
  for (auto& caller : callers) caller.join();
  CHECK(answered == 4);
  CHECK(over == 12);
  f.region.kill("politie");
  f.region.start("politie");
  f.region.wait_ready("politie");
  f.check_refused(f.request(blinded(1)), 429, "over-budget", {}, "gemeente");
}

}  // namespace sluis::test
