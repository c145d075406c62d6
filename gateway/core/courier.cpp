#include "gateway/core/courier.hpp"

#include <sodium.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "crypto/hash.hpp"

namespace sluis::gateway {

using config::Code;
using config::error;
using std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;

struct Courier::Round {
  Round(const Executor& executor, config::PartnerId partner)
      : to(std::move(partner)), bell(executor), ended(executor, 1) {}
  config::PartnerId to;
  Bell bell;
  Latch ended;
  unsigned failures = 0;  // in a row
  SteadyClock::time_point not_before{};
  std::optional<config::Timestamp> next;  // of the rows that wait on their own, when none is due
};

Courier::Courier(const Executor& executor, const Region& region, store::Store& store, Peers& peers,
                 const Recorder& recorder, CourierLimits limits)
    : executor_(executor),
      region_(region),
      store_(store),
      peers_(peers),
      recorder_(recorder),
      limits_(limits) {}

Courier::~Courier() = default;

void Courier::start() {
  const auto standing = region_.standing();
  for (const auto& partner : standing->directory->partners())
    if (partner.id != region_.self()) wake(partner.id);
}

void Courier::wake(const config::PartnerId& to) {
  if (stopping_) return;
  auto& round = rounds_[to];
  if (!round) {
    round = std::make_shared<Round>(executor_, to);
    asio::co_spawn(executor_, run(round), asio::detached);
  }
  round->bell.ring();
}

void Courier::standing_changed() {
  for (auto& [to, round] : rounds_) {
    round->not_before = {};
    round->failures = 0;
  }
  start();
}

Task<void> Courier::stop() {
  stopping_ = true;
  for (auto& [to, round] : rounds_) round->bell.ring();
  for (auto& [to, round] : rounds_) co_await round->ended.wait();
}

Task<void> Courier::run(std::shared_ptr<Round> round) {
  while (!stopping_) {
    bool busy = false;
    try {
      busy = co_await deliver_some(*round);
    } catch (const std::exception& fault) {
      spdlog::error("delivery to {}: {}", round->to.str(), fault.what());
      round->not_before = SteadyClock::now() + std::chrono::seconds(1);
    }
    if (busy || stopping_) continue;
    co_await round->bell.wait_until(next_look(*round));
  }
  round->ended.arrive();
}

SteadyClock::time_point Courier::next_look(const Round& round) const {
  const auto now = SteadyClock::now();
  const auto latest = now + std::chrono::seconds(30);
  if (round.not_before > now) return std::min(latest, round.not_before);
  if (!round.next) return latest;
  return std::min(latest, now + std::max(milliseconds(1), *round.next - region_.now()));
}

Task<bool> Courier::deliver_some(Round& round) {
  if (SteadyClock::now() < round.not_before) co_return false;
  auto rows = co_await due(round);
  if (rows.empty()) co_return false;
  const auto now = region_.now();
  const auto late = std::stable_partition(
      rows.begin(), rows.end(), [&](const store::OutboxRow& row) { return row.expires_at > now; });
  const Rows expired(late, rows.end());
  rows.erase(late, rows.end());
  if (!expired.empty()) co_await expire(expired);
  if (rows.empty()) co_return true;

  const auto standing = region_.standing();
  const auto* partner = standing->directory->partner(round.to);
  if (partner == nullptr || !partner->active || !standing->directory->usable_at(now)) {
    // Nothing goes to a suspended partner; what waits for it stays until it expires.
    round.not_before = SteadyClock::now() + std::chrono::seconds(5);
    co_return false;
  }
  co_await attempt(round, rows);
  co_return SteadyClock::now() >= round.not_before;
}

Task<Courier::Rows> Courier::due(Round& round) {
  struct Found {
    Rows rows;
    std::optional<config::Timestamp> next;
  };
  auto look = [to = round.to, now = region_.now()](store::Transaction& tx) {
    Found found{tx.due(to, now, max_envelopes), {}};
    if (found.rows.empty()) found.next = tx.next_due(to);
    return found;
  };
  auto found = co_await read(store_, std::move(look));
  round.next = found.next;
  auto rows = std::move(found.rows);
  std::size_t bytes = 0;
  const auto full = std::ranges::find_if(rows, [&](const store::OutboxRow& row) {
    bytes += row.sealed.size();
    return bytes > limits_.batch_bytes;
  });
  if (full != rows.end()) rows.erase(std::max(full, rows.begin() + 1), rows.end());
  co_return rows;
}

Task<void> Courier::expire(const Rows& rows) {
  auto act = [this, rows, now = region_.now()](store::Transaction& tx) {
    for (const auto& row : rows) {
      tx.settle(row.id, store::Delivery::expired, "expired", "", now);
      auto record = recorder_.start("envelope.deliver", audit::Outcome::error,
                                    this_gateway(region_.self()), Trace::in(row.trace_id));
      record.counterparty = row.to.str();
      record.object = {"signal", row.signal.str()};
      record.rule = "expired";
      recorder_.append(tx, std::move(record));
    }
    return Nothing{};
  };
  co_await write(store_, std::move(act));
}

Task<void> Courier::attempt(Round& round, const Rows& rows) {
  std::vector<Envelope> envelopes;
  const auto key = region_.sign_key();
  for (const auto& row : rows) {
    envelopes.push_back({row.id, region_.self(), row.to, row.seal_key, row.sealed, row.signature});
    // Signed with a key that is ours no more, or not yet as far as the partner knows.
    if (row.last_error == config::code_name(Code::bad_signature)) envelopes.back().sign(key);
  }
  auto answer = co_await peers_.deliver(round.to, envelopes);
  if (answer.ok()) {
    co_await settle(round, rows, *answer);
  } else {
    co_await pause(round, rows, answer.failure());
  }
}

Task<void> Courier::settle(Round& round, const Rows& rows, const std::vector<Receipt>& receipts) {
  const auto standing = region_.standing();
  const auto* partner = standing->directory->partner(round.to);
  std::vector<std::pair<store::OutboxRow, Receipt>> settled;
  Rows left;
  for (const auto& row : rows) {
    const auto found = std::ranges::find(receipts, row.id, &Receipt::envelope);
    const bool good = partner != nullptr && found != receipts.end() && found->from == row.to &&
                      found->to == region_.self() &&
                      found->sha256 == crypto::sha256({row.sealed}) &&
                      found->signed_by(partner->sign_key);
    if (good && found->status != "deferred") {
      settled.emplace_back(row, *found);
    } else {
      left.push_back(row);
    }
  }
  if (!settled.empty()) {
    auto act = [this, settled, now = region_.now()](store::Transaction& tx) {
      for (const auto& [row, receipt] : settled) settle_one(tx, row, receipt, now);
      return Nothing{};
    };
    co_await write(store_, std::move(act));
    round.failures = 0;
  }
  if (!left.empty()) co_await defer(left, receipts);
}

void Courier::settle_one(store::Transaction& tx, const store::OutboxRow& row,
                         const Receipt& receipt, config::Timestamp now) const {
  const bool refused = receipt.status == "refused";
  const auto text = receipt.to_json().dump();
  tx.settle(row.id, refused ? store::Delivery::refused : store::Delivery::delivered,
            refused ? receipt.reason.value_or("refused") : "", text, now);
  auto record =
      recorder_.start("envelope.deliver", refused ? audit::Outcome::deny : audit::Outcome::permit,
                      this_gateway(region_.self()), Trace::in(row.trace_id));
  record.counterparty = row.to.str();
  record.object = {"signal", row.signal.str()};
  record.receipt = text;
  recorder_.append(tx, std::move(record));
}

namespace {

/// Grows with every failure, and lies between half and the whole of what it has grown to: gateways
/// that wait for the same partner do not come back all at once.
milliseconds pause_after(unsigned failures, const CourierLimits& limits) {
  const milliseconds most = std::chrono::seconds(limits.retry_most_seconds);
  const milliseconds grown(std::int64_t{limits.retry_first_ms} << std::min(failures, 24U));
  const auto half = std::min(most, grown) / 2;
  return half + milliseconds(randombytes_uniform(static_cast<std::uint32_t>(half.count() + 1)));
}

/// What is wrong, so far as it changes what the next try carries. Not checked: a lie costs one
/// signature.
Code why_deferred(const store::OutboxRow& row, const std::vector<Receipt>& receipts) {
  const auto found = std::ranges::find(receipts, row.id, &Receipt::envelope);
  const auto bad = config::code_name(Code::bad_signature);
  return found != receipts.end() && found->reason == bad ? Code::bad_signature : Code::unavailable;
}

}  // namespace

Task<void> Courier::pause(Round& round, const Rows& rows, const config::Error& why) {
  const auto pause = pause_after(round.failures++, limits_);
  round.not_before = SteadyClock::now() + pause;
  if (round.failures <= 3 || round.failures % 10 == 0)
    spdlog::warn("delivery to {}: {}; next try in {} ms", round.to.str(), why.detail,
                 pause.count());
  // The pause is the partner's: its rows stay due, so that all go once it is back.
  auto act = [rows, code = std::string(config::code_name(why.code)),
              now = region_.now()](store::Transaction& tx) {
    for (const auto& row : rows) tx.postpone(row.id, code, now);
    return Nothing{};
  };
  co_await write(store_, std::move(act));
}

Task<void> Courier::defer(const Rows& rows, const std::vector<Receipt>& receipts) {
  // The partner answers, but not yes to these: they wait on their own and hold up no others.
  auto act = [rows, receipts, limits = limits_, now = region_.now()](store::Transaction& tx) {
    for (const auto& row : rows) {
      const auto next = now + std::max(milliseconds(1000), pause_after(row.attempts, limits));
      tx.postpone(row.id, config::code_name(why_deferred(row, receipts)), next);
    }
    return Nothing{};
  };
  co_await write(store_, std::move(act));
}

}  // namespace sluis::gateway
