#include "gateway/core/refusal_tally.hpp"

namespace sluis::gateway {
namespace {
constexpr auto together = std::chrono::minutes(1);
}

void RefusalTally::note(std::string_view action, std::string_view reason) {
  const std::pair<std::string, std::string> kind(action, reason);
  const auto now = Clock::now();
  std::uint64_t count = 0;
  {
    const std::scoped_lock lock(mutex_);
    auto& entry = counts_[kind];
    ++entry.pending;
    const bool first = entry.recorded == Clock::time_point{};
    if (!first && now - entry.recorded < together) return;
    entry.recorded = now;
    count = std::exchange(entry.pending, 0);
  }
  record(kind, count);
}

void RefusalTally::flush(bool all) {
  std::vector<std::pair<std::pair<std::string, std::string>, std::uint64_t>> due;
  {
    const std::scoped_lock lock(mutex_);
    const auto now = Clock::now();
    for (auto& [kind, entry] : counts_) {
      if (entry.pending == 0 || (!all && now - entry.recorded < together)) continue;
      entry.recorded = now;
      due.emplace_back(kind, std::exchange(entry.pending, 0));
    }
  }
  for (const auto& [kind, count] : due) record(kind, count);
}

void RefusalTally::record(const std::pair<std::string, std::string>& kind, std::uint64_t count) {
  audit::Actor nobody;
  nobody.kind = "unknown";
  auto entry = recorder_.start(kind.first, audit::Outcome::deny, std::move(nobody), Trace::fresh());
  entry.rule = kind.second;
  entry.count = count;
  // Nobody waits for it: the caller was refused whether or not the disk takes the record.
  store_.write([this, entry](store::Transaction& tx) { recorder_.append(tx, entry); },
               [](const std::exception_ptr&) {});
}

}  // namespace sluis::gateway
