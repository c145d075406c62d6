#include "gateway/cli/send_lines.hpp"

#include <istream>
#include <utility>

namespace sluis::gateway::cli {

Batch Lines::next() {
  Batch batch = std::exchange(kept_, {});
  std::size_t bytes = batch.empty() ? 0 : batch.front().text.size() + 1;
  std::string text;
  while (batch.size() < limits_.lines && std::getline(file_, text)) {
    ++number_;
    if (!text.empty() && text.back() == '\r') text.pop_back();
    if (text.find_first_not_of(" \t") == std::string::npos) continue;
    bytes += text.size() + 1;
    if (!batch.empty() && bytes > limits_.bytes) {
      kept_.push_back({number_, std::move(text)});
      break;
    }
    batch.push_back({number_, std::move(text)});
    text.clear();
  }
  return batch;
}

std::string body_of(const Batch& batch) {
  std::string body;
  for (const auto& line : batch) {
    body += line.text;
    body += '\n';
  }
  return body;
}

}  // namespace sluis::gateway::cli
