// The file that `sluis send` reads, in batches that a gateway takes at once.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

namespace sluis::gateway::cli {

/// One signal as it stands in the file. `number` counts every line of the file, from 1.
struct Line {
  std::uint64_t number;
  std::string text;
};
using Batch = std::vector<Line>;

struct BatchLimits {
  std::size_t lines = 128;
  std::size_t bytes = 4U << 20U;  // line ends counted: what api.md takes as one ndjson body
};

/// Hands out the file's lines in order. Blank lines are passed over.
class Lines {
 public:
  Lines(std::istream& file, BatchLimits limits) : file_(file), limits_(limits) {}
  /// The next batch; empty at the end of the file. A line too large to send is a batch of its own:
  /// the gateway refuses it by name.
  [[nodiscard]] Batch next();

 private:
  std::istream& file_;
  const BatchLimits limits_;
  std::uint64_t number_ = 0;
  Batch kept_;  // a line that did not fit any more
};

/// The batch as an application/x-ndjson body.
[[nodiscard]] std::string body_of(const Batch& batch);

}  // namespace sluis::gateway::cli
