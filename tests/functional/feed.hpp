// A sender that is always in the middle of its work, for tests of what happens meanwhile.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/functional/region.hpp"

namespace sluis::test {

/// `sluis send -` that is fed line by line.
class Feed {
 public:
  Feed(TestRegion& region, const std::string& partner, std::vector<Json> bodies);
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;
  ~Feed() { end(); }

  void give(std::size_t lines);
  [[nodiscard]] bool running() { return sender_->running(); }
  /// Everything has been given: waits for its summary.
  Json finish();

 private:
  void end();
  std::string name_;
  TestRegion& region_;
  std::vector<Json> bodies_;
  std::size_t next_ = 0;
  int pipe_ = -1;
  std::optional<Child> sender_;
};

}  // namespace sluis::test
