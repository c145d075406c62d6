#include "tests/functional/feed.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <system_error>

namespace sluis::test {

Feed::Feed(TestRegion& region, const std::string& partner, std::vector<Json> bodies)
    : name_("feed-" + partner), region_(region), bodies_(std::move(bodies)) {
  const auto fifo = region.scratch() / (name_ + ".in");
  if (::mkfifo(fifo.c_str(), 0600) != 0)
    throw std::system_error(errno, std::generic_category(), "mkfifo");
  // Open for both, so that neither side waits for the other, and closed when we say so.
  pipe_ = ::open(fifo.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
  sender_.emplace(region.start_sluis({"send", "-", "--region", region.layout().root.string(),
                                      "--as", partner, "--batch", "4", "--retry", "240", "--json"},
                                     name_));
}

void Feed::give(std::size_t lines) {
  std::string text;
  for (; lines > 0 && next_ < bodies_.size(); --lines) text += bodies_[next_++].dump() + "\n";
  const bool taken = poll_until(within(std::chrono::seconds(120)), [&] {
    const auto written = ::write(pipe_, text.data(), text.size());
    if (written > 0) text.erase(0, static_cast<std::size_t>(written));
    return text.empty();
  });
  if (!taken) throw std::runtime_error(name_ + " takes nothing any more");
}

Json Feed::finish() {
  end();
  const auto status = sender_->wait(within(std::chrono::minutes(6)));
  INFO(name_ << ": " << contents(region_.scratch() / (name_ + ".err")));
  REQUIRE(status == 0);
  return Json::parse(contents(region_.scratch() / (name_ + ".out")));
}

void Feed::end() {
  if (pipe_ >= 0) ::close(pipe_);
  pipe_ = -1;
}

}  // namespace sluis::test
