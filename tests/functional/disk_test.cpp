// A disk that takes nothing: no act without its record, so there is no act. The gateway's own limit
// on the size of files stands in for a full disk: the same error from the same call.
#include <sys/resource.h>

#include <catch2/catch.hpp>
#include <system_error>

#include "tests/functional/canary.hpp"
#include "tests/functional/region.hpp"

namespace sluis::test {

namespace {

constexpr auto theme = "verward-hoog-risico-gedrag";

/// While it lives, the gateway can write to no file; it does not end with that.
class FullDisk {
 public:
  FullDisk(const TestRegion& region, std::string_view partner) : pid_(region.pid(partner)) {
    rlimit none{1, 0};
    set(nullptr, &before_);
    none.rlim_max = before_.rlim_max;
    set(&none, nullptr);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;
  ~FullDisk() { ::prlimit(pid_, RLIMIT_FSIZE, &before_, nullptr); }

 private:
  void set(const rlimit* to, rlimit* before) const {
    if (::prlimit(pid_, RLIMIT_FSIZE, to, before) != 0)
      throw std::system_error(errno, std::generic_category(), "prlimit");
  }
  pid_t pid_;
  rlimit before_{};
};

Call post(const Json& signal) {
  return {"POST", "/v1/signals", signal.dump(), "application/json"};
}

}  // namespace

TEST_CASE("disk: what cannot be recorded does not happen, and happens once there is room",
          "[disk]") {
  Aviary aviary(5);
  TestRegion region;
  region.start();
  const auto person = aviary.person();
  const auto first = aviary.signal(person, theme), second = aviary.signal(person, theme);
  REQUIRE(region.api("ggz", post(first)).status == 202);
  region.wait_delivered();
  const Json query{
      {"person", person.json()}, {"purpose", "persoonsgerichte-aanpak"}, {"case", "ZVH 1"}};
  const Call ask{"POST", "/v1/queries", query.dump(), "application/json"};

  SECTION("a sender's") {
    const auto kept = region.kept("ggd");
    {
      const FullDisk full(region, "ggd");
      const auto answer = region.api("ggd", post(second));
      INFO(answer.body << answer.failure);
      CHECK(answer.status == 503);
      CHECK(answer.code() == "unavailable");
      CHECK(answer.header("Retry-After") != "");
      auto wrong = second;
      wrong["theme"] = "tuinonderhoud";  // a refusal is an act too
      CHECK(region.api("ggd", post(wrong)).status == 503);
      CHECK(region.operations("ggd", "/readyz").status == 503);
    }
    CHECK(region.kept("ggd") == kept);
    CHECK(region.api("ggd", post(second)).status == 202);
  }
  SECTION("a holder's: the others are asked") {
    const FullDisk full(region, "veilig-thuis");
    CHECK(region.api("ggd", post(second)).status == 202);
  }
  SECTION("the recipient's: it answers nothing, and what is sent waits") {
    const auto kept = region.kept("zvh");
    {
      const FullDisk full(region, "zvh");
      CHECK(region.api("zvh", ask).status == 503);
      REQUIRE(region.api("ggd", post(second)).status == 202);
      CHECK(poll_until(within(std::chrono::seconds(60)), [&] {
        const auto state =
            region.api("ggd", {"GET", "/v1/signals/" + second["id"].get<std::string>()});
        return state.json["partners"][0]["delivery"]["attempts"] != 0;
      }));
    }
    CHECK(region.kept("zvh").received == kept.received);
  }
  region.wait_delivered();
  const auto answer = region.api("zvh", ask);
  INFO(answer.body << answer.failure);
  CHECK(answer.status == 200);
  REQUIRE(answer.json["matches"].size() == 1);
  CHECK(answer.json["matches"][0]["signals"].size() == 2);
  region.stop();
  for (const auto* partner : {"ggz", "ggd", "zvh", "veilig-thuis"})
    CHECK(region.log_fault(partner) == "");
}

}  // namespace sluis::test
