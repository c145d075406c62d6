// Holders that hang: the connection is there and nothing comes. Signals go on.
#include <catch2/catch.hpp>
#include <csignal>

#include "tests/functional/canary.hpp"
#include "tests/functional/region.hpp"

namespace sluis::test {

namespace {

/// Stopped while it lives, as a machine that swaps or a debugger would have it.
class Stopped {
 public:
  explicit Stopped(pid_t pid) : pid_(pid) { ::kill(pid_, SIGSTOP); }
  ~Stopped() { ::kill(pid_, SIGCONT); }
  Stopped(const Stopped&) = delete;
  Stopped& operator=(const Stopped&) = delete;

 private:
  const pid_t pid_;
};

}  // namespace

TEST_CASE("holder: while one of three hangs, signals and queries go on", "[holder]") {
  Aviary aviary(23);
  TestRegion region;
  region.start();
  const auto send = [&](std::string_view partner, const Canary& person) {
    const auto body = aviary.signal(person, "geweld-in-afhankelijkheidsrelaties");
    const auto answer =
        region.api(partner, {"POST", "/v1/signals", body.dump(), "application/json"});
    INFO(partner << ": " << answer.body << answer.failure);
    CHECK(answer.status == 202);
  };
  send("ggz", aviary.person());  // connections are kept from here on
  for (const auto* holder : {"politie", "veilig-thuis", "gemeente"}) {
    CAPTURE(holder);
    const Stopped hanging(region.pid(holder));
    for (int i = 0; i < 3; ++i) {
      const auto person = aviary.person();
      for (const auto sender : {"ggz", "ggd", "veilig-thuis", "politie"})
        if (std::string_view(sender) != holder) send(sender, person);
    }
  }
  region.wait_delivered();
  region.stop();  // with status 0: nothing was left hanging
  for (const auto sender : senders) CHECK(region.log_fault(sender).empty());
}

}  // namespace sluis::test
