#include "gateway/audit/journal.hpp"

#include <algorithm>
#include <stdexcept>

#include "crypto/encoding.hpp"
#include "gateway/audit/record.hpp"
#include "gateway/audit/tiles.hpp"

namespace sluis::gateway::audit {
namespace {

using config::Code;
using config::error;
using config::Result;

constexpr std::size_t slice_records = 4096;
/// So many of the last records are hashed again at the start.
constexpr std::uint64_t rehashed_records = 4096;
constexpr std::string_view way_back =
    "; if you have put back a backup, run `sluis audit restore` with these settings";

std::string named(std::uint64_t number) {
  return "audit log: record " + std::to_string(number);
}

std::string year_of(std::string_view origin) {
  return std::string(origin.substr(origin.rfind('/') + 1).substr(0, 4));
}

std::string text_of(const Checkpoint& checkpoint) {
  return checkpoint.origin + "/" + std::to_string(checkpoint.size) + "/" +
         crypto::base64url(checkpoint.root);
}

/// The root that a log had at an earlier size, from its leaves.
std::optional<Hash> root_at(store::Transaction& tx, std::uint64_t first, std::uint64_t size) {
  CompactRange range;
  while (range.size() < size) {
    const auto most = std::min<std::uint64_t>(size - range.size(), slice_records);
    const auto leaves = tx.leaves(first + range.size(), most);
    if (leaves.empty()) return std::nullopt;
    for (const auto& leaf : leaves) range.append(leaf);
  }
  return range.root();
}

}  // namespace

Journal::Journal(crypto::SigningKey log_key, config::Oin oin, const config::Clock& clock,
                 std::filesystem::path guard)
    : log_key_(std::move(log_key)), oin_(std::move(oin)), clock_(clock), guard_(std::move(guard)) {}

std::string Journal::year_now() const {
  return config::format_time(clock_.now()).substr(0, 4);
}

/// A checkpoint of one of our logs, with our signature.
Result<Checkpoint> Journal::own(std::string_view text) const {
  auto note = parse_note(text);
  if (!note) return note.failure();
  auto claimed = parse_checkpoint(note->body);
  if (!claimed) return claimed.failure();
  if (!is_origin_of(claimed->origin, oin_)) {
    return error(Code::bad_signature, "a checkpoint of " + claimed->origin);
  }
  return open_checkpoint(text, {claimed->origin, log_key_.public_key()});
}

/// All leaves of the log that begins at `first`, and its last records against theirs.
Result<CompactRange> Journal::hash_again(store::Transaction& tx, std::uint64_t first) const {
  CompactRange range;
  const auto size = tx.log_size() - first;
  const auto checked_from = size > rehashed_records ? size - rehashed_records : 0;
  while (range.size() < size) {
    const auto at = range.size();
    const auto leaves = tx.leaves(first + at, slice_records);
    const auto records = at + leaves.size() > checked_from ? tx.entries(first + at, leaves.size())
                                                           : std::vector<std::string>();
    for (std::size_t i = 0; i < leaves.size(); ++i) {
      if (at + i >= checked_from && i >= records.size()) break;
      if (at + i >= checked_from && leaf_hash(crypto::as_view(records[i])) != leaves[i]) {
        return error(Code::internal, named(at + i) + " is not the one that was written");
      }
      range.append(leaves[i]);
    }
    if (range.size() < std::min<std::uint64_t>(size, at + slice_records)) {
      return error(Code::internal, named(range.size()) + " is missing");
    }
  }
  if (!tx.leaves(first + size, 1).empty()) {
    return error(Code::internal, named(size) + " is missing");
  }
  return range;
}

Result<Journal::State> Journal::read(store::Transaction& tx) const {
  auto logs = tx.logs();
  if (logs.empty()) {
    if (tx.log_size() > 0 || !tx.leaves(0, 1).empty()) {
      return error(Code::internal, "audit log: record 0 and what follows have no checkpoint");
    }
    return State{};
  }
  auto& log = logs.back();
  if (tx.log_size() < log.first) {
    return error(Code::internal, named(0) + " of " + log.origin + " is missing");
  }
  auto range = hash_again(tx, log.first);
  if (!range) return range.failure();
  const auto checkpoint = own(log.note);
  if (!checkpoint || checkpoint->origin != log.origin) {
    return error(Code::internal,
                 "audit log: the last checkpoint is not ours: " +
                     (checkpoint ? "it is another log's" : checkpoint.failure().detail) +
                     "; start with the log key that the log was written with");
  }
  if (checkpoint->size != range->size()) {
    return error(Code::internal,
                 named(std::min(checkpoint->size, range->size())) +
                     (checkpoint->size > range->size() ? " is missing: the log is cut short"
                                                       : " was never signed"));
  }
  if (checkpoint->root != range->root()) {
    return error(Code::internal, "audit log: records 0 to " + std::to_string(range->size() - 1) +
                                     " do not give the root that was signed");
  }
  return State{std::move(log), std::move(*range)};
}

Result<void> Journal::check_seen(store::Transaction& tx, std::string_view note,
                                 const std::string& who) const {
  const auto refuse = [&who](const std::string& why) {
    return error(Code::conflict, "audit log: " + who + " " + why +
                                     ": the database was put back to an earlier state, or is "
                                     "another one" +
                                     std::string(way_back));
  };
  if (note.empty()) return {};
  const auto guarded = own(note);
  if (!guarded) {
    return error(guarded.failure().code,
                 "audit log: " + who + " has no checkpoint of ours: " + guarded.failure().detail);
  }
  const auto logs = tx.logs();
  const auto log = std::ranges::find(logs, guarded->origin, &store::Log::origin);
  const auto signed_text = std::to_string(guarded->size) + " records signed of " + guarded->origin;
  if (log == logs.end()) return refuse("has seen " + signed_text + ", and the database has none");
  if (log->size < guarded->size) {
    return refuse("has seen " + signed_text + ", and the database has " +
                  std::to_string(log->size));
  }
  const auto last = own(log->note);
  const auto root =
      last && last->size == guarded->size ? last->root : root_at(tx, log->first, guarded->size);
  if (root != guarded->root) {
    return refuse("has seen another root over " + signed_text);
  }
  return {};
}

Result<void> Journal::load(store::Transaction& tx) {
  auto state = read(tx);
  if (!state) return state.failure();
  const auto seen = guard_.read();
  const bool fresh = !seen && seen.failure().code == Code::not_found && state->log.origin.empty();
  if (!seen && !fresh) {
    return error(seen.failure().code,
                 "audit log: " + seen.failure().detail + std::string(way_back));
  }
  if (fresh) {
    if (auto made = guard_.create(); !made) return made;
  } else if (auto agreed = check_seen(tx, *seen, "the guard " + guard_.file().string()); !agreed) {
    return agreed;
  }
  durable_ = std::move(*state);
  // A crash may have come between the commit and the guard.
  behind_ = !durable_.log.origin.empty() && (!seen || *seen != durable_.log.note);
  loaded_ = true;
  return {};
}

Result<std::string> Journal::load_restored(store::Transaction& tx, bool witness_has_more) {
  auto state = read(tx);
  if (!state) return state.failure();
  const auto seen = guard_.read();
  if (!witness_has_more && seen && check_seen(tx, *seen, "the guard " + guard_.file().string())) {
    return error(Code::conflict,
                 "audit log: the database has all that the guard has seen: there "
                 "is nothing to restore");
  }
  std::string lost = "none";
  if (const auto guarded = seen ? own(*seen) : seen.failure()) lost = text_of(*guarded);
  if (!seen) {
    if (auto made = guard_.create(); !made) return made.failure();
  }
  durable_ = std::move(*state);
  restored_ = true;
  loaded_ = true;
  return lost;
}

void Journal::append(store::Transaction& tx, const std::string& record) {
  if (record.size() > max_bundled_bytes) throw std::logic_error("audit: a record too long");
  const auto leaf = leaf_hash(crypto::as_view(record));
  tx.put_entry(prepared_.log.first + prepared_.range.size(), record, leaf);
  prepared_.range.append(leaf);
}

void Journal::begin(store::Transaction& tx, std::string origin) {
  const auto before = std::move(prepared_.log);
  prepared_ = {};
  prepared_.log.first = before.first + before.size;
  prepared_.log.origin = std::move(origin);
  if (before.note.empty()) return;
  Record record;
  record.id = config::random_uuid();
  record.at = clock_.now();
  record.action = "log.begin";
  record.outcome = Outcome::permit;
  record.actor.kind = "gateway";
  record.actor.id = oin_.str();
  record.object = {"checkpoint", before.origin};
  record.receipt = before.note;
  append(tx, canonical(record));
}

void Journal::turn_year(store::Transaction& tx) {
  const auto year = year_now();
  auto origin = oin_.str() + "/audit/" + year;
  if (restored_) {
    // A name that no witness knows yet, whatever was lost.
    crypto::Array<4> random;
    crypto::fill_random(random);
    return begin(tx, origin + "-" + crypto::hex(random));
  }
  // Never back: a clock that ran ahead has begun that year's log, and it stays.
  const auto& current = prepared_.log.origin;
  if (current.empty() || year > year_of(current)) begin(tx, std::move(origin));
}

void Journal::sequence(store::Transaction& tx, const std::vector<std::string>& records) {
  if (!loaded_) throw std::logic_error("audit: a record before the log was loaded");
  if (forbidden_) {
    throw store::Unavailable("audit: a witness has a later state of this log than the database");
  }
  if (behind_) {
    guard_.write(durable_.log.note);
    behind_ = false;
  }
  prepared_ = durable_;
  turn_year(tx);
  for (const auto& record : records) append(tx, record);
  auto& log = prepared_.log;
  log.size = prepared_.range.size();
  log.note = sign_note(checkpoint_body(log.origin, log.size, prepared_.range.root()), log.origin,
                       log_key_);
  tx.put_log(log);
}

void Journal::committed() noexcept {
  durable_ = std::move(prepared_);
  restored_ = false;
  behind_ = true;
  try {
    guard_.write(durable_.log.note);
    behind_ = false;
  } catch (const std::exception&) {
    // The act is durable. The guard is tried again before anything else is signed.
    return;
  }
  if (wake_) wake_();
}

void Journal::undone() noexcept {
  prepared_ = {};
}

}  // namespace sluis::gateway::audit
