#include "gateway/audit/journal.hpp"

#include <algorithm>
#include <stdexcept>

#include "gateway/audit/tiles.hpp"

namespace sluis::gateway::audit {
namespace {

using config::Code;
using config::error;
using config::Result;

constexpr std::string_view year_key = "audit/year";
constexpr std::size_t slice_records = 4096;

}  // namespace

Journal::Journal(crypto::SigningKey log_key, config::Oin oin, const config::Clock& clock)
    : log_key_(std::move(log_key)), oin_(std::move(oin)), clock_(clock) {}

Verifier Journal::verifier(const std::string& origin) const {
  return {origin, log_key_.public_key()};
}

std::string Journal::origin_of_year(std::string_view year) const {
  return oin_.str() + "/audit/" + std::string(year);
}

Result<CompactRange> Journal::hash_again(store::Transaction& tx) const {
  CompactRange range;
  for (;;) {
    const auto records = tx.entries(range.size(), slice_records);
    const auto leaves = tx.leaves(range.size(), slice_records);
    for (std::size_t i = 0; i < std::min(records.size(), leaves.size()); ++i) {
      const auto leaf = leaf_hash(crypto::as_view(records[i]));
      if (leaf != leaves[i]) {
        return error(Code::internal, "audit log: record " + std::to_string(range.size()) +
                                         " is not the one that was written");
      }
      range.append(leaf);
    }
    if (records.size() != leaves.size()) {
      return error(Code::internal,
                   "audit log: record " + std::to_string(range.size()) + " is missing");
    }
    if (records.size() < slice_records) return range;
  }
}

Result<void> Journal::load(store::Transaction& tx) {
  auto range = hash_again(tx);
  if (!range) return range.failure();
  const auto note = tx.checkpoint();
  const auto year = tx.meta(year_key);
  if (!note) {
    if (range->size() > 0) {
      return error(Code::internal, "audit log: record 0 and what follows have no checkpoint");
    }
    loaded_ = true;
    return {};
  }
  if (!year) return error(Code::internal, "audit log: the store does not know the log's year");
  const auto origin = origin_of_year(*year);
  const auto checkpoint = open_checkpoint(*note, verifier(origin));
  if (!checkpoint) {
    return error(Code::internal,
                 "audit log: the last checkpoint is not ours: " + checkpoint.failure().detail +
                     "; start with the log key that the log was written with");
  }
  if (checkpoint->size != range->size()) {
    return error(Code::internal,
                 "audit log: record " + std::to_string(std::min(checkpoint->size, range->size())) +
                     (checkpoint->size > range->size() ? " is missing: the log is cut short"
                                                       : " was never signed"));
  }
  if (checkpoint->root != range->root()) {
    return error(Code::internal, "audit log: records 0 to " + std::to_string(range->size() - 1) +
                                     " do not give the root that was signed");
  }
  durable_ = {origin, std::move(*range)};
  loaded_ = true;
  return {};
}

void Journal::sequence(store::Transaction& tx, const std::vector<std::string>& records) {
  if (!loaded_) throw std::logic_error("audit: a record before the log was loaded");
  prepared_ = durable_;
  if (prepared_.origin.empty()) {
    const auto year = config::format_time(clock_.now()).substr(0, 4);
    tx.put_meta(year_key, year);
    prepared_.origin = origin_of_year(year);
  }
  for (const auto& record : records) {
    if (record.size() > max_bundled_bytes) throw std::logic_error("audit: a record too long");
    const auto leaf = leaf_hash(crypto::as_view(record));
    tx.put_entry(prepared_.range.size(), record, leaf);
    prepared_.range.append(leaf);
  }
  const auto size = prepared_.range.size();
  const auto body = checkpoint_body(prepared_.origin, size, prepared_.range.root());
  tx.put_checkpoint(size, sign_note(body, prepared_.origin, log_key_));
}

void Journal::committed() noexcept {
  durable_ = std::move(prepared_);
  if (wake_) wake_();
}

void Journal::undone() noexcept {
  prepared_ = {};
}

}  // namespace sluis::gateway::audit
